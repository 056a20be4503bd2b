// Whether a directory has a program to build.

import * as path from "node:path";
import { quoteValue, type Problem } from "../inputs";
import type { Disk } from "./disk";
import { parseGoFile } from "./goFile";
import { slashed, statOf } from "./paths";

/** The build for a platform. */
export interface PlatformBuild {
  platform: string;
  /** False for a Go file that it certainly leaves out, by its name and its //go:build line. */
  isCompiled: (name: string, constraint: string | undefined) => boolean;
}

/**
 * The package must have Go files that are compiled, and they must be of package main: a library gives no program. The problems
 * of the first platform that has any.
 */
export function mainPackageProblems(
  disk: Disk,
  mainPackage: string,
  target: string,
  builds: readonly PlatformBuild[],
): Problem[] {
  const found = builds.map((build) => problemsOf(disk, mainPackage, target, build));
  return found.find((problems) => problems.length > 0) ?? [];
}

function problemsOf(
  disk: Disk,
  mainPackage: string,
  target: string,
  { platform, isCompiled }: PlatformBuild,
): Problem[] {
  const wrong = (reason: string) => [
    { propertyPath: "mainPackage", reason: `${quoteValue(mainPackage)} ${reason}` },
  ];
  const stat = statOf(target);
  if (!stat)
    return wrong(`is not a directory of the module (${slashed(path.relative(process.cwd(), target))})`);
  const names = stat.isDirectory()
    ? disk
        .names(target)
        .map(({ name }) => name)
        .filter((name) => name.endsWith(".go") && !name.endsWith("_test.go") && !/^[._]/.test(name))
    : [path.basename(target)];
  if (names.length === 0)
    return wrong("has no Go files; name the directory of the main package, such as ./cmd/api");
  const directory = stat.isDirectory() ? target : path.dirname(target);
  const found = names
    .filter((name) => disk.kind(path.join(directory, name)) === "file")
    .map((name) => ({ name, ...parseGoFile(disk.text(path.join(directory, name))) }));
  // A file that is named is compiled whatever its constraint says.
  const compiled = found.filter(
    ({ name, constraint }) => !stat.isDirectory() || isCompiled(name, constraint),
  );
  if (found.length > 0 && compiled.length === 0) {
    return wrong(
      `has no Go files for ${platform}: their names or //go:build lines exclude all of them. Set platforms or build.buildTags, or name another package`,
    );
  }
  const library = compiled.find(({ packageName }) => packageName !== undefined && packageName !== "main");
  const hasMain = compiled.some(({ packageName }) => packageName === "main");
  if (hasMain && library === undefined) return [];
  if (hasMain)
    return wrong(
      `has files of package main and of package ${library?.packageName ?? ""} (${library?.name ?? ""}), which go build refuses`,
    );
  const others = found.some(({ packageName }) => packageName === "main")
    ? ": its files of package main are excluded by their names or //go:build lines"
    : "";
  return wrong(
    `is not a main package but the library ${library?.packageName ?? ""}${others}; name the package with func main, such as ./cmd/api`,
  );
}
