// How a build reaches private modules: secrets and the SSH agent, mounted in the steps that download and nowhere else. Where
// a compiler runs there is none of them.

import type { Input } from "@pulumi/pulumi";
import { privateHosts } from "../../goSyntax";
import type { BuildSpec } from "../../inputs";
import { portOf } from "../../text";
import type { Plan } from "../dockerfile";
import { comment, run, type Instruction } from "../instructions";
import { commandLines, shellWord } from "../shell";

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
  // BuildKit's own name for a mount without an id.
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
export function gitEnvironment(build: BuildSpec): Record<string, string | readonly string[]> {
  if (build.goPrivate === undefined) return {};
  return {
    GOPRIVATE: build.goPrivate,
    // git reads one bundle only.
    ...(build.caCertificates === undefined ? {} : { GIT_SSL_CAINFO: secrets.caCertificates.target }),
    ...(build.ssh ? { GIT_SSH_COMMAND: sshCommand() } : {}),
  };
}

/** ssh as git calls it: never asks, and talks to no host whose key is another than the known one. */
function sshCommand(): string[] {
  const options = [
    "ControlMaster=no",
    "BatchMode=yes",
    "StrictHostKeyChecking=yes",
    "GlobalKnownHostsFile=/dev/null",
    `UserKnownHostsFile=${secrets.sshKnownHosts.target}`,
  ];
  return ["ssh", ...options.map((option) => `-o ${option}`)];
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
  const steps = sshHosts(build).map(({ host, url }) => {
    const words = ["git", "config", "--system", `url.${url}/.insteadOf`, `https://${host}/`];
    return run(commandLines(words.map(shellWord)));
  });
  return steps.length === 0 ? [] : [comment("Private modules come over SSH."), ...steps];
}

/**
 * The script that downloads modules; with a `cache`, after the line `before`, into that and from there to where the go
 * command looks for them. Both times go.sum is checked.
 *
 * The go command keeps git's words to itself ("no secure protocol found for repository"), so after a failure each host is
 * asked once more for what is wrong: its key, the agent's, no ssh.
 */
export function downloadScript(build: BuildSpec, cache?: string, before?: string): string[] {
  const download = "go mod download";
  const urls = sshHosts(build).map(({ url }) => shellWord(url));
  const commands =
    cache === undefined
      ? [download]
      : [
          `GOMODCACHE=${cache} ${download} &&`,
          `GOPROXY=file://${cache}/cache/download GONOPROXY=none GOSUMDB=off ${download}`,
        ];
  const script = [...(before === undefined ? [] : [before]), ...commands];
  if (urls.length === 0) return script;
  return [
    ...script.slice(0, -1),
    `${script.at(-1) ?? ""} && exit;`,
    "# The go command does not pass on what ssh says, so each host is asked once more.",
    ...commandLines(["for url in", ...urls], { end: "; do" }),
    '  echo "$GIT_SSH_COMMAND -T $url" >&2;',
    '  $GIT_SSH_COMMAND -T "$url" < /dev/null >&2;',
    "done;",
    "exit 1",
  ];
}
