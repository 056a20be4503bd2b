import { type ChildProcess, spawn, type StdioOptions } from "node:child_process";
import { accessSync, constants, createWriteStream, statSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { finished } from "node:stream/promises";
import { say } from "./ui";

/** A failure that the user can act on: printed as it is, with no stack. */
export class SetupError extends Error {}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Keep the whole output in this file. */
  readonly log?: string;
  /** Let the child write to the terminal instead of collecting its output. */
  readonly show?: boolean;
  /** Gets each line of stdout instead. */
  readonly onLine?: (line: string) => void;
}

interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const children = new Set<ChildProcess>();
/** Children in our own process group: on Ctrl-C the terminal tells them itself. */
const onTerminal = new Set<ChildProcess>();
let interrupted = false;

type StartOptions = RunOptions & { readonly stdio: StdioOptions };

/** Starts a child that ends with us: in a process group of its own, unless it is to have the terminal. */
export function start(
  command: string,
  args: readonly string[],
  { cwd, env, stdio }: StartOptions,
): ChildProcess {
  if (interrupted) throw new SetupError("interrupted");
  const attached = stdio === "inherit";
  const child = spawn(command, args, { cwd, env: env ?? process.env, stdio, detached: !attached });
  if (attached) onTerminal.add(child);
  children.add(child);
  child.once("close", () => children.delete(child));
  child.once("error", () => children.delete(child));
  return child;
}

/** Runs a command to its end. Never rejects for an exit code; a command that is not there gives code 127. */
export async function run(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Result> {
  const terminal = process.stdin.isTTY && process.stdout.isTTY;
  const shown: StdioOptions = terminal ? "inherit" : ["ignore", "inherit", "inherit"];
  const stdio = options.show ? shown : ["ignore", "pipe", "pipe"];
  if (options.log) await mkdir(dirname(options.log), { recursive: true });
  const log = options.log ? createWriteStream(options.log) : undefined;
  // From here to the listeners nothing may wait: the end of a quick command would be missed.
  const child = start(command, args, { ...options, stdio: stdio as StdioOptions });
  const collected = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream]?.setEncoding("utf8").on("data", (text: string) => {
      log?.write(text);
      collected[stream] += text;
    });
  }
  if (options.onLine && child.stdout) createInterface(child.stdout).on("line", options.onLine);
  const code = await new Promise<number>((resolve) => {
    child.once("error", (error: NodeJS.ErrnoException) => {
      collected.stderr += error.message;
      resolve(error.code === "ENOENT" ? 127 : 126);
    });
    child.once("close", (exit, signal) => resolve(exit ?? (signal === "SIGINT" ? 130 : 143)));
  });
  if (log) await finished(log.end());
  if (interrupted) await new Promise(() => {}); // The interrupt handler ends the process.
  return { code, ...collected };
}

/** Runs a command that must succeed, and returns what it printed on stdout. */
export async function mustRun(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const { code, stdout, stderr } = await run(command, args, options);
  if (code === 0) return stdout;
  const tail = lastLines(stderr || stdout, 15);
  const where = options.log ? `\nwhole output: ${options.log}` : "";
  throw new SetupError(
    `${command} ${args.slice(0, 3).join(" ")} ended with exit code ${code}\n${tail}${where}`,
  );
}

export const lastLines = (text: string, count: number): string =>
  text
    .trimEnd()
    .split("\n")
    .slice(-count)
    .map((line) => `  ${line}`)
    .join("\n");

/** Finds a command on PATH, leaving out one folder (our own). */
export function which(command: string, except = ""): string | undefined {
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    if (!folder || folder === except) continue;
    const path = join(folder, command);
    try {
      accessSync(path, constants.X_OK);
      if (statSync(path).isFile()) return path;
    } catch {
      // Not here; the next folder may have it.
    }
  }
  return undefined;
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (child.pid) process.kill(onTerminal.has(child) ? child.pid : -child.pid, signal);
  } catch {
    // Already gone.
  }
}

/**
 * On Ctrl-C or SIGTERM: passes the signal to the children that run, waits for them, and exits with 130 (143).
 * A second Ctrl-C stops waiting.
 */
export function handleInterrupts(): void {
  const stop = async (signal: NodeJS.Signals) => {
    if (interrupted) {
      for (const child of children) signalGroup(child, "SIGKILL");
      process.exit(130);
    }
    interrupted = true;
    say(`\n${signal === "SIGINT" ? "interrupted" : "terminated"}: ending ${children.size} child process(es)`);
    // The second signal tells pulumi not to wait for a provider that is in the middle of something.
    const steps = [
      { next: signal, wait: 5000, told: signal === "SIGINT" && process.stdin.isTTY ? onTerminal : new Set() },
      { next: signal, wait: 10_000, told: new Set() },
      { next: "SIGKILL", wait: 2000, told: new Set() },
    ] as const;
    for (const { next, wait, told } of steps) {
      for (const child of children) if (!told.has(child)) signalGroup(child, next);
      const deadline = Date.now() + wait;
      while (children.size > 0 && Date.now() < deadline)
        await new Promise((resolve) => setTimeout(resolve, 50));
    }
    process.exit(signal === "SIGINT" ? 130 : 143);
  };
  process.on("SIGINT", () => void stop("SIGINT"));
  process.on("SIGTERM", () => void stop("SIGTERM"));
}
