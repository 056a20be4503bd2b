// Finds the Go module around a source directory, and what its build needs to know.

import * as fs from "node:fs";
import * as path from "node:path";
import { shown, type Problem } from "../problems";
import { parseGoMod, parseGoVersion, type GoMod } from "./goMod";

/** A Go service as it lies on disk. Paths inside the module are relative to its root, with slashes. */
export interface GoService {
  /** Directory of go.mod, relative to the working directory of the program. */
  root: string;
  /** The directory that the user named, inside the module; "." for the root. */
  sourceDirectory: string;
  /** The main package as go build names it from the module's root. */
  mainPackage: string;
  goMod: GoMod;
  /** True when the module carries its dependencies in vendor/. */
  vendored: boolean;
}

/** Resolves the service; the problems name the inputs source and mainPackage. */
export function resolveService(
  source: string,
  mainPackage = ".",
): { service?: GoService; problems: Problem[] } {
  const wrong = (propertyPath: string, reason: string) => ({ problems: [{ propertyPath, reason }] });
  const directory = path.resolve(source);
  const stat = fs.statSync(directory, { throwIfNoEntry: false });
  if (!stat) return wrong("source", `${shown(source)} does not exist; it is relative to the Pulumi project`);
  if (!stat.isDirectory())
    return wrong("source", `${shown(source)} is not a directory; name the one with the Go code`);
  const root = moduleRoot(directory);
  if (root === undefined) {
    return wrong(
      "source",
      `${shown(source)} has no go.mod, nor has any directory above it; run go mod init there`,
    );
  }
  const goMod = parseGoMod(fs.readFileSync(path.join(root, "go.mod"), "utf8"));
  const packageDirectory = path.join(directory, mainPackage);
  const service: GoService = {
    root: path.relative(process.cwd(), root) || ".",
    sourceDirectory: slashed(path.relative(root, directory)) || ".",
    mainPackage: packageName(slashed(path.relative(root, packageDirectory))),
    goMod,
    vendored: fs.existsSync(path.join(root, "vendor", "modules.txt")),
  };
  const problems = [...goModProblems(source, goMod), ...mainPackageProblems(mainPackage, packageDirectory)];
  return { service, problems };
}

function moduleRoot(directory: string): string | undefined {
  for (let current = directory; ; current = path.dirname(current)) {
    if (fs.existsSync(path.join(current, "go.mod"))) return current;
    if (current === path.dirname(current)) return undefined;
  }
}

function goModProblems(source: string, goMod: GoMod): Problem[] {
  const problems: Problem[] = [];
  const add = (reason: string) =>
    problems.push({ propertyPath: "source", reason: `go.mod of ${shown(source)} ${reason}` });
  if (goMod.module === undefined) add("has no module line");
  for (const [line, version] of [
    ["go", goMod.go],
    ["toolchain", goMod.toolchain],
  ]) {
    if (version !== undefined && !parseGoVersion(version))
      add(`has a ${line} line that is no version: ${version}`);
  }
  for (const target of goMod.localReplacements) {
    if (path.isAbsolute(target) || path.normalize(target).startsWith("..")) {
      add(
        `replaces a module by ${target}, which is outside of the module and would not be in the build context`,
      );
    }
  }
  return problems;
}

/** The package must have Go files, and one of them must be of package main: a library gives no binary. */
function mainPackageProblems(mainPackage: string, directory: string): Problem[] {
  const wrong = (reason: string) => [
    { propertyPath: "mainPackage", reason: `${shown(mainPackage)} ${reason}` },
  ];
  const names = fs.statSync(directory, { throwIfNoEntry: false })?.isDirectory()
    ? fs.readdirSync(directory)
    : undefined;
  if (names === undefined) return wrong("is not a directory of the module");
  const goFiles = names.filter(
    (name) => name.endsWith(".go") && !name.endsWith("_test.go") && !/^[._]/.test(name),
  );
  if (goFiles.length === 0)
    return wrong("has no Go files; name the directory of the main package, such as ./cmd/api");
  const isMain = goFiles.some((name) => {
    const file = path.join(directory, name);
    return (
      fs.statSync(file, { throwIfNoEntry: false })?.isFile() &&
      /^package\s+main\b/m.test(fs.readFileSync(file, "utf8"))
    );
  });
  return isMain ? [] : wrong("is not a main package; name the one with func main, such as ./cmd/api");
}

function packageName(directory: string): string {
  return directory === "" ? "." : `./${directory}`;
}

function slashed(file: string): string {
  return file.split(path.sep).join("/");
}
