// The trees of a report's page, with every word that its script shows: it only places them.
import { humanSize, signedSize } from "../../text";
import { changedPart, difference, type DifferenceNode } from "../difference";
import { categoryOf, type Category } from "../format/category";
import { changedBytes, directionOf, isBoth, isWhole, unchanged } from "../format/direction";
import { pruned, smallerOnes, type ImageReport, type SizeNode } from "../model";

// Smaller parts of an image cannot be seen, but make the page long.
const smallestShare = 1 / 20_000;

export interface View {
  label: string;
  look: "image" | "difference";
  tree: PageNode;
  /** The text in place of an empty picture. */
  nothing?: string;
}

/** A part as the page's script reads it. */
export interface PageNode {
  name: string;
  /** Its area. */
  size: number;
  /** The text in its box. */
  amount: string;
  /** The amount where there is more room, if that says more. */
  longAmount?: string;
  /** A sign for boxes with no room for the amount. */
  mark?: string;
  /** What the hint says after its path. */
  hint: string;
  /** Its colour class, if that is another than that of the part it is in. */
  colour?: string;
  /** Of two colours, the percentage that the first one has. */
  share?: number;
  /** One box, to be opened. */
  closed?: true;
  children?: PageNode[];
}

/** The first one is shown first. */
export function pageViews(report: ImageReport, before: ImageReport | undefined): View[] {
  if (before === undefined) return [imageView("image", report)];
  return [differenceView(before, report), imageView("after", report), imageView("before", before)];
}

function imageView(label: string, { contents, programs, unpackedSize }: ImageReport): View {
  const mainModules = programs.flatMap(({ main }) => (main === undefined ? [] : [main.path]));
  const tree = pruned(contents, unpackedSize * smallestShare, smallerOnes);
  return { label, look: "image", tree: imagePart(tree, { whole: tree.size, mainModules }) };
}

interface Whole {
  whole: number;
  mainModules: readonly string[];
}

/** `above`: the category of the part that it is in, which is also that of all in it. */
function imagePart(node: SizeNode, image: Whole, above?: Category, inherited?: string): PageNode {
  const { name, kind, size } = node;
  const category = above ?? categoryOf(node, image.mainModules);
  const colour = category ?? largestCategory(node, image.mainModules) ?? "none";
  const share = image.whole > 0 ? ((100 * size) / image.whole).toFixed(1) : "0";
  const amount = humanSize(size);
  const part: PageNode = { name, size, amount, hint: `${amount}, ${share} % of the image, ${kind}` };
  if (colour !== inherited) part.colour = colour;
  if (node.children !== undefined)
    part.children = node.children.map((child) => imagePart(child, image, category, colour));
  return part;
}

/** What has no category of its own has that of the largest part in it. */
function largestCategory(node: SizeNode, mainModules: readonly string[]): Category | undefined {
  const [first] = node.children ?? [];
  return first && (categoryOf(first, mainModules) ?? largestCategory(first, mainModules));
}

function differenceView(before: ImageReport, after: ImageReport): View {
  const tree = difference(before, after);
  const part = { ...changedPart(tree, tree.size * smallestShare), name: "all changes" };
  const view: View = { label: "difference", look: "difference", tree: changedPageNode(part) };
  if (tree.size === 0) view.nothing = unchanged(before, after);
  return view;
}

function changedPageNode(node: DifferenceNode): PageNode {
  const { name, size, before, after, grown, kind, was, children } = node;
  const amount = signedSize(after - before);
  const change = changedBytes(node);
  const direction = isBoth(node) ? "grew and shrank" : directionOf(node);
  const hint = [`${humanSize(before)} before`, `${humanSize(after)} after`, change, direction, kind];
  const part: PageNode = {
    name,
    size,
    amount,
    mark: after > before ? "+" : after < before ? "-" : "±",
    hint: [...hint, ...(was === undefined ? [] : [`was ${was}`])].join(", "),
    colour: isBoth(node) ? "both" : directionOf(node),
  };
  if (change !== amount) part.longAmount = change;
  if (isBoth(node)) part.share = Math.round((100 * grown) / size);
  if (isWhole(node)) part.closed = true;
  if (children !== undefined) part.children = children.map(changedPageNode);
  return part;
}
