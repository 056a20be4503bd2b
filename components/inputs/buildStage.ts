// Checks of the input build: what would break the build, subvert it, or work against another input.

import type { BuildStageArgs } from "../args";
import { parseGoVersion, privateHosts } from "../goSyntax";
import { portOf } from "../text";
import { baseImageProblem } from "./baseImage";
import { cgoFlagProblem, flagsVariableProblem, goFlagProblem, variableProblem } from "./goFlags";
import { flag, objectOf, secret, secretProblem, text, texts, variableName } from "./inputValidator";
import type { InputValidator } from "./inputValidator";
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
  flags: (validator, path, value, { cgoEnabled }) => {
    validator.texts(path, value, (flag) => goFlagProblem(flag) ?? cgoFlagProblem(flag, cgoEnabled));
  },
  ldflags: texts((entry) => linkerWords(entry).problem),
  buildTags: texts((tag) =>
    /^[\p{L}\p{N}_.]+$/u.test(tag)
      ? undefined
      : "is not a build tag; one tag an entry, of letters, digits, _ and .",
  ),
  env: environment,
  cgoEnabled: (validator, path, value, { image }) => {
    validator.flag(path, value);
    if (value === true && image === undefined) {
      validator.add(
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

/** What is wrong with the value of an input that came late. */
export const lateSecrets = {
  netrc: (value: unknown) => secretProblem(value, netrcProblem),
  caCertificates: (value: unknown) => secretProblem(value, certificatesProblem),
} as const;

function environment(
  validator: InputValidator,
  path: string,
  env: unknown,
  { netrc, ssh, cgoEnabled }: BuildStageArgs,
): void {
  validator.record(path, env, variableName);
  for (const [name, value] of Object.entries((env as BuildStageArgs["env"]) ?? {})) {
    if (typeof value !== "string") continue;
    const problem = variableProblem(name, value, netrc !== undefined || ssh === true);
    if (problem !== undefined) validator.add(`${path}.${name}`, problem);
    if (name === "GOFLAGS")
      validator.text(`${path}.GOFLAGS`, value, (text) => flagsVariableProblem(text, cgoEnabled));
    if (name === "GOWORK" && !["", "auto", "off"].includes(value)) {
      validator.add(
        `${path}.GOWORK`,
        "is refused: the go.work file above source is found without it, and no other is; off leaves it out",
      );
    }
    if (/^GIT_SSH(_COMMAND|_VARIANT)?$/.test(name) && ssh === true) {
      validator.add(`${path}.${name}`, "is refused: build.ssh sets it, so that host keys are verified");
    }
  }
}

/** Host keys, and with them the rest of what ssh needs. */
function sshKnownHosts(
  validator: InputValidator,
  path: string,
  knownHosts: unknown,
  { ssh, goPrivate }: BuildStageArgs,
): void {
  if (knownHosts !== undefined && typeof knownHosts !== "string") {
    return validator.add(
      path,
      'is not a string that is known when the program runs, such as readFileSync(path, "utf8")',
    );
  }
  if (ssh !== true) {
    if (knownHosts !== undefined) validator.add(path, "has no effect without build.ssh");
    return;
  }
  if (typeof goPrivate !== "string" || goPrivate === "") {
    return validator.add(
      "build.ssh",
      'needs build.goPrivate, such as "git.example.com/*": it names what is fetched by SSH',
    );
  }
  for (const host of privateHosts(goPrivate)) {
    if (!/^[A-Za-z0-9][A-Za-z0-9.-]*$/.test(host)) {
      validator.add(
        "build.goPrivate",
        `has the host ${quoteValue(host)}; with build.ssh each host is named in full`,
      );
      continue;
    }
    if (portOf(host, knownHosts ?? "") === undefined) {
      const line = `add the line that ssh-keyscan ${host} prints, once it is the key that the host's owner publishes`;
      validator.add(path, `has no host key for ${host}; ${line}`);
    }
  }
}
