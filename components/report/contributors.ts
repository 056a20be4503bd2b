// Who an image's bytes belong to, as one flat list, and what grew from one image to another. Pure.
import { humanSize } from "../text";
import type { DifferenceNode } from "./difference";
import { SizeKind, type SizeNode } from "./model";

/**
 * A Go module of a program, a package of the operating system, a file, or a directory of many. Together they are the
 * whole image.
 */
interface Contributor {
  name: string;
  kind: SizeKind;
  /** Bytes on disk. */
  size: number;
}

// Directories of more files than this are one contributor: nobody reads a list of them all.
const fewFiles = 20;

/** Largest first; the sum of their sizes is the tree's. `detailed`: Go packages, sections and every file. */
export function contributors(tree: SizeNode, detailed = false): Contributor[] {
  return owners(tree, detailed)
    .map(({ kind, trails }) => ({
      name: nameOf(trails[0] ?? []),
      kind,
      size: trails.reduce((sum, trail) => sum + (trail.at(-1)?.size ?? 0), 0),
    }))
    .sort((a, b) => b.size - a.size || (a.name < b.name ? -1 : 1));
}

/** A node of either kind of tree: one image's, or two images' difference. */
interface Part<T> {
  name: string;
  was?: string;
  kind: SizeKind;
  children?: T[];
}

interface Owner<T> {
  kind: SizeKind;
  /** Where it is in the tree, from the outermost directory to itself; several where several programs have a module. */
  trails: T[][];
}

function owners<T extends Part<T>>(tree: T, detailed: boolean): Owner<T>[] {
  const all = new Map<string, Owner<T>>();
  const add = (kind: SizeKind, trail: T[]) => {
    const key = `${kind} ${nameOf(trail)}`;
    const known = all.get(key) ?? { kind, trails: [] };
    all.set(key, known);
    known.trails.push(trail);
  };
  const visit = (node: T, above: T[]): void => {
    const { kind, children = [] } = node;
    const within = [...above, node];
    switch (kind) {
      case SizeKind.Module:
        if (detailed) for (const each of children) add(each.kind, [each]);
        else add(kind, [node]);
        return;
      case SizeKind.Section:
      case SizeKind.Package:
      case SizeKind.OsPackage:
        return add(kind, [node]);
      case SizeKind.File:
        return add(kind, within);
      case SizeKind.Directory:
        if (!detailed && isPlain(node) && fileCount(node) > fewFiles) return add(kind, within);
        return children.forEach((child) => visit(child, within));
      case SizeKind.Image:
      case SizeKind.Layer:
      case SizeKind.Program:
        return children.forEach((child) => visit(child, above));
      case SizeKind.Group:
        // All bytes of a Go program that belong to no known package are one contributor.
        if (!detailed && children.every((child) => child.kind === SizeKind.Section))
          return add(SizeKind.Section, [node]);
        return children.forEach((child) => visit(child, above));
    }
  };
  visit(tree, []);
  return [...all.values()];
}

/** Files and directories are named by their path. */
function nameOf(trail: readonly Part<unknown>[], name = (part: Part<unknown>) => part.name): string {
  const last = trail.at(-1);
  const path = trail.map(name).join("/");
  return last?.kind === SizeKind.File || last?.kind === SizeKind.Directory ? `/${path}` : path;
}

/** Whether a directory holds plain files only. */
function isPlain<T extends Part<T>>({ kind, children = [] }: T): boolean {
  return (kind === SizeKind.Directory || kind === SizeKind.File) && children.every(isPlain<T>);
}

function fileCount<T extends Part<T>>({ children }: T): number {
  return children === undefined ? 1 : children.reduce((sum, child) => sum + fileCount(child), 0);
}

export interface Change {
  name: string;
  kind: SizeKind;
  /** Its name in the image before, where that is another. */
  was?: string;
  before: number;
  after: number;
}

/** What is of another size, the largest growth first and the largest shrinkage last. */
export function changes(tree: DifferenceNode, detailed = false): Change[] {
  return owners(tree, detailed)
    .map(({ kind, trails }): Change => {
      const [first = []] = trails;
      const [name, was] = [nameOf(first), nameOf(first, (part) => part.was ?? part.name)];
      const total = (field: "before" | "after") =>
        trails.reduce((sum, trail) => sum + (trail.at(-1)?.[field] ?? 0), 0);
      return {
        name,
        kind,
        ...(was === name ? {} : { was }),
        before: total("before"),
        after: total("after"),
      };
    })
    .filter(({ before, after }) => before !== after)
    .sort((a, b) => b.after - b.before - (a.after - a.before) || (a.name < b.name ? -1 : 1));
}

/** "module golang.org/x/net 1.20 MB": the largest ones, and what the rest takes. */
export function contributorLines(tree: SizeNode, count: number): string[] {
  const all = contributors(tree);
  const rest = all.slice(count).reduce((sum, { size }) => sum + size, 0);
  const lines = all.slice(0, count).map(({ name, kind, size }) => `${kind} ${name} ${humanSize(size)}`);
  return all.length <= count ? lines : [...lines, `${all.length - count} others ${humanSize(rest)}`];
}
