// .dockerignore keeps its meaning: what it excludes is not sent to the builder.

import ignore from "@balena/dockerignore";
import { join, type Tree } from "./tree";

/** The files that the .dockerignore in `directory` lets pass; it speaks of files below that directory only. */
export function withoutIgnored(tree: Tree, directory: string, files: readonly string[]): string[] {
  const file = join(directory, ".dockerignore");
  if (!tree.has(file, "file")) return [...files];
  const matcher = ignore().add(tree.content(file).toString());
  const prefix = directory === "." ? "" : `${directory}/`;
  return files.filter((name) => !name.startsWith(prefix) || !matcher.ignores(name.slice(prefix.length)));
}
