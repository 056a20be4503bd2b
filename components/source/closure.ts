// The files that a build reads: from the main package along its imports, through every module that lies on disk.
// Never fewer than the compiler reads; where it cannot be sure, all files of the modules, with the reason.

import * as path from "node:path";
import type { Problem } from "../inputs";
import { constraintMatches, nameMatches, type BuildContext } from "./buildConstraints";
import { tooMany } from "./contextSize";
import { embeddedFiles } from "./embed";
import { parseGoFile, type GoFile } from "./goFile";
import { includesOfAssembly, includesOfC, searchesElsewhere, type Includes } from "./includes";
import { missingPackage, missingSums } from "./importProblems";
import { shippedFiles, tooManyLinks } from "./shippedFiles";
import { isSecret, listModule, refusal } from "./wholeModule";
import type { GoService } from "./service";
import { join, type Tree } from "./tree";

/** The files of a build context. */
export interface Closure {
  /** Relative to the service's root, with slashes, sorted. */
  files: string[];
  /** Why it holds all files of the modules; undefined when it holds only what the build reads. */
  wholeModule: string | undefined;
  /** Files that look like secrets and are in because the program embeds them or runtime.files names them. */
  secrets: string[];
  /** Those without which the build would fail or make another program. */
  required: ReadonlySet<string>;
  /** What runtime.files has in a named directory and does not ship; see ShippedFiles. */
  leftOut: readonly string[];
  broken: Readonly<Record<string, string>>;
  problems: Problem[];
}

// What the go command takes from a package's directory besides Go files (go help packages, go/build).
const assembly = /\.s$/;
const withoutCgo = /\.(h|hh|hpp|hxx|f|F|for|f90|s|syso)$/;
const withCgo = /\.(c|cc|cpp|cxx|m|h|hh|hpp|hxx|f|F|for|f90|s|S|sx|swig|swigcxx|syso)$/;
/** What no build of Go can do without, once it is in. */
const decisive = /\.(go|s)$|(^|\/)(go\.(mod|sum|work|work\.sum)|modules\.txt)$/;
const compiledC = /\.(c|cc|cpp|cxx|m|h|hh|hpp|hxx|s|S|sx)$/;

export function buildClosure(
  tree: Tree,
  service: GoService,
  context: BuildContext,
  runtimeFiles: readonly string[] = [],
): Closure {
  const walk = new Walk(tree, service, context);
  for (const file of service.moduleFiles) walk.add(file);
  walk.mainPackage();
  const leftOut: string[] = [];
  const broken: Record<string, string> = {};
  for (const entry of runtimeFiles) {
    const shipped = shippedFiles(tree, join(service.sourceDirectory, entry));
    // Of a directory that an input names, .dockerignore may leave files out.
    if (!tree.has(join(service.sourceDirectory, entry), "directory"))
      shipped.files.forEach((file) => walk.addNamed(file));
    else shipped.files.forEach((file) => walk.add(file));
    for (const file of shipped.leftOut) leftOut.push(file);
    if (shipped.endless) walk.problems.push(tooManyLinks(entry));
    Object.assign(broken, shipped.broken);
  }
  const required = new Set([...walk.files].filter((file) => decisive.test(file) || walk.named.has(file)));
  if (walk.unsure !== undefined) {
    const { moduleDirectory, vendorDirectory, modules } = service;
    const vendored = vendorDirectory === undefined ? [] : [vendorDirectory];
    const directories = [moduleDirectory, ...modules.map((module) => module.directory), ...vendored];
    for (const directory of new Set(directories)) {
      const listing = listModule(tree, directory);
      walk.problems.push(...listing.problems);
      for (const file of listing.files) walk.files.add(file);
    }
  }
  walk.boundaries();
  walk.problems.push(...missingSums(service, context, walk.downloaded));
  const files = [...walk.files].sort();
  walk.problems.push(...tooMany(files));
  const secrets = files.filter((file) => isSecret(tree, file));
  return { files, wholeModule: walk.unsure, secrets, required, leftOut, broken, problems: walk.problems };
}

/** A file that every build of its package compiles. */
function isUnconditional(file: string, { constraint, cgoPreamble }: GoFile): boolean {
  return constraint === undefined && cgoPreamble === undefined && !path.posix.basename(file).includes("_");
}

