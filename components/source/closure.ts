// The files that a build reads: from the main package along its imports, through every module that lies on disk.
// Never fewer than the compiler reads; where it cannot be sure, all files of the modules, with the reason.

import * as path from "node:path";
import type { Problem } from "../problems";
import { constraintMatches, nameMatches, type BuildContext } from "./constraints";
import { embeddedFiles } from "./embed";
import { parseGoFile } from "./goFile";
import { isSecret, listModule } from "./list";
import type { GoService } from "./module";
import { join, type Tree } from "./tree";

/** The files of a build context. */
export interface Closure {
  /** Relative to the service's root, with slashes, sorted. */
  files: string[];
  /** Why it holds all files of the modules; undefined when it holds only what the build reads. */
  wholeModule: string | undefined;
  /** Files that look like secrets and are in because the program embeds them or runtime.files names them. */
  secrets: string[];
  problems: Problem[];
}

// What the go command takes from a package's directory besides Go files (go help packages, go/build).
const otherSources = /\.(c|cc|cpp|cxx|m|h|hh|hpp|hxx|f|F|for|f90|s|S|sx|swig|swigcxx|syso)$/;
const withIncludes = /\.(c|cc|cpp|cxx|m|h|hh|hpp|hxx|s|S|sx)$/;

export function buildClosure(
  tree: Tree,
  service: GoService,
  context: BuildContext,
  runtimeFiles: readonly string[] = [],
): Closure {
  const walk = new Walk(tree, service, context);
  for (const file of service.moduleFiles) walk.add(file);
  walk.mainPackage();
  for (const file of runtimeFiles) walk.runtimeFile(join(service.sourceDirectory, file));
  if (walk.unsure !== undefined) {
    for (const directory of new Set([
      service.moduleDirectory,
      ...service.modules.map((module) => module.directory),
    ])) {
      const listing = listModule(tree, directory);
      walk.problems.push(...listing.problems);
      for (const file of listing.files) walk.files.add(file);
    }
  }
  const files = [...walk.files].sort();
  return { files, wholeModule: walk.unsure, secrets: files.filter(isSecret), problems: walk.problems };
}

class Walk {
  readonly files = new Set<string>();
  readonly problems: Problem[] = [];
  unsure: string | undefined;
  private readonly seen = new Set<string>();

  constructor(
    private readonly tree: Tree,
    private readonly service: GoService,
    private readonly context: BuildContext,
  ) {}

  /** Adds a file that the build reads; one that cannot be read is a problem with its name. */
  add(file: string): void {
    if (this.tree.has(file, "file")) this.files.add(file);
    else if (this.tree.has(file, "outside")) this.refuse(file, "a link that leaves the module");
    // Reading a FIFO would wait for ever, and a provider that hashes the context would too.
    else if (this.tree.has(file, "special")) this.refuse(file, "a FIFO, a socket or a device file");
  }

  mainPackage(): void {
    const target = join(this.service.moduleDirectory, this.service.mainPackage);
    // go build takes a file for a program of its own.
    if (target.endsWith(".go")) this.goFile(target, true);
    else this.package(target);
  }

  runtimeFile(file: string): void {
    if (this.tree.has(file, "directory")) {
      for (const entry of this.tree.entries(file)) {
        const circular = entry.link && entry.kind === "directory";
        if (!circular && entry.name !== ".git") this.runtimeFile(join(file, entry.name));
      }
    } else this.add(file);
  }

  private refuse(file: string, what: string): void {
    this.problems.push({ propertyPath: "source", reason: `${file} is ${what}; move it out of the module` });
  }

  private package(directory: string): void {
    if (this.seen.has(directory)) return;
    this.seen.add(directory);
    for (const { name, kind } of this.tree.entries(directory)) {
      if (kind === "directory" || kind === "nothing" || /^[._]/.test(name)) continue;
      if (name.endsWith("_test.go") || !nameMatches(this.context, name)) continue;
      if (name.endsWith(".go")) this.goFile(join(directory, name), false);
      else if (otherSources.test(name)) this.otherFile(join(directory, name));
    }
  }

  private goFile(file: string, named: boolean): void {
    if (!this.tree.has(file, "file")) return this.add(file);
    const source = parseGoFile(this.tree.content(file).toString());
    const usesCgo = source.cgoPreamble !== undefined;
    const cgoPossible = this.context.cgoEnabled || this.context.uncertain;
    if (!named && !constraintMatches(this.context, source.constraint)) return;
    if (usesCgo && !cgoPossible) return;
    this.add(file);
    const directory = path.posix.dirname(file);
    for (const pattern of source.embeds)
      embeddedFiles(this.tree, directory, pattern).forEach((found) => this.add(found));
    if (source.cgoPreamble !== undefined) this.cgo(file, source.cgoPreamble);
    for (const imported of source.imports) {
      const target = this.directoryOf(imported);
      if (target !== undefined) this.package(target);
    }
  }

  /** C code may read files that only a C compiler finds: with search paths of its own all bets are off. */
  private cgo(file: string, preamble: string): void {
    if (/^\s*#cgo\b.*(-I|-L|-isystem|-include|SRCDIR|pkg-config)/m.test(preamble)) {
      this.unsure ??= `${file} gives the C compiler directories to search`;
    }
    this.includes(file, preamble);
  }

  private otherFile(file: string): void {
    if (withIncludes.test(file)) this.included(file);
    else this.add(file);
  }

  private included(file: string): void {
    this.add(file);
    if (this.tree.has(file, "file")) this.includes(file, this.tree.content(file).toString());
  }

  /** Headers that lie on disk beside the code; others are the toolchain's or the system's. */
  private includes(file: string, text: string): void {
    for (const [, name = ""] of text.matchAll(/^[ \t]*#[ \t]*(?:include|import)[ \t]+"([^"\n]+)"/gm)) {
      const included = join(path.posix.dirname(file), name);
      if (included.startsWith("../"))
        this.unsure ??= `${file} includes ${name}, which is outside of the module`;
      else if (!this.files.has(included) && this.tree.has(included, "file")) this.included(included);
    }
  }

  /** Where a package lies on disk; undefined for the standard library and for modules that are downloaded. */
  private directoryOf(imported: string): string | undefined {
    for (const module of this.service.modules) {
      if (imported !== module.path && !imported.startsWith(`${module.path}/`)) continue;
      const directory = join(module.directory, imported.slice(module.path.length));
      if (!this.isNestedModule(module.directory, directory)) return directory;
    }
    const { vendorDirectory } = this.service;
    return vendorDirectory === undefined ? undefined : join(vendorDirectory, imported);
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
