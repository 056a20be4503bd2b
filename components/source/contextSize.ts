// How much a build context may hold.

import type { Problem } from "../inputs";
import { limits } from "../limits";
import { humanSize } from "../text";
import type { Tree } from "./tree";

export function tooMany(files: readonly string[]): Problem[] {
  if (files.length <= limits.source.files) return tooDeep(files);
  const reason = `has ${files.length} files that the build reads, more than ${limits.source.files}; leave out what it does not need with .dockerignore, or move that to a module of its own`;
  return [{ propertyPath: "source", reason }];
}

function tooDeep(files: readonly string[]): Problem[] {
  const deep = files.find((file) => file.split("/").length > limits.source.depth);
  if (deep === undefined) return [];
  const reason = `${deep.slice(0, 80)}... is more than ${limits.source.depth} directories deep; move it up`;
  return [{ propertyPath: "source", reason }];
}

/** Files are held in memory. */
export function tooLarge(tree: Tree, files: readonly string[]): Problem[] {
  const sizes = files.map((file) => [file, tree.size(file)] as const).sort(([, a], [, b]) => b - a);
  const [largest = "", size = 0] = sizes[0] ?? [];
  const all = sizes.reduce((sum, [, size]) => sum + size, 0);
  const { fileBytes, contextBytes } = limits.source;
  if (size <= fileBytes && all <= contextBytes) return [];
  const reason = `has ${humanSize(all)} of files that the build reads; the largest is ${largest} with ${humanSize(size)}. At most ${humanSize(fileBytes)} each and ${humanSize(contextBytes)} together are sent. Leave out what the build does not need with .dockerignore`;
  return [{ propertyPath: "source", reason }];
}
