// Says in a few words why a build is not the one that is deployed, from what the stack's state has of that one.

import * as crypto from "node:crypto";
import * as path from "node:path";
import { firstFew } from "../text";

const mostReasons = 6;

/** Hashes of files, by path. */
type Hashes = Readonly<Record<string, string>>;

/** More files than the state should have to list. */
const mostFiles = 2_000;

/** The files as the state has them: one by one, or of a large source by directory, or of a huge one together. */
export function recordedFiles(files: Hashes): Record<string, string> {
  const names = Object.keys(files);
  if (names.length <= mostFiles) return { ...files };
  const directories = new Map<string, crypto.Hash>();
  for (const name of names.sort()) {
    const directory = `${path.posix.dirname(name)}/`;
    const hash = directories.get(directory) ?? crypto.createHash("sha256");
    directories.set(directory, hash.update(`${name}\0${files[name]}\n`));
  }
  const hashes = [...directories].map(
    ([directory, hash]) => [directory, hash.digest("hex").slice(0, 12)] as const,
  );
  if (hashes.length <= mostFiles) return Object.fromEntries(hashes);
  const all = crypto.createHash("sha256");
  for (const [directory, hash] of hashes) all.update(`${directory}\0${hash}\n`);
  return { "./": all.digest("hex").slice(0, 12) };
}

/** Packages and files that changed, such as "internal/db (2 files), go.sum, 1 file removed from web". */
export function changedFiles(before: Hashes, after: Hashes): string[] {
  const changed = Object.keys({ ...before, ...after }).filter((file) => before[file] !== after[file]);
  const directories = new Map<string, string[]>();
  for (const file of changed.sort()) {
    const directory = path.posix.dirname(file);
    directories.set(directory, [...(directories.get(directory) ?? []), file]);
  }
  const reasons = [...directories].flatMap(([directory, files]) => {
    // A single file, and what lies beside go.mod, is named; of a package with many changes the number is enough.
    if (files.length === 1 || (directory === "." && files.length <= 3))
      return files.map((file) => named(file, before, after));
    return [`${directory} (${files.length} files)`];
  });
  return firstFew(reasons, mostReasons);
}

function named(file: string, before: Hashes, after: Hashes): string {
  if (!Object.hasOwn(before, file)) return `${file} (new)`;
  return Object.hasOwn(after, file) ? file : `${file} (gone)`;
}

/** Version 0.1.0 compiled in a step of this form, in which no later version does. */
const firstForm = /^RUN .*\["sh","-c","/m;

/** What changed in the Dockerfile: base images, settings, how goimage writes it, or nothing (an empty list). */
export function changedDockerfile(before: string, after: string): string[] {
  const isNewForm = firstForm.test(before) && !firstForm.test(after);
  // Ids of secrets follow from the base images.
  const withoutIds = (line: string) => line.replace(/(id=goimage-[a-z-]+)-[0-9a-f]{32}\b/g, "$1");
  const others = (text: string) =>
    onOneLine(text)
      .split("\n")
      .flatMap((line) => (line.startsWith("FROM ") ? [] : [withoutIds(line)]));
  const differ = (lines: (text: string) => string[]) => lines(before).join("\n") !== lines(after).join("\n");
  return [
    ...(differ(baseImages) ? ["base image"] : []),
    ...(differ(others)
      ? [isNewForm ? "the Dockerfile of this goimage version" : "settings in the Dockerfile"]
      : []),
  ];
}

/** Each base image of a Dockerfile once, without the stages that others build on. */
function baseImages(dockerfile: string): string[] {
  const froms = [...onOneLine(dockerfile).matchAll(/^FROM (?:--\S+ )*(\S+)(?: AS (\S+))?$/gm)];
  const stages = froms.map(([, , name]) => name);
  return [...new Set(froms.map(([, image = ""]) => image).filter((image) => !stages.includes(image)))];
}

/** The text with each instruction on one line. */
function onOneLine(dockerfile: string): string {
  return dockerfile.replace(/ \\\n */g, " ");
}
