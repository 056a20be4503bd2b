// Finds the Go module around a source directory, with the workspace and the local modules that its build needs.

import * as fs from "node:fs";
import * as path from "node:path";
import { newestGoVersion, parseGoVersion } from "../goSyntax";
import { quoteValue, type Problem } from "../inputs";
import { boundOf, commonDirectory, isWithin, nearest } from "./bound";
import { Disk, shown } from "./disk";
import { leavesOutVendor } from "./ignore";
import type { GoMod } from "./goMod";
import { neededReplacements, placeProblem, readGoMod, type LocalModule } from "./localModules";
import { mainPackageProblems, type PlatformBuild } from "./mainPackage";
import { slashed, statOf } from "./paths";

/** A Go service as it lies on disk. Paths are relative to `root`, with slashes; "." is the root itself. */
export interface GoService {
  /**
   * The directory that holds everything the build may read: the module's, the workspace's, or one above where a local
   * module is outside of these. Relative to the working directory of the program.
   */
  root: string;
  /** The directory beyond which nothing is read, also relative to the working directory. */
  bound: string;
  /** The directory that the user named. */
  sourceDirectory: string;
  /** The directory of the main module's go.mod, where go build runs. */
  moduleDirectory: string;
  /** The main package as go build names it from there. */
  mainPackage: string;
  goMod: GoMod;
  /** As in Replacements. */
  required: readonly string[] | undefined;
  /** The main module, the workspace's modules and those that local directories replace; longer paths first. */
  modules: LocalModule[];
  /** go.mod, go.sum, go.work and the like: all that decides which modules are used. */
  moduleFiles: string[];
  /** Where vendored packages may lie. */
  vendorDirectory: string | undefined;
  /** A go.work that lies outside of the bound, where it is not read. */
  unreadWorkspace: string | undefined;
  /** False when no module is downloaded: the vendor directory has them, or go.mod requires none. */
  downloads: boolean;
}

/** What the environment of the build says about modules. */
export interface ModuleSettings {
  mainPackage?: string | undefined;
  /** False when GOWORK=off. */
  workspace?: boolean;
  /** The last -mod flag: "vendor", "mod" or "readonly". */
  mod?: string | undefined;
  /** Directory beyond which nothing is read, as the input names it. */
  sourceRoot?: string | undefined;
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
  const { bound = "", problem } = boundOf(fs.realpathSync(directory), settings.sourceRoot);
  if (problem !== undefined) {
    const { propertyPath, reason } = problem;
    return propertyPath === "source" ? wrong(reason) : { problems: [problem] };
  }
  const disk = new Disk(bound);
  const moduleRoot = disk.directoryWith("go.mod", directory);
  if (moduleRoot === undefined)
    return wrong(
      `has no go.mod, nor has any directory above it up to ${shown(bound)}; run go mod init there`,
    );

  const goMod = readGoMod(disk, path.join(moduleRoot, "go.mod"));
  const problems = goModProblems(source, goMod);
  const workspace = settings.workspace === false ? undefined : findWorkspace(disk, moduleRoot);
  problems.push(...(workspace?.problems ?? []));
  const mains = workspace?.members ?? [moduleRoot];
  const vendorRoot = workspace ? path.dirname(workspace.file) : moduleRoot;
  const isVendorSent = vendorRoot !== moduleRoot || !leavesOutVendor(disk, moduleRoot);
  const found =
    (settings.mod !== undefined && settings.mod !== "vendor") || !isVendorSent
      ? "no"
      : vendorUse(disk, vendorRoot, workspace, (workspace ?? goMod).go);
  const vendor = settings.mod === "vendor" && found === "maybe" ? "yes" : found;
  const mainFiles = mains.map((main) => path.join(main, "go.mod"));
  // A vendored build takes everything but the main modules from the vendor directory.
  const replacements = neededReplacements(disk, source, {
    files: vendor === "yes" ? [] : [...mainFiles, ...(workspace ? [workspace.file] : [])],
    mains: mainFiles,
    rewrites: settings.mod === "mod",
  });
  problems.push(...replacements.problems);
  const replaced = replacements.modules;

