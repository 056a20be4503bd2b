// A main package that is named by a file of it.

import * as path from "node:path";
import { firstFewOf } from "../text";
import { parseGoFile } from "./goFile";
import type { GoService } from "./service";
import { join, type Tree } from "./tree";

/** Go build compiles a file that is named by itself. What lies beside it is hardly a program of its own without a func main. */
export function siblingWarnings(tree: Tree, { moduleDirectory, mainPackage }: GoService): string[] {
  const file = join(moduleDirectory, mainPackage);
  if (!file.endsWith(".go") || !tree.has(file, "file")) return [];
  const directory = path.posix.dirname(file);
  const siblings = tree
    .entries(directory)
    .filter(({ name, kind }) => kind === "file" && name.endsWith(".go") && !name.endsWith("_test.go"))
    .map(({ name }) => join(directory, name))
    .filter((sibling) => sibling !== file && isPart(tree.text(sibling)));
  if (siblings.length === 0) return [];
  const others = firstFewOf(siblings, 1);
  const named = path.posix.dirname(mainPackage);
  return [
    `mainPackage ${mainPackage} compiles that file alone, without ${others}: name the package, ${named}, if they belong to it`,
  ];
}

function isPart(text: string): boolean {
  const { packageName, constraint } = parseGoFile(text);
  return packageName === "main" && constraint === undefined && !/^func main\(/m.test(text);
}
