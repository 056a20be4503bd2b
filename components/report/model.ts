// An image's bytes as a tree: layers, then packages of the operating system, directories and files, and within a Go
// program its modules and packages. A node's size is the sum of its children's. Pure.
import { limits } from "../limits";
import type { BinaryBreakdown } from "../goBinary";

export const SizeKind = {
  Image: "image",
  Layer: "layer",
  Group: "group",
  Directory: "directory",
  File: "file",
  Program: "program",
  Module: "module",
  Package: "package",
  Section: "section",
  OsPackage: "os package",
} as const;
export type SizeKind = (typeof SizeKind)[keyof typeof SizeKind];

export interface SizeNode {
  name: string;
  kind: SizeKind;
  /** Bytes on disk. */
  size: number;
  children?: SizeNode[];
}

/** What an attacker would find. */
export interface Surface {
  files: number;
  executables: number;
  /** Those with capabilities count, too. */
  setuidFiles: number;
  shells: number;
  osPackages: number;
}

interface ReportLayer {
  digest: string;
  mediaType: string;
  /** The instruction that made it, from the image's history. */
  createdBy?: string;
  size: number;
  unpackedSize: number;
}

interface Program extends BinaryBreakdown {
  path: string;
}

export interface ImageReport {
  /** The reference as the user gave it. */
  reference: string;
  /** Of the platform's image, even if the reference is to an index. */
  digest: string;
  platform: string;
  /** Bytes that a pull transfers. */
  size: number;
  /** Bytes on disk. */
  unpackedSize: number;
  surface: Surface;
  layers: ReportLayer[];
  /** Go programs. */
  programs: Program[];
  contents: SizeNode;
}

/** What the tree of one layer is made from. */
export interface LayerFiles {
  name: string;
  files: ReadonlyMap<string, number>;
  programs: ReadonlyMap<string, BinaryBreakdown>;
}

/** `owners`: package of the operating system, by path, of all layers. */
export function imageTree(
  name: string,
  layers: readonly LayerFiles[],
  owners: ReadonlyMap<string, string>,
): SizeNode {
  const left = { directories: limits.report.directories };
  return node(
    name,
    SizeKind.Image,
    layers.map((layer) => layerTree(layer, owners, left)),
  );
}

/** Directories that may still be made, of the whole image. */
interface Left {
  directories: number;
}

function layerTree(
  { name, files, programs }: LayerFiles,
  owners: ReadonlyMap<string, string>,
  left: Left,
): SizeNode {
  const packages = new Map<string, SizeNode[]>();
  const root: Directory = { directories: new Map(), files: [] };
  for (const [path, size] of files) {
    const owner = owners.get(path);
    if (size === 0) continue;
    if (owner !== undefined) {
      const list = packages.get(owner) ?? [];
      packages.set(owner, list);
      list.push(fileNode(path, size, programs.get(path)));
    } else place(root, placeOf(path), left, (last) => fileNode(last, size, programs.get(path)));
  }
  const osPackages = [...packages].map(([owner, list]) => node(owner, SizeKind.OsPackage, list));
  const others = directoryNodes(root);
  const grouped = osPackages.length > 0 ? [node("OS packages", SizeKind.Group, osPackages)] : [];
  return node(name, SizeKind.Layer, [...grouped, ...others]);
}

/** The names on the way to a file; what lies deeper than the limit is one name. */
function placeOf(path: string): string[] {
  const parts = path.split("/").slice(1);
  const { depth } = limits.report;
  return parts.length <= depth ? parts : [...parts.slice(0, depth - 1), parts.slice(depth - 1).join("/")];
}

interface Directory {
  directories: Map<string, Directory>;
  files: SizeNode[];
}

function place(top: Directory, parts: readonly string[], left: Left, make: (last: string) => SizeNode): void {
  let directory = top;
  for (const [n, part] of parts.slice(0, -1).entries()) {
    let below = directory.directories.get(part);
    if (below === undefined) {
      if (left.directories-- <= 0) return void directory.files.push(make(parts.slice(n).join("/")));
      below = { directories: new Map<string, Directory>(), files: [] };
      directory.directories.set(part, below);
    }
    directory = below;
  }
  directory.files.push(make(parts.at(-1) ?? ""));
}

function directoryNodes({ directories, files }: Directory): SizeNode[] {
  const nodes = [...directories].map(([name, directory]) => {
    const children = directoryNodes(directory);
    const [only] = children;
    // A chain of directories with nothing else in them is one step.
    if (children.length === 1 && only?.kind === SizeKind.Directory)
      return { ...only, name: `${name}/${only.name}` };
    return node(name, SizeKind.Directory, children);
  });
  return [...nodes, ...files];
}

function fileNode(name: string, size: number, program: BinaryBreakdown | undefined): SizeNode {
  if (program === undefined || program.size !== size) return { name, kind: SizeKind.File, size };
  return { ...node(name, SizeKind.Program, programNodes(program)) };
}

export const standardLibrary = "Go standard library";
const notAttributed = "Go data of no known package";

/** A Go program's modules, with the packages below, and what is of no known package, by section. */
function programNodes(program: BinaryBreakdown): SizeNode[] {
  const modules = new Map<string, SizeNode[]>();
  for (const { module, kind, package: name, size } of program.packages) {
    const key = kind === "standard" ? standardLibrary : module;
    const list = modules.get(key) ?? [];
    modules.set(key, list);
    list.push({ name, kind: SizeKind.Package, size });
  }
  const sections = program.sections.map(({ name, size }) => ({ name, kind: SizeKind.Section, size }));
  return [
    ...[...modules].map(([name, packages]) => node(name, SizeKind.Module, packages)),
    ...(sections.length === 0 ? [] : [node(notAttributed, SizeKind.Group, sections)]),
  ];
}

function node(name: string, kind: SizeKind, children: SizeNode[]): SizeNode {
  const size = children.reduce((sum, child) => sum + child.size, 0);
  return { name, kind, size, children: [...children].sort(bySize) };
}

function bySize(a: SizeNode, b: SizeNode): number {
  return b.size - a.size || (a.name < b.name ? -1 : 1);
}

/**
 * The same tree with small siblings put together by `together`, so that a page about a large image stays small.
 */
export function pruned<T extends { size: number; children?: T[] }>(
  tree: T,
  smallest: number,
  together: (small: T[]) => T,
): T {
  if (tree.children === undefined) return tree;
  const small = tree.children.filter(({ size }) => size < smallest);
  const large = tree.children.filter(({ size }) => size >= smallest);
  const kept = (small.length < 2 ? tree.children : large).map((child) => pruned(child, smallest, together));
  return { ...tree, children: small.length < 2 ? kept : [...kept, together(small)] };
}

/** For `pruned`: one group of the sum. */
export function smallerOnes(small: readonly SizeNode[]): SizeNode {
  const size = small.reduce((sum, child) => sum + child.size, 0);
  return { name: `${small.length} smaller ones`, kind: SizeKind.Group, size };
}
