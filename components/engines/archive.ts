// Builds with docker's command line, to an archive of the last stage's files. A resource of Pulumi's is not used for that: its
// failure fails the update.

import { spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { cleanLine } from "../text";
import { buildWords, commandLines, type CommandLineBuild } from "./commandLine";
import { failedLines } from "./failures";

const longestStep = 160;
/** Characters of a build's output that are kept: its end. */
const mostOutput = 1024 * 1024;

interface ArchiveOptions<T> {
  /** Takes the archive; of a build that fails it may be a part of one. */
  take: (archive: Readable) => Promise<T>;
  /** Told of each step that begins. */
  step: (name: string) => void;
  milliseconds: number;
}

/** What `take` made of the archive. Fails with the failed step's output, or with what the command line said. */
export async function buildArchive<T>(build: CommandLineBuild, options: ArchiveOptions<T>): Promise<T> {
  let refusal = "";
  for (const command of commandLines) {
    const result = await attempt(command, build, options);
    if ("taken" in result) return result.taken;
    refusal ||= result.refusal;
  }
  throw new Error(
    `docker's command line cannot build here${refusal === "" ? "" : ` (${refusal})`}: install docker buildx`,
  );
}

async function attempt<T>(
  [program, ...first]: readonly [string, ...string[]],
  build: CommandLineBuild,
  { take, step, milliseconds }: ArchiveOptions<T>,
): Promise<{ taken: T } | { refusal: string }> {
  const { words, env, secrets } = buildWords(build, ["--output=type=tar,dest=-"]);
  const child = spawn(program, [...first, ...words], {
    // Provenance would be one more file.
    env: { ...process.env, BUILDX_NO_DEFAULT_ATTESTATIONS: "1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
    signal: AbortSignal.timeout(milliseconds),
    killSignal: "SIGKILL",
  });
  let output = "";
  const steps = new Set<string>();
  let rest = "";
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    output = (output + chunk).slice(-mostOutput);
    const lines = (rest + chunk).split("\n");
    rest = (lines.pop() ?? "").slice(-mostOutput);
    for (const line of lines) {
      const name = /^#\d+ (\[.+)/.exec(line)?.[1];
      if (name === undefined || steps.has(name)) continue;
      steps.add(name);
      step(cleanLine(name, { longest: longestStep, secrets }));
    }
  });
  const ended = new Promise<number | Error>((resolve) => {
    child.on("error", resolve).on("close", (code) => resolve(code ?? -1));
  });
  const taking = take(child.stdout).then(
    (taken) => ({ taken }),
    (error: unknown) => {
      // Nobody reads on: the build would wait for that.
      child.kill("SIGKILL");
      return { error: error as Error };
    },
  );
  const [end, result] = await Promise.all([ended, taking]);
  if (end === 0 && "taken" in result) return result;
  if (end instanceof Error && end.name === "AbortError")
    throw new Error(`the build took longer than ${milliseconds / 60_000} minutes`);
  if (end instanceof Error) return { refusal: "" };
  const lines = output.trim().split("\n");
  const isStarted = lines.some((line) => /^#\d+ /.test(line));
  if (!isStarted && output !== "") return { refusal: cleanLine(lines[0] ?? "", { secrets }) };
  const last = cleanLine(lines.at(-1) ?? "", { secrets });
  const explained = failedLines(output, build, secrets);
  if (explained === undefined && "error" in result) throw result.error;
  throw new Error(explained ?? `the build failed: ${last || `exit code ${end}`}`);
}
