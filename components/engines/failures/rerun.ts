// Shows the compiler's own lines when a build fails. The providers report "exit code 1" and keep the output of the
// failed step to themselves; the step is run once more with docker's command line, whose output we can read. It fails
// at the same place within seconds, since everything before it is cached.

import { spawn } from "node:child_process";
import { hints } from "../../dockerfile";
import { netrcSecrets } from "../../inputs";
import { cleanLine, cleanLines } from "../../text";
import { failedStep, unfinishedStep } from "./failedStep";

/** How docker's command line may be installed: with the buildx plugin, as buildx alone, or older than buildx. */
const commandLines = [
  ["docker", "buildx", "build"],
  ["docker-buildx", "build"],
  ["docker", "build"],
] as const;

const mostLines = 100;
const longestLine = 2_000;
const longestStep = 300;
/** Bytes of a build's output that are kept: its end. */
const mostOutput = 8 * 1024 * 1024;
const longestRun = 600_000;

/** Long enough to come to where it hung, since everything before that is cached. */
const shortRun = 20_000;

/** A build that can be run again. */
export interface Rerun {
  /** Paths of the rendered Dockerfile and of the directory with the build context. */
  dockerfile: string;
  context: string;
  platforms: readonly string[];
  buildArgs: Readonly<Record<string, string>>;
  builder: string | undefined;
  /** Id of the SSH agent. */
  ssh: string | undefined;
  /** BuildKit secrets by id. */
  secrets: Readonly<Record<string, string>>;
  /** For the registry: not needed to build, and not to be shown. */
  password: string | undefined;
}

/** The output of the failed step, with what to do about it. */
export async function failedOutput(build: Rerun): Promise<string> {
  const options = rerunOptions(build);
  for (const [program, ...words] of commandLines) {
    const output = await run(program, [...words, ...options.words], options.env);
    const failed = failedStep(output);
    if (failed !== undefined && failed.lines.length > 0) {
      const cleaning = { mostLines, longest: longestLine, secrets: options.secrets };
      const shown = [...cleanLines(failed.lines, cleaning), ...hints(failed, build.platforms.join(", "))];
      return `the build failed:\n${shown.join("\n")}`;
    }
  }
  return `the build failed; to see its output, run in the Pulumi project: docker buildx build ${options.words.join(" ")}`;
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

function rerunOptions(build: Rerun): { words: string[]; env: Record<string, string>; secrets: string[] } {
  const secrets: string[] = build.password === undefined ? [] : [build.password];
  const env: Record<string, string> = {};
  const words = [
    "--progress=plain",
    `--platform=${build.platforms.join(",")}`,
    "--build-arg=SOURCE_DATE_EPOCH=0",
  ];
  words.push(...Object.entries(build.buildArgs).map(([name, value]) => `--build-arg=${name}=${value}`));
  if (build.builder !== undefined) words.push(`--builder=${build.builder}`);
  if (build.ssh !== undefined) words.push(`--ssh=${build.ssh}`);
  for (const [id, value] of Object.entries(build.secrets)) {
    const variable = `GOIMAGE_${id.replace(/\W/g, "_").toUpperCase()}`;
    env[variable] = value;
    secrets.push(value, ...netrcSecrets(value));
    words.push(`--secret=id=${id},env=${variable}`);
  }
  return { words: [...words, `--file=${build.dockerfile}`, build.context], env, secrets };
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
      env: { ...process.env, DOCKER_BUILDKIT: "1", ...env },
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
