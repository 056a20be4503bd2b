// From a spec to what the disk has for it: the Go service, and the files that its build reads.

import * as fs from "node:fs";
import * as path from "node:path";
import { goTarget } from "../goSyntax";
import { hasProblem, quoteValue, type BuildSpec, type ImageSpec, type Problem } from "../inputs";
import { constraintMatches, nameMatches, type BuildContext } from "./buildConstraints";
import { buildClosure, type Closure } from "./closure";
import { shown, SourceError } from "./disk";
import { tooLarge } from "./contextSize";
import { judgeCommands } from "./commands";
import { diskError } from "./diskError";
import { withoutIgnored } from "./ignore";
import { externalImports } from "./imports";
import { joined } from "./joinedClosure";
import { firstFewOf } from "../text";
import { lazily } from "../work";
import { siblingWarnings } from "./oneFile";
import { findGoService, type GoService } from "./service";
import { golangImage, toolchainProblems } from "./toolchain";
import { Tree } from "./tree";

/** What an image is built from. */
export interface Source {
  service: GoService;
  /** The image that compiles. */
  golangImage: string;
  tree: Tree;
  closure: Closure;
  /** Files that runtime.files names: they are shipped as they are. */
  shipped: readonly string[];
  /** Directories outside of the input source that files come from, relative to the program's. */
  elsewhere: readonly string[];
  /** What is not right for sure, and no reason to refuse. */
  warnings: readonly string[];
  /** What a seed compiles. It takes a look at all Go files of the modules, which a build without the input cache does not need. */
  imports: () => readonly string[];
}

/** The service of a spec, of which the given problems are known; an input that has one is not looked at. */
export function resolveService(
  spec: ImageSpec,
  known: readonly Problem[],
): { service?: GoService; problems: Problem[] } {
  if (hasProblem("source", known)) return { problems: [] };
  const { value: found, problems } = onDisk(() => lookForService(spec));
  const { service } = found ?? {};
  // Without a main package to look for, the default one may well be missing.
  const ofModule = (found?.problems ?? []).filter(
    ({ propertyPath }) => propertyPath !== "mainPackage" || !hasProblem("mainPackage", known),
  );
  problems.push(...ofModule);
  if (service === undefined) return { problems };
  // A go.mod with mistakes may have one in its version.
  if (ofModule.length === 0) problems.push(...toolchainProblems(spec, service.goMod));
  problems.push(...missingFiles(service, spec.runtime.files));
  if (spec.recipe === "classic") problems.push(...classicProblems(service));
  return { service, problems };
}

/** The files of a service; looking for them takes time. */
export function readSource(
  spec: ImageSpec,
  service: GoService,
): { source?: Source | undefined; problems: Problem[] } {
  const { value: source, problems } = onDisk(() => findSource(service, spec));
  return { source, problems: [...problems, ...(source?.closure.problems ?? [])] };
}

/** What a look at the disk gives; an error of the disk's becomes a problem of the source. */
function onDisk<T>(look: () => T): { value?: T; problems: Problem[] } {
  try {
    return { value: look(), problems: [] };
  } catch (error) {
    const reason = error instanceof SourceError ? error.message : diskError(error);
    if (reason === undefined) throw error;
    return { problems: [{ propertyPath: "source", reason }] };
  }
}

function lookForService(spec: ImageSpec): ReturnType<typeof findGoService> {
  const { source, mainPackage, build, platforms } = spec;
  const contexts = buildContexts(spec);
  return findGoService(source, {
    mainPackage,
    workspace: build.env["GOWORK"] !== "off",
    mod: modFlag(goFlags(build)),
    sourceRoot: spec.sourceRoot,
    builds: contexts.map((context, n) => ({
      platform: platforms[n] ?? "",
      isCompiled: (name, constraint) => nameMatches(context, name) && constraintMatches(context, constraint),
    })),
  });
}

/** Of several -mod flags the last one counts. */
function modFlag(flags: readonly string[]): string | undefined {
  return flags.findLast((flag) => /^--?mod=/.test(flag))?.replace(/^.*=/, "");
}

function goFlags({ flags, env }: BuildSpec): string[] {
  const fromEnvironment = (env["GOFLAGS"] ?? "").split(/\s+/).filter((flag) => flag !== "");
  return [...flags, ...fromEnvironment];
}

/** Variables that change which files the go command takes. */
const decisiveVariables = ["GOFLAGS", "GOEXPERIMENT"];

/** What decides which files are compiled, for each platform. */
function buildContexts({ build, platforms }: ImageSpec): BuildContext[] {
  const variables = Object.keys(build.env);
  return platforms.map((platform) => ({
    goarch: goTarget(platform)["GOARCH"] ?? "",
    cgoEnabled: build.cgoEnabled,
    buildTags: build.buildTags,
    flags: goFlags(build),
    compilerFlags: variables.some((name) => /^(CC|CXX|CGO_.*FLAGS)$/.test(name)),
    uncertain: variables.some((name) => decisiveVariables.includes(name)),
  }));
}

