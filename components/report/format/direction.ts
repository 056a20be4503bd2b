// Colours of a difference: whether a part came, went, grew or shrank.
import { humanSize, signedSize } from "../../text";
import type { DifferenceNode } from "../difference";
import { SizeKind, type ImageReport } from "../model";

export const Direction = {
  Grew: "grew",
  New: "new",
  Shrank: "shrank",
  Gone: "gone",
} as const;
export type Direction = (typeof Direction)[keyof typeof Direction];

/**
 * Background in light and dark, under text of the page's own colour. Orange and blue are two colours to colour-blind
 * readers too; what is of one direction differs in lightness.
 */
export const directionColours: Record<Direction, { light: string; dark: string }> = {
  grew: { light: "#fbd49a", dark: "#5c4a1e" },
  new: { light: "#f0953a", dark: "#964600" },
  shrank: { light: "#c3dcf7", dark: "#304866" },
  gone: { light: "#74a9e6", dark: "#1d5eae" },
};

/** In the legend; the signs are those of the labels. */
export const directionNames: Record<Direction, string> = {
  grew: "+ grew",
  new: "+ new",
  shrank: "- shrank",
  gone: "- gone",
};

/** Of a part's net change; what has parts of both directions is of both colours in the pictures. */
export function directionOf({ before, after, grown, shrunk }: DifferenceNode): Direction {
  if (before === 0 && after > 0) return Direction.New;
  if (after === 0 && before > 0) return Direction.Gone;
  return grown >= shrunk ? Direction.Grew : Direction.Shrank;
}

/** True when some of its parts grew and others shrank. */
export function isBoth({ grown, shrunk }: DifferenceNode): boolean {
  return grown > 0 && shrunk > 0;
}

/** "+100 B (+200 B, -100 B)": what it is in all, and what came and went if that is not the same. */
export function changedBytes(node: DifferenceNode): string {
  const { before, after, grown, shrunk } = node;
  const both = isBoth(node) ? ` (+${humanSize(grown)}, -${humanSize(shrunk)})` : "";
  return signedSize(after - before) + both;
}

/** What is new or gone as a whole is one box. */
export function isWhole({ kind, before, after }: DifferenceNode): boolean {
  return kind !== SizeKind.Image && (before === 0 || after === 0);
}

/** The text in place of an empty picture. Sizes alone are compared. */
export function unchanged(before: ImageReport, after: ImageReport): string {
  return before.digest === after.digest
    ? "Both images are the same: they have the same digest."
    : "Nothing differs in size between the two images. Their digests differ, so contents of the same size may too.";
}