class Walk {
  readonly files = new Set<string>();
  /** Files that the program embeds or the inputs name. */
  readonly named = new Set<string>();
  /** Work to do, in place of recursion: a chain of imports may be longer than the stack. */
  private readonly packages: string[] = [];
  private readonly inclusions: { file: string; directory: string }[] = [];
  /** An import that lies in no module on disk. */
  downloaded: string | undefined;
  readonly problems: Problem[] = [];
  unsure: string | undefined;
  private readonly seen = new Set<string>();
  private readonly refused = new Set<string>();
  /** Packages that are compiled for certain, so that what they import must be there. */
  private readonly certain = new Set<string>();
  private readonly cgoPossible: boolean;

  constructor(
    private readonly tree: Tree,
    private readonly service: GoService,
    private readonly context: BuildContext,
  ) {
    this.cgoPossible = context.cgoEnabled || context.uncertain;
  }

  /** Adds a file that the build reads; one that cannot be read is a problem with its name. */
  add(file: string): boolean {
    if (this.tree.kind(file) === "file") this.files.add(file);
    else this.refuse(file);
    return this.files.has(file);
  }

  addNamed(file: string): void {
    this.named.add(file);
    this.add(file);
  }

  mainPackage(): void {
    const { moduleDirectory, mainPackage } = this.service;
    const target = join(moduleDirectory, mainPackage);
    // go build takes a file for a program of its own.
    const isFile = target.endsWith(".go") && !this.tree.has(target, "directory");
    const directory = isFile ? path.posix.dirname(target) : target;
    if (isFile) this.goFile(target, directory, true);
    else this.package(target, !this.context.uncertain);
    this.finish();
    // The profile that optimizes the program: go help build, -pgo.
    this.add(join(directory, "default.pgo"));
    for (const flag of this.context.flags ?? []) {
      const profile = /^--?pgo=(.+)$/.exec(flag)?.[1];
      if (profile !== undefined) this.add(join(moduleDirectory, profile));
    }
  }

  /** Keeps nested modules apart from the one around them: an embedded directory ends where another go.mod lies. */
  boundaries(): void {
    const tops = new Set([".", ...this.service.modules.map((module) => module.directory)]);
    const directories = new Set<string>();
    for (const file of this.files) {
      let current = path.posix.dirname(file);
      for (; !tops.has(current) && !directories.has(current); current = path.posix.dirname(current))
        directories.add(current);
    }
    for (const directory of directories) this.add(join(directory, "go.mod"));
  }

  /** Names what must not be read: the file, or the link that leads to where it lies. */
  private refuse(file: string): void {
    const kind = this.tree.kind(file);
    const what = this.tree.refusal(file);
    if (what === undefined) return;
    let place = file;
    for (let above = path.posix.dirname(place); this.tree.has(above, kind); above = path.posix.dirname(place))
      place = above;
    if (this.refused.has(place)) return;
    this.refused.add(place);
    this.problems.push(refusal(place, what));
  }

  private package(directory: string, certain: boolean): void {
    if (this.seen.has(directory)) return;
    this.seen.add(directory);
    if (certain) this.certain.add(directory);
    this.refuse(directory);
    this.packages.push(directory);
  }

  /** Reads what is waiting, and what that names. */
  private finish(): void {
    for (;;) {
      const inclusion = this.inclusions.pop();
      const directory = inclusion === undefined ? this.packages.pop() : undefined;
      if (inclusion !== undefined) this.readInclusion(inclusion.file, inclusion.directory);
      else if (directory !== undefined) this.readPackage(directory);
      else return;
    }
  }

  private readPackage(directory: string): void {
    const sources = this.cgoPossible ? withCgo : withoutCgo;
    for (const { name, kind } of this.tree.entries(directory)) {
      if (kind === "directory" || kind === "nothing" || /^[._]/.test(name)) continue;
      if (name.endsWith("_test.go") || !nameMatches(this.context, name)) continue;
      if (name.endsWith(".go")) this.goFile(join(directory, name), directory, false);
      else if (sources.test(name)) this.otherFile(join(directory, name), directory);
    }
  }

