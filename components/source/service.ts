// Finds the Go module around a source directory, with the workspace and the local modules that its build needs.

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { newestGoVersion, parseGoVersion, quoteValue, type Problem } from "../inputs";
import { leavesOutVendor } from "./ignore";
import { parseGoMod, type GoMod, type GoModFile } from "./goMod";
import { mainPackageProblems, type PlatformBuild } from "./mainPackage";
import { isFile, slashed, statOf } from "./paths";

/** A module that lies on disk. */
export interface LocalModule {
  /** Its import path. */
  path: string;
  directory: string;
}

/** A Go service as it lies on disk. Paths are relative to `root`, with slashes; "." is the root itself. */
export interface GoService {
  /**
   * The directory that holds everything the build may read: the module's, the workspace's, or one above where a local
   * module is outside of these. Relative to the working directory of the program.
   */
  root: string;
  /** The directory that the user named. */
  sourceDirectory: string;
  /** The directory of the main module's go.mod, where go build runs. */
  moduleDirectory: string;
  /** The main package as go build names it from there. */
  mainPackage: string;
  goMod: GoMod;
  /** The main module, the workspace's modules and those that local directories replace; longer paths first. */
  modules: LocalModule[];
  /** go.mod, go.sum, go.work and the like: all that decides which modules are used. */
  moduleFiles: string[];
  /** Where vendored packages may lie. */
  vendorDirectory: string | undefined;
  /** False when no module is downloaded: the vendor directory has them, or go.mod requires none. */
  downloads: boolean;
}

/** What the environment of the build says about modules. */
export interface ModuleSettings {
  mainPackage?: string | undefined;
  /** False when GOWORK=off. */
  workspace?: boolean;
  /** True when -mod=vendor, false when -mod=mod or -mod=readonly. */
  vendor?: boolean | undefined;
  /** One for each platform. */
  builds?: readonly PlatformBuild[];
}

const anyBuild: PlatformBuild = { platform: "linux", isCompiled: () => true };

/** Finds the service; the problems name the inputs source and mainPackage. */
export function findGoService(
  source: string,
  settings: ModuleSettings = {},
): { service?: GoService; problems: Problem[] } {
  const wrong = (reason: string) => ({
    problems: [{ propertyPath: "source", reason: `${quoteValue(source)} ${reason}` }],
  });
  const directory = path.resolve(source);
  const stat = statOf(directory);
  if (!stat)
    return wrong(`does not exist: it is relative to the program's directory, so it means ${directory}`);
  if (!stat.isDirectory()) return wrong("is not a directory; name the one with the Go code");
  const moduleRoot = directoryWith("go.mod", directory);
  if (moduleRoot === undefined)
    return wrong("has no go.mod, nor has any directory above it; run go mod init there");

  const goMod = readGoMod(path.join(moduleRoot, "go.mod"));
  const problems = goModProblems(source, goMod);
  const workspace = settings.workspace === false ? undefined : findWorkspace(moduleRoot);
  const mains = workspace?.members ?? [moduleRoot];
  const vendorRoot = workspace ? path.dirname(workspace.file) : moduleRoot;
  const isVendorSent = vendorRoot !== moduleRoot || !leavesOutVendor(moduleRoot);
  const found =
    settings.vendor === false || !isVendorSent
      ? "no"
      : vendorUse(vendorRoot, workspace, (workspace ?? goMod).go);
  const vendor = settings.vendor === true && found === "maybe" ? "yes" : found;
  // A vendored build takes everything but the main modules from the vendor directory.
  const files = [...mains.map((main) => path.join(main, "go.mod")), ...(workspace ? [workspace.file] : [])];
  const all = vendor === "yes" ? [] : files.flatMap((file) => localReplacements(source, file, problems));
  const needed = new Set(mains.flatMap((main) => readGoMod(path.join(main, "go.mod")).requires));
  problems.push(...all.filter((module) => needed.has(module.path)).flatMap((m) => missingModule(source, m)));
  // What nothing requires may be missing: the go command does not look for it.
  const replaced = all.filter((module) => isFile(path.join(module.directory, "go.mod")));

  const ancestor = commonDirectory([vendorRoot, ...mains, ...replaced.map((module) => module.directory)]);
  const relative = (file: string) => slashed(path.relative(ancestor, file)) || ".";
  const mainModules = mains.map((main) => ({
    path: readGoMod(path.join(main, "go.mod")).module ?? "",
    directory: main,
  }));
  const modules = [...mainModules, ...replaced];
  const packageDirectory = path.join(directory, settings.mainPackage ?? ".");
  const service: GoService = {
    root: path.relative(process.cwd(), ancestor) || ".",
    sourceDirectory: relative(directory),
    moduleDirectory: relative(moduleRoot),
    mainPackage: packageName(slashed(path.relative(moduleRoot, packageDirectory))),
    goMod: {
      ...goMod,
      ...(workspace
        ? {
            go: newestGoVersion([goMod.go, workspace.go]),
            toolchain: newestGoVersion([goMod.toolchain, workspace.toolchain]),
          }
        : {}),
    },
    modules: modules
      .map((module) => ({ path: module.path, directory: relative(module.directory) }))
      .sort((a, b) => b.path.length - a.path.length || (a.path < b.path ? -1 : 1)),
    moduleFiles: moduleFiles(mains, replaced, workspace?.file, vendor === "no" ? undefined : vendorRoot).map(
      relative,
    ),
    vendorDirectory: vendor === "no" ? undefined : relative(path.join(vendorRoot, "vendor")),
    downloads: vendor !== "yes" && needed.size > 0,
  };
  problems.push(...tooWide(source, [vendorRoot, ...mains, ...replaced.map((module) => module.directory)]));
  const { mainPackage = ".", builds = [anyBuild] } = settings;
  problems.push(...mainPackageProblems(mainPackage, packageDirectory, builds));
  return { service, problems };
}

