// Where a resource's build context lies: .goimage/<project>/<stack>/<name>-<type> below the program's directory, its
// Dockerfile beside it. The path is an input of the image, so it is the same on every machine.
//
// The directory's own name is the image's, since buildx goes by it: a builder keeps the files that it was last sent from a
// directory of that name and is sent the differences. With one name for all, it would lose each image's files to another's.

import * as crypto from "node:crypto";
import * as path from "node:path";
import { workDirectoryName } from "./workDirectory";

/**
 * The directory for the context of the component `urn`, relative to the program's. `kind` is what is built of it. Pulumi allows one
 * name under parents of different types, and several processes of a run may build in this directory: such a name is followed by a
 * hash of what tells it apart.
 */
export function contextDirectory(urn: string, project: string, stack: string, kind: string): string {
  const [, , types = "", ...names] = urn.split("::");
  const name = names.join("::");
  const parents = types.split("$").slice(0, -1);
  const isPlain = parents.length === 0 && plain(name) === name;
  const hash = crypto.createHash("sha256").update(JSON.stringify([parents, name]));
  const own = `${plain(name)}-${kind}${isPlain ? "" : `-${hash.digest("hex").slice(0, 12)}`}`;
  return path.posix.join(workDirectoryName, plain(project), plain(stack), own);
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
