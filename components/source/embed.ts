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

/** Names that no module holds, and so no program embeds. */
const neverEmbedded = new Set([".bzr", ".git", ".hg", ".svn"]);

/** A directory stands for the files below it, except links, hidden ones and other modules. */
function filesBelow(tree: Tree, directory: string, all: boolean): string[] {
  return tree.entries(directory).flatMap(({ name, kind, link }) => {
    const path = join(directory, name);
    if (link || neverEmbedded.has(name) || (!all && /^[._]/.test(name))) return [];
    if (kind === "file") return [path];
    if (kind !== "directory" || tree.has(join(path, "go.mod"), "file")) return [];
    return filesBelow(tree, path, all);
  });
}

/** One path segment of Go's path.Match. */
function globPattern(segment: string): RegExp {
  let pattern = "";
  for (const [part] of segment.matchAll(/\\[^]|\[\^?(?:\\[^]|[^\]\\])+\]|[^]/gu)) {
    if (part === "*") pattern += ".*";
    else if (part === "?") pattern += ".";
    else if (part.startsWith("[") && part.length > 1) pattern += classPattern(part);
    else pattern += literal(part);
  }
  try {
    return new RegExp(`^${pattern}$`, "su");
  } catch {
    return /^[^]*$/; // A class that we do not understand: rather all files than one too few.
  }
}

/** [a-z], [^a-z]: a dash between two characters makes a range, and a backslash takes the next one as it is. */
function classPattern(text: string): string {
  const negated = text.startsWith("[^");
  const members = text.slice(negated ? 2 : 1, -1).matchAll(/(\\[^]|[^\\])(?:-(\\[^]|[^\\]))?/gu);
  const ranges = [...members].map(([, low = "", high]) =>
    high === undefined ? literal(low) : `${literal(low)}-${literal(high)}`,
  );
  return `[${negated ? "^" : ""}${ranges.join("")}]`;
}

/** A character that stands for itself, given as it is or behind a backslash. */
function literal(character: string): string {
  return `\\u{${(character.codePointAt(character.length > 1 && character.startsWith("\\") ? 1 : 0) ?? 0).toString(16)}}`;
}
