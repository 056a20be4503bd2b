// Who an image's bytes belong to, as one flat list, and what grew from one image to another. Pure.
import { humanSize } from "./bytes";
import { SizeKind, type SizeNode } from "./model";

/**
 * A Go module of a program, a package of the operating system, a file, or a directory of many. Together they are the
 * whole image.
 */
export interface Contributor {
  name: string;
  kind: SizeKind;
  /** Bytes on disk. */
  size: number;
}

// Directories of more files than this are one contributor: nobody reads a list of them all.
const fewFiles = 20;

/** Largest first; the sum of their sizes is the tree's. `detailed`: Go packages, sections and every file. */
export function contributors(tree: SizeNode, detailed = false): Contributor[] {
  const sums = new Map<string, Contributor>();
  const add = (name: string, kind: SizeKind, size: number) => {
    const known = sums.get(`${kind} ${name}`) ?? { name, kind, size: 0 };
    sums.set(`${kind} ${name}`, known);
    known.size += size;
  };
  const visit = (node: SizeNode, path: string): void => {
    const { name, kind, size, children = [] } = node;
    switch (kind) {
      case SizeKind.Module:
        if (detailed) for (const each of children) add(each.name, each.kind, each.size);
        else add(name, kind, size);
        return;
      case SizeKind.Section:
      case SizeKind.Package:
        return add(name, kind, size);
      case SizeKind.OsPackage:
        return add(name, kind, size);
      case SizeKind.File:
        return add(`${path}/${name}`, kind, size);
      case SizeKind.Directory:
        if (!detailed && isPlain(node) && fileCount(node) > fewFiles)
          return add(`${path}/${name}`, kind, size);
        return children.forEach((child) => visit(child, `${path}/${name}`));
      case SizeKind.Image:
      case SizeKind.Layer:
      case SizeKind.Program:
        return children.forEach((child) => visit(child, path));
      case SizeKind.Group:
        // What a Go program has of no known package is one contributor.
        if (!detailed && children.every((child) => child.kind === SizeKind.Section))
          return add(name, SizeKind.Section, size);
        return children.forEach((child) => visit(child, path));
    }
  };
  visit(tree, "");
  return [...sums.values()].sort((a, b) => b.size - a.size || (a.name < b.name ? -1 : 1));
}

/** Whether a directory holds plain files only. */
function isPlain({ kind, children = [] }: SizeNode): boolean {
  return (kind === SizeKind.Directory || kind === SizeKind.File) && children.every(isPlain);
}

function fileCount({ children }: SizeNode): number {
  return children === undefined ? 1 : children.reduce((sum, child) => sum + fileCount(child), 0);
}

export interface Change {
  name: string;
  kind: SizeKind;
  before: number;
  after: number;
}

/** What is of another size, the largest growth first and the largest shrinkage last. */
export function changes(before: SizeNode, after: SizeNode, detailed = false): Change[] {
  const all = new Map<string, Change>();
  for (const [field, tree] of [["before", before] as const, ["after", after] as const]) {
    for (const { name, kind, size } of contributors(tree, detailed)) {
      const key = `${kind} ${name}`;
      const change = all.get(key) ?? { name, kind, before: 0, after: 0 };
      all.set(key, { ...change, [field]: size });
    }
  }
  return [...all.values()]
    .filter((change) => change.before !== change.after)
    .sort((a, b) => b.after - b.before - (a.after - a.before) || (a.name < b.name ? -1 : 1));
}

/** "module golang.org/x/net 1.20 MB": the largest ones, and what the rest takes. */
export function contributorLines(tree: SizeNode, count: number): string[] {
  const all = contributors(tree);
  const rest = all.slice(count).reduce((sum, { size }) => sum + size, 0);
  const lines = all.slice(0, count).map(({ name, kind, size }) => `${kind} ${name} ${humanSize(size)}`);
  return all.length <= count ? lines : [...lines, `${all.length - count} others ${humanSize(rest)}`];
}
