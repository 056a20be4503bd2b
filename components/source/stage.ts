// Writes the build context: exactly the listed files, with modes and times that depend on nothing but their content.
// Both providers hash file modes, so two checkouts with another umask would differ for ever without this.

import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import type { Tree } from "./tree";

/** A build context on disk. */
export interface StagedContext {
  /** sha256 over paths, modes and contents, in hexadecimal. */
  hash: string;
  /** The first digits of each file's own hash, by path. */
  files: Record<string, string>;
}

/** Makes `directory` hold the files and nothing else; what is right already is not touched. */
export function stageContext(
  tree: Tree,
  files: readonly string[],
  directory: string,
  executables: ReadonlySet<string> = new Set(),
): StagedContext {
  const hash = crypto.createHash("sha256");
  const hashes: Record<string, string> = {};
  const wanted = new Set<string>();
  const made = new Set<string>();
  for (const file of files) {
    const content = tree.content(file);
    const mode = executables.has(file) ? 0o755 : 0o644;
    const digest = crypto.createHash("sha256").update(content).digest();
    const hex = digest.toString("hex");
    hash.update(`${file}\0${mode.toString(8)}\0${hex}\n`);
    hashes[file] = hex.slice(0, 12);
    for (let parent = file; parent !== "." && !wanted.has(parent); parent = path.posix.dirname(parent))
      wanted.add(parent);
    makeDirectory(path.join(directory, path.dirname(file)), made);
    writeStaged(path.join(directory, file), content, { mode, time: contentTime(digest) });
  }
  fs.mkdirSync(directory, { recursive: true });
  removeOthers(directory, "", wanted);
  return { hash: hash.digest("hex"), files: hashes };
}

/**
 * A time that stands for the content. BuildKit sends only files whose size, mode or time changed since the last
 * build: with one fixed time for all, an edit that keeps the length of a file would not reach the builder.
 */
function contentTime(digest: Buffer): number {
  return digest.readUInt32BE(0) >>> 2;
}

function writeStaged(file: string, content: Buffer, { mode, time }: { mode: number; time: number }): void {
  const old = fs.lstatSync(file, { throwIfNoEntry: false });
  // Windows has no modes; what it reports there is as good as right.
  const sameMode = process.platform === "win32" || (old && (old.mode & 0o7777) === mode);
  if (old?.isFile() && old.size === content.length && old.mtimeMs === time * 1000 && sameMode) return;
  if (old?.isDirectory()) fs.rmSync(file, { recursive: true });
  writeAtomically(file, content, (temporary) => {
    fs.chmodSync(temporary, mode);
    fs.utimesSync(temporary, time, time);
  });
}

/** Writes under a temporary name and renames, so that an interruption leaves the old file or the new one. */
export function writeAtomically(
  file: string,
  content: string | Buffer,
  prepare?: (temporary: string) => void,
): void {
  const temporary = `${file}.${process.pid}.tmp`;
  fs.writeFileSync(temporary, content);
  prepare?.(temporary);
  fs.renameSync(temporary, file);
}

/** Makes a directory and those above it; `made` holds the ones that are known to be there. */
function makeDirectory(directory: string, made: Set<string>): void {
  if (made.has(directory)) return;
  made.add(directory);
  const stat = fs.lstatSync(directory, { throwIfNoEntry: false });
  if (stat?.isDirectory()) return;
  if (stat) fs.rmSync(directory);
  makeDirectory(path.dirname(directory), made);
  fs.mkdirSync(directory);
  fs.chmodSync(directory, 0o755);
}

function removeOthers(directory: string, relative: string, wanted: ReadonlySet<string>): void {
  for (const entry of fs.readdirSync(path.join(directory, relative), { withFileTypes: true })) {
    const file = relative === "" ? entry.name : `${relative}/${entry.name}`;
    if (!wanted.has(file)) fs.rmSync(path.join(directory, file), { recursive: true });
    else if (entry.isDirectory()) removeOthers(directory, file, wanted);
  }
}
