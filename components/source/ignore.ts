// .dockerignore keeps its meaning: what it excludes is not sent to the builder.

import * as path from "node:path";
import type { Problem } from "../inputs";
import { limits } from "../limits";
import type { Disk } from "./disk";
import { dockerignore, DockerignoreError } from "./dockerignore";
import { join, type Tree } from "./tree";
import { refusal } from "./wholeModule";

/** The files that the .dockerignore in `directory` lets pass; it speaks of files below that directory only. */
export function withoutIgnored(
  tree: Tree,
  directory: string,
  files: readonly string[],
): { files: string[]; problems: Problem[] } {
  const file = join(directory, ".dockerignore");
  const what = tree.refusal(file);
  if (what !== undefined) return { files: [...files], problems: [refusal(file, what)] };
  if (!tree.has(file, "file")) return { files: [...files], problems: [] };
  const prefix = directory === "." ? "" : `${directory}/`;
  try {
    const isIgnored = dockerignore(tree.text(file, limits.source.dockerignoreBytes));
    const passes = (name: string) => !name.startsWith(prefix) || !isIgnored(name.slice(prefix.length));
    return { files: files.filter(passes), problems: [] };
  } catch (error) {
    if (!(error instanceof DockerignoreError)) throw error;
    return { files: [...files], problems: [{ propertyPath: "source", reason: `${file} ${error.message}` }] };
  }
}

/** Whether the .dockerignore of a module leaves out its vendor directory, so that the build does not have it. */
export function leavesOutVendor(disk: Disk, module: string): boolean {
  try {
    const content = disk.read(path.join(module, ".dockerignore"), limits.source.dockerignoreBytes);
    return dockerignore(content.toString())("vendor/modules.txt");
  } catch {
    // There is none, or it has a mistake, which is told when it is read for the files.
    return false;
  }
}
