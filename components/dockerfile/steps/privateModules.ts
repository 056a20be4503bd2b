// How a build reaches private modules: secrets and the SSH agent, mounted in the steps that download and nowhere else. Where
// a compiler runs there is none of them.

import type { Input } from "@pulumi/pulumi";
import { privateHosts } from "../../goSyntax";
import type { BuildSpec } from "../../inputs";
import { portOf } from "../../text";
import type { Plan } from "../dockerfile";
import { run, type Instruction } from "../instructions";

/**
 * BuildKit secrets by the input that holds their value: how their ids begin, and where the go command, git and ssh look for them. How
 * the ids end no base image can know, so that no instruction of its own mounts one.
 */
const secrets = {
  // Go reads every file of this directory beside the system's bundle, so that the public authorities stay trusted.
  caCertificates: { id: "goimage-ca", target: "/etc/ssl/certs/goimage-ca.crt" },
  netrc: { id: "goimage-netrc", target: "/root/.netrc" },
  // Host keys are no secret; this way they leave nothing in the image, and a rotated one does not rebuild.
  sshKnownHosts: { id: "goimage-known-hosts", target: "/etc/ssh/goimage_known_hosts" },
} as const;

type SecretInput = keyof typeof secrets;
const secretInputs = Object.keys(secrets) as SecretInput[];

/** Values of the secrets that a build needs, by id. */
export function secretValues(build: BuildSpec, idSuffix: string): Record<string, Input<string>> {
  const given = secretInputs.flatMap((input) => {
    const value = build[input];
    return value === undefined ? [] : [[`${secrets[input].id}${idSuffix}`, value] as const];
  });
  return Object.fromEntries(given);
}

/** Id under which a build has the SSH agent. */
export function sshId(idSuffix: string): string {
  // BuildKit's own name for a mount without an id, as 0.1.0 had it.
  return idSuffix === "" ? "default" : `goimage-ssh${idSuffix}`;
}

/** Mounts for the steps that may download modules. */
export function downloadAccess({ spec: { build }, idSuffix = "" }: Plan): string[] {
  const id = idSuffix === "" ? "" : `id=${sshId(idSuffix)},`;
  const given = secretInputs.filter((input) => build[input] !== undefined);
  return [
    ...given.map((input) => `type=secret,id=${secrets[input].id}${idSuffix},target=${secrets[input].target}`),
    ...(build.ssh ? [`type=ssh,${id}required=true`] : []),
  ];
}

/** The mount of `build.caCertificates` for a step that looks for them at `target`. */
export function authoritiesMount({ spec, idSuffix = "" }: Plan, target: string): string[] {
  const { id } = secrets.caCertificates;
  return spec.build.caCertificates === undefined ? [] : [`type=secret,id=${id}${idSuffix},target=${target}`];
}

/** Environment of git, which fetches the modules that GOPRIVATE names. */
export function gitEnvironment(build: BuildSpec): Record<string, string> {
  if (build.goPrivate === undefined) return {};
  return {
    GOPRIVATE: build.goPrivate,
    // git reads one bundle only.
    ...(build.caCertificates === undefined ? {} : { GIT_SSL_CAINFO: secrets.caCertificates.target }),
    ...(build.ssh ? { GIT_SSH_COMMAND: sshCommand() } : {}),
  };
}

/** ssh as git calls it: never asks, and talks to no host whose key is another than the known one. */
function sshCommand(): string {
  const options = [
    "ControlMaster=no",
    "BatchMode=yes",
    "StrictHostKeyChecking=yes",
    "GlobalKnownHostsFile=/dev/null",
  ];
  const words = [...options, `UserKnownHostsFile=${secrets.sshKnownHosts.target}`].map(
    (word) => `-o ${word}`,
  );
  return `ssh ${words.join(" ")}`;
}

/** Where git finds the private hosts, at the ports that the known hosts tell. */
function sshHosts(build: BuildSpec): { host: string; url: string }[] {
  // Where the user is not git, or the path another one, build.env has the rewriting.
  if (!build.ssh || build.env["GIT_CONFIG_COUNT"] !== undefined) return [];
  return privateHosts(build.goPrivate ?? "").map((host) => {
    const port = portOf(host, build.sshKnownHosts ?? "") ?? 22;
    return { host, url: `ssh://git@${host}${port === 22 ? "" : `:${port}`}` };
  });
}

/** Makes git take SSH for the private hosts. Not in ENV, where BuildKit takes GIT_CONFIG_KEY_0 for a secret and warns. */
export function gitSteps(build: BuildSpec): Instruction[] {
  return sshHosts(build).map(({ host, url }) =>
    run(["git", "config", "--system", `url.${url}/.insteadOf`, `https://${host}/`]),
  );
}

/**
 * The command that downloads modules; with a `cache`, after the script `before`, into that and from there to where the go
 * command looks for them. Both times go.sum is checked.
 *
 * The go command keeps git's words to itself ("no secure protocol found for repository"), so after a failure each host is
 * asked once more for what is wrong: its key, the agent's, no ssh.
 */
export function downloadCommand(build: BuildSpec, cache?: string, before = ""): string[] {
  const download = "go mod download";
  const urls = sshHosts(build).map(({ url }) => url);
  if (urls.length === 0 && cache === undefined) return download.split(" ");
  const first = `${before}${cache === undefined ? download : `GOMODCACHE=${cache} ${download}`}`;
  const then =
    cache === undefined
      ? "exit"
      : `GOPROXY=file://${cache}/cache/download GONOPROXY=none GOSUMDB=off exec ${download}`;
  if (urls.length === 0) return ["sh", "-c", `${first} && ${then}`];
  const ask =
    'for url; do echo "$GIT_SSH_COMMAND -T $url" >&2; $GIT_SSH_COMMAND -T "$url" < /dev/null >&2; done';
  return ["sh", "-c", `${first} && ${then}; ${ask}; exit 1`, "sh", ...urls];
}
