// Shows the compiler's own lines when a build fails. The providers report "exit code 1" and keep the output of the
// failed step to themselves; the step is run once more with docker's command line, whose output we can read. It fails
// at the same place within seconds, since everything before it is cached.

import { spawn } from "node:child_process";
import { hints } from "../../dockerfile";
import { cleanLine, cleanLines } from "../../text";
import { buildWords, commandLines, type CommandLineBuild, type CommandWords } from "../commandLine";
import { failedStep, unfinishedStep } from "./failedStep";

const mostLines = 100;
const longestLine = 2_000;
const longestStep = 300;
/** Bytes of a build's output that are kept: its end. */
const mostOutput = 8 * 1024 * 1024;
const longestRun = 600_000;

/** Long enough to come to where it hung, since everything before that is cached. */
const shortRun = 20_000;

/** A build that can be run again. */
export type Rerun = CommandLineBuild;

/** The output of the failed step, with what to do about it. */
export async function failedOutput(build: Rerun): Promise<string> {
  const options = rerunOptions(build);
  for (const [program, ...words] of commandLines) {
    const output = await run(program, [...words, ...options.words], options.env);
    const text = failedLines(output, build, options.secrets);
    if (text !== undefined) return text;
  }
  return `the build failed; to see its output, run in the Pulumi project: docker buildx build ${options.words.join(" ")}`;
}

/** What a build's output has of the failed step, with what to do about it; undefined where it has nothing. */
export function failedLines(
  output: string,
  { platforms }: Pick<Rerun, "platforms">,
  secrets: readonly string[],
): string | undefined {
  const failed = failedStep(output);
  if (failed === undefined || failed.lines.length === 0) return undefined;
  const shown = [
    ...cleanLines(failed.lines, { mostLines, longest: longestLine, secrets }),
    ...hints(failed, platforms.join(", ")),
  ];
  return `the build failed:\n${shown.join("\n")}`;
}

/** The step that a build hangs in; undefined when it comes to its end, or cannot be run. */
export async function hangingStep(build: Rerun, patience = shortRun): Promise<string | undefined> {
  const { words, env, secrets } = rerunOptions(build);
  for (const [program, ...first] of commandLines) {
    const step = unfinishedStep(await run(program, [...first, ...words], env, patience));
    if (step !== undefined) return cleanLine(step, { longest: longestStep, secrets });
  }
  return undefined;
}

function rerunOptions(build: Rerun): CommandWords {
  return buildWords(build, ["--build-arg=SOURCE_DATE_EPOCH=0"]);
}

/** The end of a program's output, empty when there is no such program. No shell. */
function run(
  program: string,
  words: string[],
  env: Record<string, string>,
  patience = longestRun,
): Promise<string> {
  return new Promise((resolve) => {
    let chunks: Buffer[] = [];
    let length = 0;
    const child = spawn(program, words, {
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
      // Not the option timeout: where there is no such program, its timer would keep this process alive until it fires.
      signal: AbortSignal.timeout(patience),
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