  const ancestor = commonDirectory([vendorRoot, ...mains, ...replaced.map((module) => module.directory)]);
  const relative = (file: string) => slashed(path.relative(ancestor, file)) || ".";
  const mainModules = mains.map((main) => ({
    path: readGoMod(disk, path.join(main, "go.mod")).module ?? "",
    directory: main,
  }));
  const modules = [...mainModules, ...replaced];
  const packageDirectory = path.resolve(directory, settings.mainPackage ?? ".");
  const service: GoService = {
    root: path.relative(process.cwd(), ancestor) || ".",
    bound: path.relative(process.cwd(), bound) || ".",
    sourceDirectory: relative(directory),
    moduleDirectory: relative(moduleRoot),
    mainPackage: packageName(slashed(path.relative(moduleRoot, packageDirectory))),
    goMod: {
      ...goMod,
      needs: newestGoVersion([workspace?.needs, ...mainFiles.map((file) => readGoMod(disk, file).needs)]),
      ...(workspace
        ? {
            go: newestGoVersion([goMod.go, workspace.go]),
            toolchain: newestGoVersion([goMod.toolchain, workspace.toolchain]),
          }
        : {}),
    },
    required: replacements.required,
    modules: modules
      .map((module) => ({ path: module.path, directory: relative(module.directory) }))
      .sort((a, b) => b.path.length - a.path.length || (a.path < b.path ? -1 : 1)),
    moduleFiles: moduleFiles(disk, [...mains, ...replaced.map((module) => module.directory)], {
      mains,
      workspace: workspace?.file,
      vendorRoot: vendor === "no" ? undefined : vendorRoot,
    }).map(relative),
    vendorDirectory: vendor === "no" ? undefined : relative(path.join(vendorRoot, "vendor")),
    unreadWorkspace:
      workspace === undefined && settings.workspace !== false ? workspaceAbove(bound) : undefined,
    downloads: vendor !== "yes" && mainFiles.some((file) => readGoMod(disk, file).requires.length > 0),
  };
  const { mainPackage = ".", builds = [anyBuild] } = settings;
  const nested = nestedModule(disk, moduleRoot, packageDirectory);
  if (nested !== undefined && !mains.includes(nested)) {
    const reason = `${quoteValue(mainPackage)} is in a module of its own, ${shown(nested)}; name that directory as source`;
    problems.push({ propertyPath: "mainPackage", reason });
  } else problems.push(...mainPackageProblems(disk, mainPackage, packageDirectory, builds));
  return { service, problems };
}

/** The module between the main module's directory and a package of it. */
function nestedModule(disk: Disk, moduleRoot: string, directory: string): string | undefined {
  for (
    let current = directory;
    current !== moduleRoot && isWithin(moduleRoot, current);
    current = path.dirname(current)
  )
    if (disk.hasFile(path.join(current, "go.mod"))) return current;
  return undefined;
}

function workspaceAbove(bound: string): string | undefined {
  const directory = nearest(path.dirname(bound), "go.work");
  return directory === undefined ? undefined : shown(path.join(directory, "go.work"));
}

interface Workspace {
  file: string;
  members: string[];
  go: string | undefined;
  toolchain: string | undefined;
  needs: string | undefined;
  problems: Problem[];
}

/** The go.work that counts: the nearest one, if the module is a member. Others would make the go command refuse. */
function findWorkspace(disk: Disk, moduleRoot: string): Workspace | undefined {
  const directory = disk.directoryWith("go.work", moduleRoot);
  if (directory === undefined) return undefined;
  const file = path.join(directory, "go.work");
  const { use, go, toolchain, needs } = readGoMod(disk, file);
  const named = use.map((member) => path.resolve(directory, member));
  if (!named.includes(moduleRoot)) return undefined;
  const members: string[] = [];
  const problems: Problem[] = [];
  for (const member of new Set(named)) {
    const refusal = placeProblem(disk, member);
    const isModule = refusal === undefined && disk.hasFile(path.join(member, "go.mod"));
    if (isModule) members.push(member);
    else {
      const reason = `${shown(file)} uses ${shown(member)}, ${refusal ?? "which has no go.mod: check it out, or take it out with go work edit -dropuse"}`;
      problems.push({ propertyPath: "source", reason });
    }
  }
  return { file, members, go, toolchain, needs, problems };
}

/**
 * Whether the go command takes packages from the vendor directory: one that go mod vendor made counts outside of a
 * workspace, one that go work vendor made inside. For a go line before 1.14 it takes it only when a flag says so.
 */
function vendorUse(
  disk: Disk,
  root: string,
  workspace: object | undefined,
  go: string | undefined,
): VendorUse {
  const list = path.join(root, "vendor", "modules.txt");
  if (!disk.hasFile(list)) return "no";
  const [firstLine = ""] = disk.text(list).split("\n", 1);
  const isForWorkspace = /^## (.*;)?\s*workspace\s*(;|$)/.test(firstLine);
  if (isForWorkspace !== (workspace !== undefined)) return "no";
  const version = parseGoVersion(go ?? "");
  return version && version.major * 1000 + version.minor >= 1014 ? "yes" : "maybe";
}

type VendorUse = "yes" | "no" | "maybe";

function moduleFiles(
  disk: Disk,
  modules: readonly string[],
  {
    mains,
    workspace,
    vendorRoot,
  }: { mains: readonly string[]; workspace?: string | undefined; vendorRoot?: string | undefined },
): string[] {
  const files = [
    ...modules.map((directory) => path.join(directory, "go.mod")),
    ...mains.map((directory) => path.join(directory, "go.sum")),
    ...(workspace === undefined ? [] : [workspace, `${workspace}.sum`]),
    ...(vendorRoot === undefined ? [] : [path.join(vendorRoot, "vendor", "modules.txt")]),
  ];
  return [...new Set(files)].filter((file) => disk.hasFile(file)).sort();
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
