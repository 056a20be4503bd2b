// Pure checks of the input build: what would break the build, subvert it, or work against another input.

import type { BuildStageArgs } from "../args";
import { variableName, type Checker } from "./inputValidator";
import { stageNames } from "../dockerfile/fast";
import { flagsVariableProblem, goFlagProblem, variableProblem } from "./goFlags";
import { linkerWords } from "./ldflags";
import { portOf, privateHosts } from "./knownHosts";
import { shown } from "./problem";
import { imageReferenceProblem } from "../registry/reference";
import { parseGoVersion } from "./goVersion";

const fields = [
  ...["image", "goVersion", "flags", "ldflags", "buildTags", "env", "cgoEnabled"],
  ...["goProxy", "goPrivate", "netrc", "caCertificates", "ssh", "sshKnownHosts"],
];

/** Why FROM would not take the text for an image. */
export function baseImageProblem(text: string): string | undefined {
  return stageNames.includes(text)
    ? `is the name of a stage in the Dockerfile; for an image of that name write docker.io/library/${text}`
    : imageReferenceProblem(text);
}

export function buildProblems(check: Checker, build: BuildStageArgs | undefined): void {
  if (!check.object("build", build, fields)) return;
  const args = build as BuildStageArgs;
  check.text("build.image", args.image, (text) =>
    text === "scratch" ? "is empty and has no Go toolchain" : baseImageProblem(text),
  );
  check.text("build.goVersion", args.goVersion, (text) =>
    parseGoVersion(text) ? undefined : "is not a Go version, such as 1.23 or 1.23.4",
  );
  check.texts("build.flags", args.flags, goFlagProblem);
  check.texts("build.ldflags", args.ldflags, (text) => linkerWords(text).problem);
  check.texts("build.buildTags", args.buildTags, (text) =>
    /^[\p{L}\p{N}_.]+$/u.test(text)
      ? undefined
      : "is not a build tag; one tag an entry, of letters, digits, _ and .",
  );
  environmentProblems(check, args);
  check.flag("build.cgoEnabled", args.cgoEnabled);
  if (args.cgoEnabled === true && args.image === undefined) {
    check.add(
      "build.cgoEnabled",
      "needs build.image with a C compiler for musl: a binary linked to glibc does not start on Alpine",
    );
  }
  check.text("build.goProxy", args.goProxy, (text) =>
    /:\/\/[^/@]*@/.test(text) ? "has credentials, which would stay in the image's history" : undefined,
  );
  check.text("build.goPrivate", args.goPrivate);
  check.secret("build.netrc", args.netrc, (text) =>
    /^\s*(machine|default|macdef)\s/m.test(text)
      ? undefined
      : 'is not the text of a netrc file, such as "machine git.example.com login robot password ..."',
  );
  check.secret("build.caCertificates", args.caCertificates, (text) =>
    text.includes("-----BEGIN CERTIFICATE-----")
      ? undefined
      : 'is not PEM text; read the file, such as readFileSync(path, "utf8")',
  );
  sshProblems(check, args);
}

function environmentProblems(check: Checker, args: BuildStageArgs): void {
  check.record("build.env", args.env, variableName);
  for (const [name, value] of Object.entries(args.env ?? {})) {
    if (typeof value !== "string") continue;
    const problem = variableProblem(name, value, args.netrc !== undefined || args.ssh === true);
    if (problem !== undefined) check.add(`build.env.${name}`, problem);
    if (name === "GOFLAGS") check.text("build.env.GOFLAGS", value, flagsVariableProblem);
    if (name === "GOWORK" && !["", "auto", "off"].includes(value)) {
      check.add(
        "build.env.GOWORK",
        "is refused: the go.work file above source is found without it, and no other is; off leaves it out",
      );
    }
    if (/^GIT_SSH(_COMMAND|_VARIANT)?$/.test(name) && args.ssh === true) {
      check.add(`build.env.${name}`, "is refused: build.ssh sets it, so that host keys are verified");
    }
  }
}

function sshProblems(check: Checker, { ssh, sshKnownHosts, goPrivate }: BuildStageArgs): void {
  check.flag("build.ssh", ssh);
  if (sshKnownHosts !== undefined && typeof sshKnownHosts !== "string") {
    return check.add(
      "build.sshKnownHosts",
      'is not a string that is known when the program runs, such as readFileSync(path, "utf8")',
    );
  }
  if (ssh !== true) {
    if (sshKnownHosts !== undefined) check.add("build.sshKnownHosts", "has no effect without build.ssh");
    return;
  }
  if (typeof goPrivate !== "string" || goPrivate === "") {
    return check.add(
      "build.ssh",
      'needs build.goPrivate, such as "git.example.com/*": it tells what comes by SSH',
    );
  }
  for (const host of privateHosts(goPrivate)) {
    if (!/^[A-Za-z0-9][A-Za-z0-9.-]*$/.test(host)) {
      check.add("build.goPrivate", `has the host ${shown(host)}; with build.ssh each host is named in full`);
      continue;
    }
    if (portOf(host, sshKnownHosts ?? "") === undefined) {
      const line = `add the line that ssh-keyscan ${host} prints, once it is the key that the host's owner publishes`;
      check.add("build.sshKnownHosts", `has no host key for ${host}; ${line}`);
    }
  }
}
