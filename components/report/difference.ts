// Two images as one tree of what changed. Layers are no part of it: a file that moved to another layer did not change.
// At each node the changes below sum up to its own. Pure.
import { pruned, SizeKind, type ImageReport, type SizeNode } from "./model";
import { paired, type Pair } from "./pairing";

export interface DifferenceNode {
  name: string;
  kind: SizeKind;
  /** Its name in the image before, where that is another. */
  was?: string;
  /** Bytes on disk in each image. */
  before: number;
  after: number;
  /** Sums of the parts that grew and of those that shrank: `after` is `before + grown - shrunk`. */
  grown: number;
  shrunk: number;
  /** Bytes that changed in either direction: what the picture's areas show. */
  size: number;
  children?: DifferenceNode[];
}

type Image = Pick<ImageReport, "contents" | "programs">;

export function difference(before: Image, after: Image): DifferenceNode {
  const moves = movedPrograms(before, after);
  const old = parted(withoutLayers(before.contents), new Set(moves.map(({ from }) => from)));
  const now = parted(withoutLayers(after.contents), new Set(moves.map(({ to }) => to)));
  const { name, kind } = after.contents;
  const programs = moves.map(({ from, to }) =>
    merged({
      name: to,
      was: from,
      kind: SizeKind.Program,
      before: old.programs.filter((program) => program.name === from),
      after: now.programs.filter((program) => program.name === to),
    }),
  );
  return inner({ name, kind }, [...paired(old.rest, now.rest).map(merged), ...programs]);
}

function withoutLayers({ children = [] }: SizeNode): SizeNode[] {
  return children.flatMap((child) => (child.kind === SizeKind.Layer ? (child.children ?? []) : [child]));
}

/** Programs of one main module that have another path in the other image, where there is only one such. */
function movedPrograms(before: Image, after: Image): { from: string; to: string }[] {
  const places = ({ programs }: Image) => {
    const all = new Map<string, Set<string>>();
    for (const { main, path } of programs)
      if (main !== undefined) all.set(main.path, (all.get(main.path) ?? new Set()).add(path));
    return all;
  };
  const targets = places(after);
  return [...places(before)].flatMap(([module, [...sources]]) => {
    const [from, second] = sources.filter((path) => !targets.get(module)?.has(path));
    const [to, other] = [...(targets.get(module) ?? [])].filter((path) => !sources.includes(path));
    const moved = from !== undefined && to !== undefined && second === undefined && other === undefined;
    return moved ? [{ from, to }] : [];
  });
}

/** The programs at these paths, and the rest without them. */
function parted(nodes: readonly SizeNode[], paths: ReadonlySet<string>) {
  const programs: SizeNode[] = [];
  const without = (node: SizeNode, above: string): SizeNode[] => {
    const { name, kind, children } = node;
    // Files of an OS package have their whole path as their name.
    const path = name.startsWith("/") ? name : `${above}/${name}`;
    if (kind === SizeKind.Program && paths.has(path)) programs.push({ ...node, name: path });
    else if (kind === SizeKind.Program || children === undefined) return [node];
    else {
      const rest = children.flatMap((child) => without(child, kind === SizeKind.Directory ? path : above));
      return rest.length === 0 ? [] : [{ ...node, children: rest }];
    }
    return [];
  };
  return { rest: nodes.flatMap((node) => without(node, "")).map(unchained), programs };
}

function merged({ before, after, ...names }: Pair): DifferenceNode {
  const all = [...before, ...after];
  // Something whose parts are unknown in one of the images is compared as a whole.
  if (all.some(({ children }) => children === undefined)) {
    const sum = (nodes: readonly SizeNode[]) => nodes.reduce((total, { size }) => total + size, 0);
    return leaf(names, sum(before), sum(after));
  }
  const parts = (nodes: readonly SizeNode[]) => nodes.flatMap(({ children = [] }) => children).map(unchained);
  return joined(inner(names, paired(parts(before), parts(after)).map(merged)));
}

type Names = Pick<DifferenceNode, "name" | "kind" | "was">;

function leaf(names: Names, before: number, after: number): DifferenceNode {
  const change = after - before;
  const [grown, shrunk] = [Math.max(0, change), Math.max(0, -change)];
  return { ...names, before, after, grown, shrunk, size: Math.abs(change) };
}

function inner(names: Names, children: DifferenceNode[]): DifferenceNode {
  const sorted = [...children].sort((a, b) => b.size - a.size || (a.name < b.name ? -1 : 1));
  return { ...names, ...sums(children), children: sorted };
}

function sums(nodes: readonly DifferenceNode[]) {
  const sum = (field: "before" | "after" | "grown" | "shrunk" | "size") =>
    nodes.reduce((total, node) => total + node[field], 0);
  return {
    before: sum("before"),
    after: sum("after"),
    grown: sum("grown"),
    shrunk: sum("shrunk"),
    size: sum("size"),
  };
}

/** One directory a step: where a chain of directories ends in one image, it may go on in the other. */
function unchained(node: SizeNode): SizeNode {
  const [first = "", ...rest] = node.name.split("/");
  if (node.kind !== SizeKind.Directory || rest.length === 0) return node;
  return { ...node, name: first, children: [{ ...node, name: rest.join("/") }] };
}

/** A directory with one thing in it is one step with that. */
function joined(node: DifferenceNode): DifferenceNode {
  const [only, second] = node.children ?? [];
  const place: readonly SizeKind[] = [SizeKind.Directory, SizeKind.File, SizeKind.Program];
  if (node.kind !== SizeKind.Directory || only === undefined || second !== undefined) return node;
  if (!place.includes(only.kind)) return node;
  const name = `${node.name}/${only.name}`;
  const was = `${node.was ?? node.name}/${only.was ?? only.name}`;
  return { ...only, name, ...(was === name ? {} : { was }) };
}

/** What a picture shows: without what did not change, and small changes put together. */
export function changedPart(tree: DifferenceNode, smallest: number): DifferenceNode {
  return pruned(changedOnly(tree), smallest, (small) => ({
    ...sums(small),
    name: `${small.length} smaller changes`,
    kind: SizeKind.Group,
  }));
}

function changedOnly(node: DifferenceNode): DifferenceNode {
  const children = node.children?.filter(({ size }) => size > 0).map(changedOnly);
  return children === undefined ? node : joined({ ...node, children });
}
