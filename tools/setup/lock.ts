import { link, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Layout } from "./paths";
import { say } from "./ui";

/** Lets one set-up at a time work in a clone; another one waits. A lock whose process is gone, or that names none, does not count. */
export async function withLock<T>(layout: Layout, run: () => Promise<T>): Promise<T> {
  await mkdir(layout.home, { recursive: true });
  const file = join(layout.home, "lock");
  let told = false;
  while (!(await take(file))) {
    const text = await readFile(file, "utf8").catch(() => undefined);
    if (text === undefined) continue;
    const owner = Number(text);
    if (!owner || !isAlive(owner)) {
      await rm(file, { force: true });
      continue;
    }
    if (!told) say(`another set-up (process ${owner}) works in ${layout.home}: waiting for it`);
    told = true;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  // Ctrl-C ends the process from a signal handler: `finally` would not run then.
  const release = () => rmSync(file, { force: true });
  process.once("exit", release);
  try {
    return await run();
  } finally {
    process.off("exit", release);
    release();
  }
}

/** False when the lock is taken. It appears with its content: on a full disk an empty file would stay behind. */
async function take(file: string): Promise<boolean> {
  const draft = `${file}.${process.pid}`;
  try {
    await writeFile(draft, String(process.pid));
    await link(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
