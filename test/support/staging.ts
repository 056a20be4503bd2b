// Stages files below a directory, as a component does below its program's.

import * as path from "node:path";
import { readContext, writeContext } from "../../components/context/stage";
import type { Tree } from "../../components/source/tree";
import { WorkDirectory, workDirectoryName } from "../../components/context/workDirectory";

export interface Staged {
  hash: string;
  files: Record<string, string>;
  directory: string;
}

export function stageBelow(
  parent: string,
  tree: Tree,
  files: readonly string[],
  executables: ReadonlySet<string> = new Set(),
): Staged {
  const context = readContext(tree, files, executables);
  const place = `${workDirectoryName}/project/stack/src`;
  writeContext(context, new WorkDirectory(parent), place);
  const directory = path.join(parent, place);
  return { hash: context.hash, files: context.files, directory };
}
