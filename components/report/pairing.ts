// Which part of one image is which part of another. Pure.
import { SizeKind, type SizeNode } from "./model";

/** The same part in two images, or a part that only one of them has. */
export interface Pair {
  name: string;
  kind: SizeKind;
  /** Its name in the image before, where that is another. */
  was?: string;
  /** Several where several layers have it. */
  before: SizeNode[];
  after: SizeNode[];
}

/** By kind and name; where one part is gone and one is new whose names differ in a version alone, these two. */
export function paired(before: readonly SizeNode[], after: readonly SizeNode[]): Pair[] {
  const pairs = new Map<string, Pair>();
  for (const [field, nodes] of [["before", before] as const, ["after", after] as const]) {
    for (const node of nodes) {
      const { name, kind } = node;
      const pair = pairs.get(key(node)) ?? { name, kind, before: [], after: [] };
      pairs.set(key(node), pair);
      pair[field].push(node);
    }
  }
  const gone = unique([...pairs.values()].filter((pair) => pair.after.length === 0));
  const came = unique([...pairs.values()].filter((pair) => pair.before.length === 0));
  for (const [stem, pair] of came) {
    const old = gone.get(stem);
    if (old === undefined) continue;
    pairs.delete(key(old));
    pair.was = old.name;
    pair.before = old.before;
  }
  return [...pairs.values()];
}

function key({ name, kind }: { name: string; kind: SizeKind }): string {
  return `${kind} ${name}`;
}

/** By what their names have besides versions; without those that share it, as nobody knows which became which. */
function unique(pairs: readonly Pair[]): Map<string, Pair> {
  const all = new Map<string, Pair[]>();
  for (const pair of pairs) {
    const stem = `${pair.kind} ${withoutVersion(pair)}`;
    all.set(stem, [...(all.get(stem) ?? []), pair]);
  }
  return new Map([...all].flatMap(([stem, [only, second]]) => (only && !second ? [[stem, only]] : [])));
}

// Import paths have numbers that are no versions, as crypto/sha1 does.
const majorVersion = /(?<=[/.])v\d+(?=\/|$)/g;
// "@v0.31.0" of the module cache, ".so.3", "1.23", and hashes of what is in the file.
const version = /@v[^/]+|(?<=\.so\.)[\d.]+|\d+(?:\.\d+)+|(?<![0-9a-z])(?=[a-f]*\d)[0-9a-f]{8,}(?![0-9a-z])/g;

function withoutVersion({ name, kind }: Pair): string {
  switch (kind) {
    case SizeKind.Module:
    case SizeKind.Package:
      return name.replace(majorVersion, "#");
    case SizeKind.OsPackage:
      return name.replace(/\d+(?:\.\d+)*/g, "#");
    case SizeKind.Directory:
    case SizeKind.File:
    case SizeKind.Program:
      return name.replace(version, "#");
    case SizeKind.Image:
    case SizeKind.Layer:
    case SizeKind.Group:
    case SizeKind.Section:
      return name;
  }
}
