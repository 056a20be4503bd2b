// Shows the compiler's own lines when a build fails. The providers report "exit code 1" and keep the output of the
// failed step to themselves; the step is run once more with docker's command line, whose output we can read. It fails
// at the same place within seconds, since everything before it is cached.

import { spawn } from "node:child_process";
import * as pulumi from "@pulumi/pulumi";
import { proberPath } from "../dockerfile/smokeTest";
import type { BuildRequest } from "./engine";
import { explain } from "./explain";

/** How docker's command line may be installed: with the buildx plugin, as buildx alone, or older than buildx. */
const commandLines = [
  ["docker", "buildx", "build"],
  ["docker-buildx", "build"],
  ["docker", "build"],
] as const;

const mostLines = 100;
let hooks = 0;

/** A hook for the child that builds `request`: it logs the output of the failed step. */
export function showBuildLog(component: pulumi.Resource, request: BuildRequest): pulumi.ResourceHookBinding {
  // The SDK's mocks know no hooks.
  const monitor = pulumi.runtime.getMonitor() as { registerErrorHook?: unknown } | undefined;
  if (typeof monitor?.registerErrorHook !== "function") return {};
  const hook = new pulumi.ErrorHook(`goimage-build-log-${++hooks}`, async ({ errors }) => {
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
    const lines = failedStepLines(output);
    if (lines.length > 0) {
      const shown = [...lines.slice(-mostLines), ...hints(lines, request.platform)];
      return `the build failed:\n${shown.join("\n")}`;
    }
  }
  return `the build failed; to see its output, run in the Pulumi project: docker buildx build ${options.words.join(" ")}`;
}

async function rerunOptions(
  request: BuildRequest,
): Promise<{ words: string[]; env: Record<string, string> }> {
  const env: Record<string, string> = {};
  const words = ["--progress=plain", `--platform=${request.platform}`, "--build-arg=SOURCE_DATE_EPOCH=0"];
  if (request.builder !== undefined) words.push(`--builder=${request.builder}`);
  if (request.ssh) words.push("--ssh=default");
  for (const [id, value] of Object.entries(request.secrets)) {
    const variable = `GOIMAGE_${id.replace(/\W/g, "_").toUpperCase()}`;
    env[variable] = await new Promise<string>((resolve) => pulumi.output(value).apply(resolve));
    words.push(`--secret=id=${id},env=${variable}`);
  }
  return { words: [...words, `--file=${request.dockerfile}`, request.context], env };
}

/** Lines of the step that failed, from output such as "#12 0.303 main.go:9:10: undefined: x" and "#12 ERROR: ...". */
export function failedStepLines(output: string): string[] {
  const step = /^#(\d+) ERROR: .*/m.exec(output)?.[1];
  if (step === undefined) return [];
  const ofStep = new RegExp(`^#${step} \\d+\\.\\d+ (.*)$`, "gm");
  return [...output.matchAll(ofStep)].map((match) => match[1] ?? "");
}

/** What to do about lines that do not say it themselves. */
export function hints(lines: readonly string[], platform: string): string[] {
  if (!lines.some((line) => line.includes(`exec ${proberPath}: exec format error`))) return [];
  return [
    `the builder cannot run programs of ${platform}, as smokeTest needs: leave it out, or choose with the input builder ` +
      "one of that platform or with an emulator",
  ];
}

/** All output of a program, empty when there is no such program. No shell. */
function run(program: string, words: string[], env: Record<string, string>): Promise<string> {
  return new Promise((resolve) => {
    let output = "";
    const child = spawn(program, words, {
      env: { ...process.env, DOCKER_BUILDKIT: "1", ...env },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: 600_000,
    });
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.on("error", () => resolve(output));
    child.on("close", () => resolve(output));
  });
}