function directoryWith(file: string, directory: string): string | undefined {
  for (let current = directory; ; current = path.dirname(current)) {
    if (isFile(path.join(current, file))) return current;
    if (current === path.dirname(current)) return undefined;
  }
}

function readGoMod(file: string): GoModFile {
  return parseGoMod(fs.readFileSync(file, "utf8"));
}

/** The go.work that counts: the nearest one, if the module is a member. Others would make the go command refuse. */
function findWorkspace(
  moduleRoot: string,
): { file: string; members: string[]; go: string | undefined; toolchain: string | undefined } | undefined {
  const directory = directoryWith("go.work", moduleRoot);
  if (directory === undefined) return undefined;
  const file = path.join(directory, "go.work");
  const work = readGoMod(file);
  const members = work.use
    .map((use) => path.resolve(directory, use))
    .filter((member) => isFile(path.join(member, "go.mod")));
  return members.includes(moduleRoot) ? { file, members, go: work.go, toolchain: work.toolchain } : undefined;
}

/**
 * Whether the go command takes packages from the vendor directory: one that go mod vendor made counts outside of a
 * workspace, one that go work vendor made inside. For a go line before 1.14 it takes it only when a flag says so.
 */
function vendorUse(root: string, workspace: object | undefined, go: string | undefined): VendorUse {
  const list = path.join(root, "vendor", "modules.txt");
  if (!isFile(list)) return "no";
  const [firstLine = ""] = fs.readFileSync(list, "utf8").split("\n", 1);
  const isForWorkspace = /^## (.*;)?\s*workspace\s*(;|$)/.test(firstLine);
  if (isForWorkspace !== (workspace !== undefined)) return "no";
  const version = parseGoVersion(go ?? "");
  return version && version.major * 1000 + version.minor >= 1014 ? "yes" : "maybe";
}

type VendorUse = "yes" | "no" | "maybe";

/** Local modules that a go.mod or go.work names; an absolute path would not be there in the build. */
function localReplacements(source: string, file: string, problems: Problem[]): LocalModule[] {
  const { use, localReplacements: replacements } = readGoMod(file);
  for (const directory of [...use, ...replacements.map((replacement) => replacement.directory)]) {
    if (!path.isAbsolute(directory)) continue;
    const reason = `${path.basename(file)} of ${quoteValue(source)} names the absolute path ${directory}, which the build does not have; write it relative, such as ../lib`;
    problems.push({ propertyPath: "source", reason });
  }
  return replacements.map(({ module, directory }) => ({
    path: module,
    directory: path.resolve(path.dirname(file), directory),
  }));
}

function missingModule(source: string, { path: module, directory }: LocalModule): Problem[] {
  if (isFile(path.join(directory, "go.mod"))) return [];
  const shownDirectory = slashed(path.relative(process.cwd(), directory));
  const reason = `go.mod of ${quoteValue(source)} replaces ${module} by ${shownDirectory}, which has no go.mod`;
  return [{ propertyPath: "source", reason }];
}

function moduleFiles(
  mains: readonly string[],
  replaced: readonly LocalModule[],
  workspace: string | undefined,
  vendorRoot: string | undefined,
): string[] {
  const files = [
    ...[...mains, ...replaced.map((module) => module.directory)].map((directory) =>
      path.join(directory, "go.mod"),
    ),
    ...mains.map((directory) => path.join(directory, "go.sum")),
    ...(workspace === undefined ? [] : [workspace, `${workspace}.sum`]),
    ...(vendorRoot === undefined ? [] : [path.join(vendorRoot, "vendor", "modules.txt")]),
  ];
  return [...new Set(files)].filter((file) => fs.existsSync(file)).sort();
}

function commonDirectory(directories: readonly string[]): string {
  const [first = "", ...others] = directories;
  const contains = (parent: string, child: string) => {
    const relative = path.relative(parent, child);
    return relative !== ".." && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
  };
  let common = first;
  while (!others.every((other) => contains(common, other))) common = path.dirname(common);
  return common;
}

/**
 * A stray go.mod or go.work there would make everything on the machine, or of its user, part of the module. Modules that lie
 * side by side there are fine: of each only what the build reads is sent.
 */
function tooWide(source: string, modules: readonly string[]): Problem[] {
  const wide: [string, string][] = [
    ["the root directory", path.parse(modules[0] ?? "").root],
    ["the home directory", os.homedir()],
  ];
  for (const module of modules) {
    const found = wide.find(([, place]) => fs.realpathSync(module) === realPath(place));
    if (found === undefined) continue;
    const reason = `${quoteValue(source)} belongs to the go.mod or go.work in ${found[0]}, so that the build would span all of it; give the service a directory with a go.mod of its own`;
    return [{ propertyPath: "source", reason }];
  }
  return [];
}

function realPath(directory: string): string | undefined {
  return fs.existsSync(directory) ? fs.realpathSync(directory) : undefined;
}

function goModProblems(source: string, goMod: GoMod): Problem[] {
  const problems: Problem[] = [];
  const add = (reason: string) =>
    problems.push({ propertyPath: "source", reason: `go.mod of ${quoteValue(source)} ${reason}` });
  if (goMod.module === undefined) add("has no module line");
  for (const [line, version] of [
    ["go", goMod.go],
    ["toolchain", goMod.toolchain],
  ]) {
    if (version !== undefined && !parseGoVersion(version))
      add(`has a ${line} line that is no version: ${version}`);
  }
  return problems;
}

function packageName(directory: string): string {
  return directory === "" ? "." : `./${directory}`;
}
