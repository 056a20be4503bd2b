// Modules that lie on disk because a go.mod or go.work replaces them by a directory.

import * as path from "node:path";
import { parseGoVersion } from "../goSyntax";
import { quoteValue, type Problem } from "../inputs";
import { shown, type Disk } from "./disk";
import { parseGoMod, type GoModFile } from "./goMod";

/** A module that lies on disk. */
export interface LocalModule {
  /** Its import path. */
  path: string;
  directory: string;
}

export function readGoMod(disk: Disk, file: string): GoModFile {
  return parseGoMod(disk.text(file));
}

export interface Replacements {
  modules: LocalModule[];
  /** Paths of the modules that the build may take packages from; undefined where go.mod does not list them all. */
  required: readonly string[] | undefined;
  problems: Problem[];
}

/**
 * Modules that the build needs of those that `files` replace by directories. What nothing requires is not read: the go command
 * does not look for it either. `mains` are the go.mod files of the main modules.
 */
export function neededReplacements(
  disk: Disk,
  source: string,
  { files, mains, rewrites }: { files: readonly string[]; mains: readonly string[]; rewrites: boolean },
): Replacements {
  const problems = files.flatMap((file) => absolutePaths(disk, source, file));
  const replaced = files.flatMap((file) =>
    readGoMod(disk, file).localReplacements.map(({ module, directory }) => ({
      path: module,
      directory: path.resolve(path.dirname(file), directory),
      problem: (reason: string): Problem => ({
        propertyPath: "source",
        reason: `${path.basename(file)} of ${quoteValue(source)} replaces ${module} by ${shown(path.resolve(path.dirname(file), directory))}, ${reason}`,
      }),
    })),
  );
  const mods = mains.map((file) => readGoMod(disk, file));
  const required = new Set(mods.flatMap(({ requires }) => requires));
  // Before Go 1.17 a go.mod does not list what only other modules require, and -mod=mod adds what is missing.
  const isComplete = !rewrites && mods.every(({ go }) => isPruned(go));
  const modules: LocalModule[] = [];
  const waiting = new Set(replaced);
  for (let found = true; found;) {
    found = false;
    for (const module of waiting) {
      const isRequired = required.has(module.path);
      if (!isRequired && isComplete) continue;
      const refusal = placeProblem(disk, module.directory);
      const isThere = refusal === undefined && disk.hasFile(path.join(module.directory, "go.mod"));
      if (!isRequired && !isThere) continue;
      waiting.delete(module);
      found = true;
      if (refusal !== undefined) problems.push(module.problem(refusal));
      else if (!isThere) problems.push(module.problem("which has no go.mod"));
      if (!isThere) continue;
      modules.push({ path: module.path, directory: module.directory });
      for (const name of readGoMod(disk, path.join(module.directory, "go.mod")).requires) required.add(name);
    }
  }
  return { modules, required: isComplete ? [...required] : undefined, problems };
}

/** What is wrong with a place for a module, after its name. */
export function placeProblem(disk: Disk, directory: string): string | undefined {
  const kind = disk.kind(directory);
  const refusal = disk.refusal(kind);
  if (refusal === undefined) return undefined;
  const advice =
    kind === "outside"
      ? ": move the module there, or let sourceRoot name a directory that holds all modules"
      : "";
  return `which is ${refusal}${advice}`;
}

function isPruned(go: string | undefined): boolean {
  const version = parseGoVersion(go ?? "");
  return version !== undefined && version.major * 1000 + version.minor >= 1017;
}

/** An absolute path would not be there in the build. */
function absolutePaths(disk: Disk, source: string, file: string): Problem[] {
  const { use, localReplacements } = readGoMod(disk, file);
  return [...use, ...localReplacements.map(({ directory }) => directory)]
    .filter((directory) => path.isAbsolute(directory))
    .map((directory) => ({
      propertyPath: "source",
      reason: `${path.basename(file)} of ${quoteValue(source)} names the absolute path ${directory}, which the build does not have; write it relative, such as ../lib`,
    }));
}
