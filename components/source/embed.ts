// Files that //go:embed patterns name; rules: https://pkg.go.dev/embed

import { goPattern, matches } from "../text";
import { isVersionControl } from "./disk";
import { join, type Kind, type Tree } from "./tree";

/** Files below the package's directory that a pattern embeds, and links that lead out of the bound. What else Go would refuse is passed over: it says so itself. */
export function embeddedFiles(tree: Tree, directory: string, pattern: string): string[] {
  const all = pattern.startsWith("all:");
  const segments = (all ? pattern.slice("all:".length) : pattern)
    .split("/")
    .filter((part) => part !== "" && part !== ".");
  let found = [{ path: directory, isDirectory: true }];
  const refused: string[] = [];
  for (const segment of segments) {
    const isName = nameTest(segment);
    found = found
      .filter((match) => match.isDirectory)
      .flatMap((match) =>
        tree
          .entries(match.path)
          .filter(({ kind, name }) => {
            if (!isName(name)) return false;
            if (leadsOut(kind, name)) refused.push(join(match.path, name));
            return isEmbeddable(kind);
          })
          .map(({ name, kind }) => ({ path: join(match.path, name), isDirectory: kind === "directory" })),
      );
  }
  return [
    ...refused,
    ...found.flatMap((match) => (match.isDirectory ? filesBelow(tree, match.path, all) : [match.path])),
  ];
}

/** Go refuses links as well, but in the build there would be none: the context has copies. */
function leadsOut(kind: Kind, name: string): boolean {
  return kind === "outside" || (kind === "git" && !isVersionControl(name));
}

/** A file with a name that cannot be written is one all the same: it is refused later, by its name. */
function isEmbeddable(kind: Kind): boolean {
  return kind === "file" || kind === "directory" || kind === "misnamed";
}

/** A directory stands for the files below it, except links, hidden ones and other modules. */
function filesBelow(tree: Tree, directory: string, all: boolean): string[] {
  const files: string[] = [];
  const waiting = [directory];
  for (let current = waiting.pop(); current !== undefined; current = waiting.pop()) {
    for (const { name, kind, link } of tree.entries(current)) {
      const path = join(current, name);
      if (link || (!all && /^[._]/.test(name))) continue;
      if (kind === "file" || kind === "misnamed") files.push(path);
      else if (kind === "directory" && !tree.has(join(path, "go.mod"), "file")) waiting.push(path);
    }
  }
  return files;
}

/** One path segment of Go's path.Match. A pattern that we do not understand means all names: rather that than one too few. */
function nameTest(segment: string): (name: string) => boolean {
  if (!/[*?[\\]/.test(segment)) return (name) => name === segment;
  const tokens = goPattern(segment);
  return (name) => tokens === undefined || matches(tokens, name) === true;
}
