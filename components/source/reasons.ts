// Says in a few words why a build is not the one that is deployed, from what the stack's state has of that one.

import * as path from "node:path";

const mostReasons = 6;

/** Hashes of files, by path. */
type Hashes = Readonly<Record<string, string>>;

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
  const more = reasons.length - mostReasons;
  return [...reasons.slice(0, mostReasons), ...(more > 0 ? [`${more} more`] : [])];
}

function named(file: string, before: Hashes, after: Hashes): string {
  if (!Object.hasOwn(before, file)) return `${file} (new)`;
  return Object.hasOwn(after, file) ? file : `${file} (gone)`;
}

/** What changed in the Dockerfile: base images, settings, or nothing (an empty list). */
export function changedDockerfile(before: string, after: string): string[] {
  const others = (text: string) => text.split("\n").filter((line) => !line.startsWith("FROM "));
  const differ = (lines: (text: string) => string[]) => lines(before).join("\n") !== lines(after).join("\n");
  return [
    ...(differ(baseImages) ? ["base image"] : []),
    ...(differ(others) ? ["settings in the Dockerfile"] : []),
  ];
}

/** Each base image of a Dockerfile once, without the stages that others build on. */
function baseImages(dockerfile: string): string[] {
  const froms = [...dockerfile.matchAll(/^FROM (?:--\S+ )*(\S+)(?: AS (\S+))?$/gm)];
  const stages = froms.map(([, , name]) => name);
  return [...new Set(froms.map(([, image = ""]) => image).filter((image) => !stages.includes(image)))];
}
