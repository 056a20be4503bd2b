// Marks a build context as in use by an update, so that a preview which runs beside it, perhaps of edited files, does not
// change what is being built. Two updates of one stack cannot run at a time: Pulumi locks the stack.

import * as fs from "node:fs";
import { readSmall, type WorkDirectory } from "./workDirectory";

const marks = new Set<string>();

/** Marks the context until this process ends. */
export function markInUse(work: WorkDirectory, directory: string): void {
  const mark = `${directory}.lock`;
  // A mark names its own inode: one that came with a checkout, to keep previews away from a context, cannot.
  work.write(mark, (inode) => `${process.pid} ${inode}\n`);
  if (marks.size === 0) process.once("exit", () => marks.forEach((file) => fs.rmSync(file, { force: true })));
  marks.add(work.path(mark));
}

/** The process of another update that uses the context; undefined without one. */
export function userOf(work: WorkDirectory, directory: string): number | undefined {
  const found = readSmall(work.path(`${directory}.lock`));
  const [, pid, inode] = /^(\d{1,10}) (\d{1,20})\n$/.exec(found?.text ?? "") ?? [];
  if (pid === undefined || inode !== String(found?.inode)) return undefined;
  return Number(pid) !== process.pid && isAlive(Number(pid)) ? Number(pid) : undefined;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: the process runs as another user.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
