// Checks of the input build: what would break the build, subvert it, or work against another input.

import type { BuildStageArgs } from "../args";
import { parseGoVersion, privateHosts } from "../goSyntax";
import { portOf } from "../text";
import { baseImageProblem } from "./baseImage";
import { cgoFlagProblem, flagsVariableProblem, goFlagProblem, variableProblem } from "./goFlags";
import {
  flag,
  objectOf,
  record,
  secret,
  secretProblem,
  text,
  texts,
  variableName,
  type Add,
  type Check,
} from "./inputChecks";
import { linkerWords } from "./ldflags";
import { netrcProblem } from "./netrc";
import { quoteValue } from "./problem";

export const buildStage = objectOf<BuildStageArgs>({
  image: text((image) =>
    image === "scratch" ? "is empty and has no Go toolchain" : baseImageProblem(image),
  ),
  goVersion: text((version) =>
    parseGoVersion(version) ? undefined : "is not a Go version, such as 1.23 or 1.23.4",
  ),
  flags: (add, path, value, { cgoEnabled }) => {
    texts((flag) => goFlagProblem(flag) ?? cgoFlagProblem(flag, cgoEnabled))(add, path, value);
  },
  ldflags: texts((entry) => linkerWords(entry).problem),
  buildTags: texts((tag) =>
    /^[\p{L}\p{N}_.]+$/u.test(tag)
      ? undefined
      : "is not a build tag; write one tag per entry, of letters, digits, _ and .",
  ),
  env: environment,
  cgoEnabled: (add, path, value, { image }) => {
    flag(add, path, value);
    if (value === true && image === undefined) {
      add(
        path,
        "needs build.image with a C compiler for musl: a binary linked to glibc does not start on Alpine",
      );
    }
  },
  goProxy: text((proxy) =>
    /:\/\/[^/@]*@/.test(proxy) ? "has credentials, which would stay in the image's history" : undefined,
  ),
  goPrivate: text(),
  netrc: secret(netrcProblem),
  caCertificates: secret(certificatesProblem),
  ssh: flag,
  sshKnownHosts,
});

function certificatesProblem(certificates: string): string | undefined {
  return certificates.includes("-----BEGIN CERTIFICATE-----")
    ? undefined
    : 'is not PEM text; read the file, such as readFileSync(path, "utf8")';
}

/** What is wrong with the value of an input that came late. The Dockerfile is another one without it, so it cannot be missing. */
export const lateSecrets = {
  netrc: (value: unknown) => lateProblem(value, netrcProblem),
  caCertificates: (value: unknown) => lateProblem(value, certificatesProblem),
} as const;

function lateProblem(value: unknown, check: Check): string | undefined {
  return value === undefined || value === null
    ? "has no value; leave it out where there is none, which must be known when the program runs"
    : secretProblem(value, check);
}

function environment(add: Add, path: string, env: unknown, { netrc, ssh, cgoEnabled }: BuildStageArgs): void {
  record(variableName)(add, path, env);
  for (const [name, value] of Object.entries((env as BuildStageArgs["env"]) ?? {})) {
    if (typeof value !== "string") continue;
    const problem = variableProblem(name, value, netrc !== undefined || ssh === true);
    if (problem !== undefined) add(`${path}.${name}`, problem);
    if (name === "GOFLAGS")
      text((flags) => flagsVariableProblem(flags, cgoEnabled))(add, `${path}.GOFLAGS`, value);
    if (name === "GOWORK" && !["", "auto", "off"].includes(value)) {
      add(
        `${path}.GOWORK`,
        "is refused: goimage finds the go.work file above source by itself and uses no other; set it to off to ignore that file",
      );
    }
    if (/^GIT_SSH(_COMMAND|_VARIANT)?$/.test(name) && ssh === true) {
      add(`${path}.${name}`, "is refused: build.ssh sets it, so that host keys are verified");
    }
  }
}

/** Host keys, and with them the rest of what ssh needs. */
function sshKnownHosts(
  add: Add,
  path: string,
  knownHosts: unknown,
  { ssh, goPrivate }: BuildStageArgs,
): void {
  if (knownHosts !== undefined && typeof knownHosts !== "string") {
    return add(
      path,
      'is not a string that is known when the program runs, such as readFileSync(path, "utf8")',
    );
  }
  if (ssh !== true) {
    if (knownHosts !== undefined) add(path, "has no effect without build.ssh");
    return;
  }
  if (typeof goPrivate !== "string" || goPrivate === "") {
    return add(
      "build.ssh",
      'needs build.goPrivate, such as "git.example.com/*": it names what is fetched by SSH',
    );
  }
  for (const host of privateHosts(goPrivate)) {
    if (!/^[A-Za-z0-9][A-Za-z0-9.-]*$/.test(host)) {
      add("build.goPrivate", `has the host ${quoteValue(host)}; with build.ssh, write each host's full name`);
      continue;
    }
    if (portOf(host, knownHosts ?? "") === undefined) {
      const line = `add the line that ssh-keyscan ${host} prints, after you have compared its key with the one that the host's owner publishes`;
      add(path, `has no host key for ${host}; ${line}`);
    }
  }
}
