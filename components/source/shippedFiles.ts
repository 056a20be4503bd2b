// The files that an entry of runtime.files stands for: a file itself, or what lies below a directory.

import { quoteValue, type Problem } from "../inputs";
import { limits } from "../limits";
import { isWithin } from "./bound";
import { join, type Tree } from "./tree";
import { isOthers, isSecret } from "./wholeModule";

interface ShippedFiles {
  files: string[];
  /** What an entry can only have by its own name: probable secrets, and directories such as node_modules. */
  leftOut: string[];
  /** Links that cannot be shipped, unless .dockerignore leaves them out, each with the reason. */
  broken: Record<string, string>;
  /** True where links to directories with links in them multiply. */
  endless: boolean;
}

/** A directory to list, with where it and those above it really are. */
interface Listing {
  directory: string;
  above: readonly string[];
}

/** Links to directories are followed: the context has copies, as it has of links to files. */
export function shippedFiles(tree: Tree, entry: string): ShippedFiles {
  const shipped: ShippedFiles = { files: [], leftOut: [], broken: {}, endless: false };
  if (!tree.has(entry, "directory")) return { ...shipped, files: [entry] };
  const waiting: Listing[] = [{ directory: entry, above: [tree.realName(entry)] }];
  let followed = 0;
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (followed > limits.source.linkedDirectories) return { ...shipped, endless: true };
    const { directory, above } = next;
    for (const { name, kind, link } of tree.entries(directory)) {
      const file = join(directory, name);
      if (kind === "git" && !link) continue;
      if (kind === "directory" ? isOthers(name) : isSecret(tree, file)) shipped.leftOut.push(file);
      else if (kind === "nothing" && link) shipped.broken[file] = "a link that leads nowhere";
      else if (kind !== "directory") shipped.files.push(file);
      else {
        if (link) followed++;
        const real = tree.realName(file);
        if (above.some((place) => isWithin(real, place)))
          shipped.broken[file] = "a link to a directory that contains it";
        else waiting.push({ directory: file, above: [...above, real] });
      }
    }
  }
  return shipped;
}

export function tooManyLinks(entry: string): Problem {
  const reason = `has more than ${limits.source.linkedDirectories} links to directories in ${quoteValue(entry)}; name the directories themselves`;
  return { propertyPath: "runtime.files", reason };
}
