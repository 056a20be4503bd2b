// Files that //go:embed patterns name; rules: https://pkg.go.dev/embed

import { join, type Tree } from "./tree";

/** Files below the package's directory that a pattern embeds. What Go would refuse is passed over: it says so itself. */
export function embeddedFiles(tree: Tree, directory: string, pattern: string): string[] {
  const all = pattern.startsWith("all:");
  const segments = (all ? pattern.slice("all:".length) : pattern)
    .split("/")
    .filter((part) => part !== "" && part !== ".");
  let matches = [{ path: directory, isDirectory: true }];
  for (const segment of segments) {
    const name = globPattern(segment);
    matches = matches
      .filter((match) => match.isDirectory)
      .flatMap((match) =>
        tree
          .entries(match.path)
          .filter((entry) => (entry.kind === "file" || entry.kind === "directory") && name.test(entry.name))
          .map((entry) => ({ path: join(match.path, entry.name), isDirectory: entry.kind === "directory" })),
      );
  }
  return matches.flatMap((match) => (match.isDirectory ? filesBelow(tree, match.path, all) : [match.path]));
}

/** A directory stands for the files below it, except hidden ones and other modules. */
function filesBelow(tree: Tree, directory: string, all: boolean): string[] {
  return tree.entries(directory).flatMap((entry) => {
    const path = join(directory, entry.name);
    if (!all && /^[._]/.test(entry.name)) return [];
    if (entry.kind === "file") return [path];
    if (entry.kind !== "directory" || entry.link || tree.has(join(path, "go.mod"), "file")) return [];
    return filesBelow(tree, path, all);
  });
}

/** One path segment of Go's path.Match. */
function globPattern(segment: string): RegExp {
  let pattern = "";
  for (const [part] of segment.matchAll(/\\[^]|\[\^?(?:\\[^]|[^\]\\])+\]|[^]/gu)) {
    if (part === "*") pattern += ".*";
    else if (part === "?") pattern += ".";
    else if (part.startsWith("[") && part.length > 1) pattern += part;
    else pattern += part.replace(/^\\(.)/su, "$1").replace(/[\\^$.*+?()[\]{}|/-]/gu, "\\$&");
  }
  try {
    return new RegExp(`^${pattern}$`, "su");
  } catch {
    return /^[^]*$/; // A class that we do not understand: rather all files than one too few.
  }
}
