import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Layout } from "./paths";
import { say } from "./ui";

/** Lets one set-up at a time work in a clone; another one waits. A lock whose process is gone does not count. */
export async function withLock<T>(layout: Layout, run: () => Promise<T>): Promise<T> {
  await mkdir(layout.home, { recursive: true });
  const file = join(layout.home, "lock");
  let told = false;
  while (!(await take(file))) {
    const owner = Number(await readFile(file, "utf8").catch(() => "0"));
    if (owner && !isAlive(owner)) {
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

const take = (file: string): Promise<boolean> =>
  writeFile(file, String(process.pid), { flag: "wx" }).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === "EEXIST") return false;
      throw error;
    },
  );

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
