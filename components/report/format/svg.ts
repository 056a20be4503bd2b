// A report, or what changed between two images, as a picture.
import { humanSize, signedSize } from "../../text";
import { changedPart, difference, type DifferenceNode } from "../difference";
import { pruned, smallerOnes, SizeKind, type ImageReport, type SizeNode } from "../model";
import { Category, categoryColours, categoryNames, categoryOf } from "./category";
import {
  changedBytes,
  Direction,
  directionColours,
  directionNames,
  directionOf,
  isBoth,
  isWhole,
  unchanged,
} from "./direction";
import { drawing } from "./picture";

// Smaller parts cannot be seen.
const smallestShare = 1 / 2000;

export function formatSvg(report: ImageReport, before?: ImageReport): Promise<string> {
  return before === undefined ? imagePicture(report) : differencePicture(before, report);
}

function imagePicture(report: ImageReport): Promise<string> {
  const { reference, contents, programs, size, unpackedSize } = report;
  const mainModules = programs.flatMap(({ main }) => (main === undefined ? [] : [main.path]));
  const amount = ({ value = 0 }) => humanSize(value);
  return drawing<SizeNode>(pruned(contents, unpackedSize * smallestShare, smallerOnes), {
    title: `${reference}: ${humanSize(size)} to pull, ${humanSize(unpackedSize)} on disk`,
    nothing: "The image has no files.",
    // Files of an OS package are for the page, where one can zoom.
    parts: ({ kind, children }) => (kind === SizeKind.OsPackage ? undefined : children),
    isTitled: ({ kind }) => kind === SizeKind.Layer || kind === SizeKind.Program,
    amount,
    mark: () => "",
    hint: amount,
    fill: (node) => {
      const categories = node.ancestors().map(({ data }) => categoryOf(data, mainModules));
      return [categories.find(Boolean) ?? Category.File];
    },
    legend: Object.values(Category).map((each) => [each, categoryNames[each]]),
    colours: categoryColours,
  });
}

function differencePicture(before: ImageReport, after: ImageReport): Promise<string> {
  const tree = difference(before, after);
  const figures = [
    `${signedSize(after.size - before.size)} to pull`,
    `${signedSize(tree.after - tree.before)} on disk`,
  ];
  return drawing<DifferenceNode>(changedPart(tree, tree.size * smallestShare), {
    // Figures first: references may be long.
    title: `${figures.join(", ")}: ${after.reference} compared with ${before.reference}`,
    nothing: unchanged(before, after),
    parts: (node) => (isWhole(node) ? undefined : node.children),
    isTitled: () => true,
    amount: ({ data }) => signedSize(data.after - data.before),
    mark: ({ data }) => (data.after > data.before ? "+" : data.after < data.before ? "-" : "±"),
    hint: ({ data }) => describe(data),
    fill: ({ data }) => {
      const { grown, shrunk } = data;
      if (!isBoth(data)) return [directionOf(data)];
      return [Direction.Grew, Direction.Shrank, grown / (grown + shrunk)];
    },
    legend: Object.values(Direction).map((each) => [each, directionNames[each]]),
    colours: directionColours,
  });
}

function describe(node: DifferenceNode): string {
  const { before, after, was } = node;
  const named = was === undefined ? "" : `, was ${was}`;
  return `${humanSize(before)} before, ${humanSize(after)} after, ${changedBytes(node)}${named}`;
}