function findSource(service: GoService, spec: ImageSpec): Source {
  const tree = new Tree(service.root, service.bound);
  const { files: named } = spec.runtime;
  const contexts = buildContexts(spec);
  const closure = joined(contexts.map((context) => buildClosure(tree, service, context, named)));
  const brokenLinks = Object.keys(closure.broken);
  const candidates = [...closure.files, ...closure.leftOut, ...brokenLinks];
  const { files: passed, problems: ofIgnore } = withoutIgnored(tree, service.moduleDirectory, candidates);
  const isPassed = new Set(passed);
  const files = closure.files.filter((file) => isPassed.has(file));
  const problems = [
    ...closure.problems,
    ...ofIgnore,
    ...ignoredProblems(closure.required, files),
    ...tooLarge(tree, files),
    ...unshippedLinks(
      closure.broken,
      brokenLinks.filter((link) => isPassed.has(link)),
    ),
  ];
  const roots = named.map((file) => path.posix.join(service.sourceDirectory, file));
  roots.forEach((root, index) => {
    const below = (file: string) => isBelow(file, root);
    if (!tree.has(root, "directory") || !closure.files.some(below) || files.some(below)) return;
    problems.push({
      propertyPath: `runtime.files[${index}]`,
      reason: `${quoteValue(named[index])} is left out by .dockerignore as a whole; let it pass there, or leave the entry out`,
    });
  });
  const shipped = files.filter((file) => roots.some((root) => isBelow(file, root)));
  const commands = judgeCommands(spec, tree, service.sourceDirectory, shipped);
  problems.push(...commands.problems);
  problems.push(...lfsPointers(tree, [...new Set([...closure.required, ...shipped])]));
  return {
    ...{ service, tree },
    golangImage: golangImage(spec, service.goMod),
    closure: { ...closure, files, leftOut: closure.leftOut.filter((file) => isPassed.has(file)), problems },
    elsewhere: directoriesElsewhere(tree, service, files),
    shipped,
    warnings: [...commands.warnings, ...unreadWorkspace(service), ...siblingWarnings(tree, service)],
    imports: lazily(() => externalImports(tree, service, contexts)),
  };
}

function unreadWorkspace({ unreadWorkspace: file, bound }: GoService): string[] {
  if (file === undefined) return [];
  return [
    `${file} is not read, because it lies outside of ${shown(path.resolve(bound))}: if the build needs it, let sourceRoot name its directory`,
  ];
}

/** Of modules the directory is named, of a link the one that it leads to. */
function directoriesElsewhere(tree: Tree, service: GoService, files: readonly string[]): string[] {
  const below = (directory: string, place: string) => isBelow(place, directory);
  const modules = service.modules.map(({ directory }) => directory).sort((a, b) => b.length - a.length);
  const found = new Set<string>();
  for (const file of files) {
    const real = tree.realName(file);
    if (below(service.sourceDirectory, real)) continue;
    found.add(modules.find((directory) => below(directory, real)) ?? path.posix.dirname(real));
  }
  const shownFrom = (directory: string) => shown(path.resolve(service.root, directory));
  return [...found].map(shownFrom).sort();
}

/** What a checkout without Git LFS has in place of a file: a build would embed or ship it as it is. */
function lfsPointers(tree: Tree, files: readonly string[]): Problem[] {
  const found = files.filter(
    (file) =>
      tree.has(file, "file") &&
      tree.size(file) <= longestPointer &&
      tree.content(file).toString().startsWith("version https://git-lfs.github.com/spec/"),
  );
  if (found.length === 0) return [];
  const pointers = firstFewOf(found, 3);
  const reason = `has Git LFS pointers in place of ${pointers}; run git lfs pull (in GitHub's checkout action: lfs: true)`;
  return [{ propertyPath: "source", reason }];
}

/** Bytes; the pointers' specification wants fewer than 1024. */
const longestPointer = 1024;

function isBelow(file: string, root: string): boolean {
  return root === "." || file === root || file.startsWith(`${root}/`);
}

function unshippedLinks(reasons: Readonly<Record<string, string>>, links: readonly string[]): Problem[] {
  if (links.length === 0) return [];
  const named = firstFewOf(
    links.map((link) => `${link} is ${reasons[link] ?? ""}`),
    3,
  );
  const reason = `has links that cannot be shipped: ${named}. Remove them, or let .dockerignore leave them out`;
  return [{ propertyPath: "runtime.files", reason }];
}

/** Without these the build would fail with words that do not name .dockerignore. */
function ignoredProblems(required: ReadonlySet<string>, files: readonly string[]): Problem[] {
  const kept = new Set(files);
  const missed = [...required].filter((file) => !kept.has(file)).sort();
  if (missed.length === 0) return [];
  const reason = `.dockerignore leaves out ${missed.slice(0, 3).join(", ")}, which the build needs: the program imports or embeds it, or an input names it. Let it pass there, such as with !${missed[0] ?? ""} in a last line`;
  return [{ propertyPath: "source", reason }];
}

function missingFiles(service: GoService, files: readonly string[]): Problem[] {
  return files.flatMap((file, index) => {
    if (fs.existsSync(path.join(service.root, service.sourceDirectory, file))) return [];
    return [
      { propertyPath: `runtime.files[${index}]`, reason: `${quoteValue(file)} does not exist in source` },
    ];
  });
}

/** The original Dockerfile compiles what lies at the top of its context. */
function classicProblems({ moduleDirectory, sourceDirectory }: GoService): Problem[] {
  if (moduleDirectory === "." && sourceDirectory === ".") return [];
  const reason =
    'the recipe "classic" needs the directory of go.mod, outside of a workspace and with no local replacements above it';
  return [{ propertyPath: "source", reason }];
}
