// Writes the build context: exactly the listed files, with modes and times that depend on nothing but their content.
// Both providers hash file modes, so two checkouts with another umask would differ for ever without this.

import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import type { Tree } from "../source";
import type { WorkDirectory } from "./workDirectory";

/** A build context, as it is to be written. */
export interface Context {
  /** sha256 over paths, modes and contents, in hexadecimal. */
  hash: string;
  /** The first digits of each file's own hash, by path. */
  files: Record<string, string>;
  entries: readonly ContextFile[];
}

interface ContextFile {
  path: string;
  content: Buffer;
  mode: number;
  /** Seconds since 1970, with a fraction. */
  time: number;
}

/** Reads the files; those in `executables` keep their executable bit. */
export function readContext(
  tree: Tree,
  files: readonly string[],
  executables: ReadonlySet<string> = new Set(),
): Context {
  const hash = crypto.createHash("sha256");
  const hashes: Record<string, string> = {};
  const entries = files.map((file): ContextFile => {
    const content = tree.content(file);
    const mode = executables.has(file) ? 0o755 : 0o644;
    const digest = crypto.createHash("sha256").update(content).digest();
    const hex = digest.toString("hex");
    hash.update(`${file}\0${mode.toString(8)}\0${hex}\n`);
    hashes[file] = hex.slice(0, 12);
    return { path: file, content, mode, time: contentTime(digest) };
  });
  return { hash: hash.digest("hex"), files: hashes, entries };
}

/** Makes `directory`, a path below .goimage, hold the files and nothing else; what is right stays. */
export function writeContext({ entries }: Context, work: WorkDirectory, directory: string): void {
  const wanted = new Set<string>();
  work.makeDirectory(work.path(directory));
  for (const { path: file, content, mode, time } of entries) {
    for (let parent = file; parent !== "." && !wanted.has(parent); parent = path.posix.dirname(parent))
      wanted.add(parent);
    const place = path.join(directory, file);
    work.makeDirectory(path.dirname(work.path(place)));
    if (!isRight(work.path(place), { content, mode, time })) work.write(place, content, { mode, time });
  }
  work.keepOnly(work.path(directory), wanted);
}

/** Whether the directory holds all of the files as they are to be. */
export function isWritten({ entries }: Context, work: WorkDirectory, directory: string): boolean {
  return entries.every((entry) => isRight(work.path(path.join(directory, entry.path)), entry));
}

/**
 * A time that stands for the content, to the microsecond. BuildKit sends only files whose size, mode or time changed since
 * the last build: with one fixed time for all, an edit that keeps the length of a file would not reach the builder.
 */
function contentTime(digest: Buffer): number {
  const microseconds = (digest.readUInt32BE(4) % 1_000_000) / 1e6;
  return (digest.readUInt32BE(0) >>> 2) + microseconds;
}

/** By content: two files can have the same size and time. */
function isRight(file: string, { content, mode, time }: Omit<ContextFile, "path">): boolean {
  const stat = statOf(file);
  if (!stat?.isFile() || stat.size !== content.length) return false;
  // Windows has no modes; what it reports there is as good as right.
  if (process.platform !== "win32" && (stat.mode & 0o7777) !== mode) return false;
  // Filesystems keep times to the nanosecond, to the microsecond or to the second.
  const isTime = Math.abs(stat.mtimeMs - time * 1000) < 0.01 || stat.mtimeMs === Math.floor(time) * 1000;
  return isTime && fs.readFileSync(file).equals(content);
}

/** Undefined, too, where a directory on the way is a file. */
function statOf(file: string): fs.Stats | undefined {
  try {
    return fs.lstatSync(file, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