  private goFile(file: string, directory: string, named: boolean): void {
    // What cannot be read is refused, whatever it may say.
    if (!this.tree.has(file, "file")) return void this.add(file);
    const source = parseGoFile(this.tree.text(file));
    if (!named && !constraintMatches(this.context, source.constraint)) return;
    if (source.cgoPreamble !== undefined && !this.cgoPossible) return;
    this.add(file);
    for (const pattern of source.embeds)
      for (const found of embeddedFiles(this.tree, directory, pattern)) this.addNamed(found);
    this.cgo(file, directory, source);
    const isCertain = this.certain.has(directory) && isUnconditional(file, source);
    for (const imported of source.imports) {
      const targets = this.directoriesOf(imported);
      const missing = isCertain ? missingPackage(this.tree, this.service, file, imported) : undefined;
      if (missing !== undefined) this.problems.push(missing);
      // The standard library's import paths have no dot in their first part.
      if (targets.length === 0 && /^[^/]*\./.test(imported)) this.downloaded ??= imported;
      for (const target of targets) this.package(target, isCertain);
    }
  }

  /** C code may read files that only a C compiler finds: with search paths of its own all bets are off. */
  private cgo(file: string, directory: string, { cgoPreamble }: GoFile): void {
    if (cgoPreamble === undefined) return;
    if (searchesElsewhere(this.context, cgoPreamble))
      this.unsure ??= `${file} gives the C compiler directories to search`;
    if (this.context.compilerFlags) this.unsure ??= `the environment has settings for the C compiler`;
    this.includes(file, directory, includesOfC(cgoPreamble));
  }

  private otherFile(file: string, directory: string): void {
    const hasText = this.tree.has(file, "file") && !file.endsWith(".syso");
    const { constraint } = parseGoFile(hasText ? this.tree.text(file) : "");
    if (!constraintMatches(this.context, constraint)) return;
    // SWIG has includes and imports of its own.
    if (/\.swig(cxx)?$/.test(file)) this.unsure ??= `${file} is read by SWIG`;
    if (this.cgoPossible ? compiledC.test(file) : assembly.test(file)) this.included(file, directory);
    else this.add(file);
  }

  private included(file: string, directory: string): void {
    const key = `${directory}\0${file}`;
    if (this.seen.has(key) || !this.add(file)) return;
    this.seen.add(key);
    this.inclusions.push({ file, directory });
  }

  private readInclusion(file: string, directory: string): void {
    const text = this.tree.text(file);
    // Assembly is Go's own; in a package with cgo it is the C compiler's.
    this.includes(file, directory, this.cgoPossible ? includesOfC(text) : includesOfAssembly(text));
  }

  /** Files that lie beside the code or in the package's directory; others are the toolchain's or the system's. */
  private includes(file: string, directory: string, { names, unclear }: Includes): void {
    if (unclear) this.unsure ??= `${file} includes files that cannot be determined without a C compiler`;
    for (const name of names) {
      for (const from of new Set([path.posix.dirname(file), directory])) {
        const included = join(from, name);
        if (!included.startsWith("../")) this.included(included, directory);
        else this.unsure ??= `${file} includes ${name}, which is outside of the module`;
      }
    }
  }

  /**
   * Where a package may lie on disk; nowhere for the standard library and for modules that are downloaded. The go
   * command chooses among modules by versions that are not followed here, so each one that could have it counts.
   */
  private directoriesOf(imported: string): string[] {
    const directories: string[] = [];
    for (const module of this.service.modules) {
      if (imported !== module.path && !imported.startsWith(`${module.path}/`)) continue;
      const directory = join(module.directory, imported.slice(module.path.length));
      if (!this.isNestedModule(module.directory, directory)) directories.push(directory);
    }
    const { vendorDirectory } = this.service;
    if (vendorDirectory !== undefined) directories.push(join(vendorDirectory, imported));
    return directories;
  }

  private isNestedModule(moduleDirectory: string, directory: string): boolean {
    for (
      let current = directory;
      current !== moduleDirectory && current !== ".";
      current = path.posix.dirname(current)
    ) {
      if (this.tree.has(join(current, "go.mod"), "file")) return true;
    }
    return false;
  }
}
