/** Daemons that outlive this process: started once, found again, stopped by their process id. */
import { spawn } from "node:child_process";
import { existsSync, openSync, readFileSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { lastLines, run, SetupError } from "./exec";
import type { Layout } from "./paths";

export interface Service {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Text that decides, with the command line, whether a running one is still the one wanted. */
  readonly config?: string;
  ready(): Promise<boolean>;
}

interface Running {
  readonly pid: number;
  /** Tells the process from a later one with the same id. */
  readonly born: string;
  readonly identity: string;
}

const patience = 60_000;

/** Start time of a live process, or undefined. */
async function birth(pid: number): Promise<string | undefined> {
  if (process.platform !== "linux") {
    const { code, stdout } = await run("ps", ["-o", "lstart=", "-p", String(pid)]);
    return code === 0 ? stdout.trim() : undefined;
  }
  try {
    // After the name in parentheses: state is field 3, start time field 22.
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    return fields[0] === "Z" ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

const stateFile = (layout: Layout, name: string) => join(layout.services, `${name}.json`);

async function recorded(layout: Layout, name: string): Promise<Running | undefined> {
  const text = await readFile(stateFile(layout, name), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const running = JSON.parse(text) as Running;
  return (await birth(running.pid)) === running.born ? running : undefined;
}

export const isRunning = async (layout: Layout, name: string): Promise<boolean> =>
  (await recorded(layout, name)) !== undefined;

/** True if it had to be started. */
export async function ensureService(layout: Layout, service: Service): Promise<boolean> {
  const identity = JSON.stringify([service.command, service.args, service.config ?? ""]);
  const running = await recorded(layout, service.name);
  if (running?.identity === identity && (await service.ready())) return false;
  if (running) await stopService(layout, service.name);
  await mkdir(layout.log, { recursive: true });
  await mkdir(layout.services, { recursive: true });
  const log = join(layout.log, `${service.name}.log`);
  await rm(log, { force: true });
  const file = openSync(log, "a");
  const child = spawn(service.command, service.args, {
    detached: true,
    stdio: ["ignore", file, file],
    env: service.env,
    cwd: layout.home,
  });
  let failure: string | undefined;
  child.once("error", (error) => (failure = error.message));
  child.once("exit", (code, signal) => (failure = `ended with ${signal ?? `exit code ${code}`}`));
  child.unref();
  const born = child.pid && (await birth(child.pid));
  if (child.pid && born) {
    const state: Running = { pid: child.pid, born, identity };
    const temporary = `${stateFile(layout, service.name)}.new`;
    await writeFile(temporary, JSON.stringify(state));
    await rename(temporary, stateFile(layout, service.name));
  }
  const deadline = Date.now() + patience;
  while (!(await service.ready())) {
    if (!failure && Date.now() > deadline) failure = `did not answer within ${patience / 1000}s`;
    if (failure) {
      await stopService(layout, service.name);
      const tail = existsSync(log) ? lastLines(readFileSync(log, "utf8"), 20) : "";
      throw new SetupError(`${service.name} ${failure}; the end of ${log}:\n${tail}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return true;
}

/** True if it ran. Returns when it is gone. */
export async function stopService(layout: Layout, name: string): Promise<boolean> {
  const running = await recorded(layout, name);
  if (running) {
    const alive = async () => (await birth(running.pid)) === running.born;
    for (const [signal, wait] of [["SIGTERM", 20_000] as const, ["SIGKILL", 5000] as const]) {
      if (!(await alive())) break;
      process.kill(running.pid, signal);
      const deadline = Date.now() + wait;
      while ((await alive()) && Date.now() < deadline)
        await new Promise((resolve) => setTimeout(resolve, 50));
    }
    if (await alive()) throw new SetupError(`${name} (process ${running.pid}) does not end`);
  }
  await rm(stateFile(layout, name), { force: true });
  return running !== undefined;
}
