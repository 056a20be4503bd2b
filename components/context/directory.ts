// Where a resource's build context lies: .goimage/<project>/<stack>/<name>-<type> below the program's directory, its
// Dockerfile beside it. The path is an input of the image, so it is the same on every machine.
//
// The directory's own name is the image's, since buildx goes by it: a builder keeps the files that it was last sent from a
// directory of that name and is sent the differences. With one name for all, it would lose each image's files to another's.

import * as path from "node:path";
import { workDirectoryName } from "./workDirectory";

/** The directory, relative to the program's. Two resources of one name in a program get two; `taken` counts them. */
export function contextDirectory(
  taken: Map<string, number>,
  ...[project, stack, type, name]: [project: string, stack: string, type: string, name: string]
): string {
  const wished = path.posix.join(workDirectoryName, ...[project, stack, `${name}-${type}`].map(plain));
  // Pulumi allows one name twice under different parents; a program registers them in the same order each time.
  const count = (taken.get(wished) ?? 0) + 1;
  taken.set(wished, count);
  return count === 1 ? wished : `${wished}-${count}`;
}

/**
 * The directory of the last deployment where only the stack's name is another: its stack was renamed, and another path
 * would be a reason to build.
 */
export function keptDirectory(wished: string, recorded: string | undefined): string {
  const parts = wished.split("/");
  const old = recorded?.split("/") ?? [];
  const isSame = old.length === parts.length && old.every((part, n) => n === 2 || part === parts[n]);
  return isSame && old[2] === plain(old[2] ?? "") ? old.join("/") : wished;
}

function plain(part: string): string {
  return part.replace(/[^A-Za-z0-9._-]/g, "_").replace(/^\.+/, "_") || "_";
}
