// Shows the compiler's own lines when a build fails. The providers report "exit code 1" and keep the output of the
// failed step to themselves; the step is run once more with docker's command line, whose output we can read. It fails
// at the same place within seconds, since everything before it is cached.

import { spawn } from "node:child_process";
import * as pulumi from "@pulumi/pulumi";
import { needsApk, packagesStage } from "../../dockerfile/steps/alpinePackages";
import { proberPath } from "../../dockerfile/steps/smokeTest";
import type { BuildRequest } from "../engine";
import { netrcSecrets } from "../../dockerfile/steps/privateModules";
import { cleanLines } from "../../text/foreignText";
import { hookName } from "../../deploy/program";
import { canHook, valueIfKnown } from "../../deploy/sdk";
import { explain } from "./advice";

/** How docker's command line may be installed: with the buildx plugin, as buildx alone, or older than buildx. */
const commandLines = [
  ["docker", "buildx", "build"],
  ["docker-buildx", "build"],
  ["docker", "build"],
] as const;

const mostLines = 100;
const longestLine = 2_000;
/** Bytes of a build's output that are kept: its end. */
const mostOutput = 8 * 1024 * 1024;
const longestRun = 600_000;

/** A hook for the child that builds `request`: it logs the output of the failed step. */
export function showBuildLog(component: pulumi.Resource, request: BuildRequest): pulumi.ResourceHookBinding {
  if (!canHook()) return {};
  const hook = new pulumi.ErrorHook(hookName("build-log"), async ({ errors }) => {
    const text = errors.some(isFailedStep) ? await explanation(request) : await advice(errors, request);
    if (text !== undefined) await pulumi.log.error(text, component);
    return false; // Do not try again.
  });
  return { onError: [hook] };
}

/** What to do about an error that is no failed step. */
function advice(errors: readonly string[], request: BuildRequest): Promise<string | undefined> {
  const { image, registry, login, builder, dockerfileText } = request;
  const known = pulumi.all([image, registry, login?.username, dockerfileText]);
  return new Promise((resolve) =>
    known.apply(([image, registry, user, dockerfile]) =>
      resolve(explain(errors.join("\n"), { image, registry, user, builder, dockerfile })),
    ),
  );
}

/** True for the message of BuildKit, old or new, about a RUN that exited with an error. */
export function isFailedStep(message: string): boolean {
  return /executor failed running|did not complete successfully/.test(message);
}

async function explanation(request: BuildRequest): Promise<string> {
  const options = await rerunOptions(request);
  for (const [program, ...words] of commandLines) {
    const output = await run(program, [...words, ...options.words], options.env);
    const failed = failedStep(output);
    if (failed !== undefined && failed.lines.length > 0) {
      const cleaning = { mostLines, longest: longestLine, secrets: options.secrets };
      const shown = [...cleanLines(failed.lines, cleaning), ...hints(failed, request.platform)];
      return `the build failed:\n${shown.join("\n")}`;
    }
  }
  return `the build failed; to see its output, run in the Pulumi project: docker buildx build ${options.words.join(" ")}`;
}

async function rerunOptions(
  request: BuildRequest,
): Promise<{ words: string[]; env: Record<string, string>; secrets: string[] }> {
  const secrets: string[] = [];
  const env: Record<string, string> = {};
  const words = ["--progress=plain", `--platform=${request.platform}`, "--build-arg=SOURCE_DATE_EPOCH=0"];
  if (request.builder !== undefined) words.push(`--builder=${request.builder}`);
  if (request.ssh) words.push("--ssh=default");
  for (const [id, value] of Object.entries(request.secrets)) {
    const variable = `GOIMAGE_${id.replace(/\W/g, "_").toUpperCase()}`;
    const text = (await valueIfKnown(pulumi.output(value))) ?? "";
    env[variable] = text;
    secrets.push(text.trim(), ...netrcSecrets(text));
    words.push(`--secret=id=${id},env=${variable}`);
  }
  const password = request.login && (await valueIfKnown(request.login.password));
  if (password) secrets.push(password);
  const [dockerfile = "", context = ""] =
    (await valueIfKnown(pulumi.all([request.dockerfile, request.context]))) ?? [];
  return { words: [...words, `--file=${dockerfile}`, context], env, secrets };
}

/** The step that failed, and its lines without the number and time that each begins with. */
export interface FailedStep {
  /** Name of its stage in the Dockerfile. */
  stage: string;
  lines: string[];
}

/** Read from output such as "#12 [build 6/7] RUN ...", "#12 0.303 main.go:9:10: undefined: x" and "#12 ERROR: ...". */
export function failedStep(output: string): FailedStep | undefined {
  const step = /^#(\d+) ERROR: .*/m.exec(output)?.[1];
  if (step === undefined) return undefined;
  // A stage of another platform has that before its name.
  const stage = new RegExp(`^#${step} \\[(?:\\S+ )?(\\S+) +\\d+/\\d+\\]`, "m").exec(output)?.[1] ?? "";
  const ofStep = new RegExp(`^#${step} \\d+\\.\\d+ (.*)$`, "gm");
  return { stage, lines: [...output.matchAll(ofStep)].map((match) => match[1] ?? "") };
}

interface Hint {
  /** A line of the failed step that does not say enough. */
  when: RegExp;
  /** Where the line means it; undefined for any stage. */
  stage?: string;
  say(platform: string): string;
}

const knownHints: Hint[] = [
  {
    when: /disabled by GOPROXY=off/,
    say: () =>
      "modules are downloaded before the compiler runs, and only those that go.mod names: run go mod tidy in the module, and " +
      "commit go.mod and go.sum",
  },
  {
    when: new RegExp(`exec ${proberPath}: exec format error`),
    say: (platform) =>
      `the builder cannot run programs of ${platform}, as smokeTest needs: leave it out, or choose with the input builder ` +
      "one of that platform or with an emulator",
  },
  { stage: packagesStage, when: /exec: "sh": executable file not found/, say: () => needsApk },
  {
    stage: packagesStage,
    when: /exec \S+: exec format error/,
    say: () =>
      "runtime.packages runs apk of the base image on the builder, whose own platform the base image is not there for: " +
      "choose with runtime.image one that is, or with the input builder one that can run it",
  },
  {
    stage: packagesStage,
    when: /certificate verify failed/,
    say: () =>
      "the certificate of a package server is not trusted: give its authority, such as a company's, to build.caCertificates",
  },
];

/** What to do about a step whose lines do not say it themselves. */
export function hints({ stage, lines }: FailedStep, platform: string): string[] {
  return knownHints
    .filter((hint) => hint.stage === undefined || hint.stage === stage)
    .filter(({ when }) => lines.some((line) => when.test(line)))
    .map((hint) => hint.say(platform));
}

/** The end of a program's output, empty when there is no such program. No shell. */
function run(program: string, words: string[], env: Record<string, string>): Promise<string> {
  return new Promise((resolve) => {
    let chunks: Buffer[] = [];
    let length = 0;
    const child = spawn(program, words, {
      env: { ...process.env, DOCKER_BUILDKIT: "1", ...env },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: longestRun,
      killSignal: "SIGKILL",
    });
    const keep = (chunk: Buffer) => {
      chunks.push(chunk);
      length += chunk.length;
      if (length <= 2 * mostOutput) return;
      chunks = [Buffer.concat(chunks).subarray(-mostOutput)];
      length = mostOutput;
    };
    const output = () => Buffer.concat(chunks).subarray(-mostOutput).toString();
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.on("error", () => resolve(output()));
    child.on("close", () => resolve(output()));
  });
}
