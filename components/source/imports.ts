// The packages from outside of the modules on disk that any program of them imports: what a seed compiles in advance. Of all
// programs, so that the services of a module or a workspace share one seed.

import { constraintMatches, nameMatches, type BuildContext } from "./buildConstraints";
import { parseGoFile } from "./goFile";
import type { GoService } from "./service";
import { listModule } from "./wholeModule";
import type { Tree } from "./tree";

/** An import path, and nothing that the go command could take for a flag or a pattern. */
const importPath = /^\w[\w.~+-]*(\/[\w~+-][\w.~+-]*)*$/;

/** Import paths, sorted. More than the build needs where build constraints cannot be told. */
export function externalImports(tree: Tree, service: GoService, contexts: readonly BuildContext[]): string[] {
  const found = new Set<string>();
  for (const { directory } of service.modules) {
    for (const file of listModule(tree, directory).files) {
      const name = file.slice(file.lastIndexOf("/") + 1);
      if (!name.endsWith(".go") || name.endsWith("_test.go") || /^[._]/.test(name)) continue;
      if (isPassedOver(file)) continue;
      const named = contexts.filter((context) => nameMatches(context, name));
      if (named.length === 0) continue;
      const { imports, constraint, cgoPreamble } = parseGoFile(tree.text(file));
      const isTaken = named.some(
        (context) =>
          constraintMatches(context, constraint) &&
          (cgoPreamble === undefined || context.cgoEnabled || context.uncertain),
      );
      if (!isTaken) continue;
      for (const imported of imports) found.add(imported);
    }
  }
  const isOnDisk = (imported: string) =>
    service.modules.some((module) => imported === module.path || imported.startsWith(`${module.path}/`));
  return [...found]
    .filter((imported) => imported !== "C" && importPath.test(imported) && !isOnDisk(imported))
    .sort();
}

/** Directories that the go command passes over when it looks for packages (go help packages). */
function isPassedOver(file: string): boolean {
  const directories = file.split("/").slice(0, -1);
  return directories.some((name) => name === "testdata" || name === "vendor" || /^[._]./.test(name));
}
