// Where a resource's build context lies: .goimage/<stack>/<name> in the Pulumi project, its Dockerfile beside it. The path
// is an input of the image, so it is the same on every machine.
//
// The directory's own name is the image's, since buildx goes by it: a builder keeps the files that it was last sent from a
// directory of that name and is sent the differences. With one name for all, it would lose each image's files to another's.

import * as fs from "node:fs";
import * as path from "node:path";
import { oncePerRun } from "../run";
import { writeAtomically } from "./stage";

const takenDirectories = oncePerRun(() => new Map<string, number>());

/**
 * Returns the directory, relative to the project, and makes the one it lies in. Two resources of one name in a program
 * get two.
 */
export function contextDirectory(stack: string, type: string, name: string): string {
  const plain = [stack, `${name}-${type}`].map((part) =>
    part.replace(/[^A-Za-z0-9._-]/g, "_").replace(/^\.+/, "_"),
  );
  const wished = path.posix.join(".goimage", ...plain);
  // Pulumi allows one name twice under different parents; a program registers them in the same order each time.
  const taken = takenDirectories();
  const count = (taken.get(wished) ?? 0) + 1;
  taken.set(wished, count);
  const directory = count === 1 ? wished : `${wished}-${count}`;
  // The directory itself is made where its files are written, with a mode that no umask changes.
  fs.mkdirSync(path.dirname(directory), { recursive: true });
  // So that nobody commits it, and no tool that honours .gitignore reads it.
  if (!fs.existsSync(".goimage/.gitignore")) writeAtomically(".goimage/.gitignore", "*\n");
  return directory;
}
