// The trees of a report's page, as its script reads them.
import { changedPart, difference, type DifferenceNode } from "../difference";
import { pruned, smallerOnes, type ImageReport, type SizeNode } from "../model";
import { unchanged } from "../format/direction";

// Smaller parts of an image cannot be seen, but make the page long.
const smallestShare = 1 / 20_000;

export interface View {
  label: string;
  look: "image" | "difference";
  tree: SizeNode | Changed;
  mainModules?: string[];
  /** In place of an empty picture. */
  nothing?: string;
}

/** The first one is shown first. */
export function pageViews(report: ImageReport, before: ImageReport | undefined): View[] {
  if (before === undefined) return [imageView("image", report)];
  return [differenceView(before, report), imageView("after", report), imageView("before", before)];
}

function imageView(label: string, { contents, programs, unpackedSize }: ImageReport): View {
  const mainModules = programs.flatMap(({ main }) => (main === undefined ? [] : [main.path]));
  return {
    ...{ label, look: "image", mainModules },
    tree: pruned(contents, unpackedSize * smallestShare, smallerOnes),
  };
}

function differenceView(before: ImageReport, after: ImageReport): View {
  const tree = difference(before, after);
  const none = tree.size === 0 ? { nothing: unchanged(before, after) } : {};
  const part = { ...changedPart(tree, tree.size * smallestShare), name: "all changes" };
  return { label: "difference", look: "difference", tree: withoutSums(part), ...none };
}

/** The page's script sums up the rest. */
interface Changed extends Pick<DifferenceNode, "name" | "kind" | "was" | "before" | "after"> {
  /** Of parts that were put together. */
  grown?: number;
  children?: Changed[];
}

function withoutSums({ grown, shrunk, size: _size, children, ...node }: DifferenceNode): Changed {
  if (children !== undefined) return { ...node, children: children.map(withoutSums) };
  return grown > 0 && shrunk > 0 ? { ...node, grown } : node;
}
