// Limits on an image's size: what they mean in bytes, and what to say when one is exceeded. Pure.

import type { ImageLayer } from "../outputs";
import { bytesByOrigin, humanSize } from "../text/humanSize";

const units: Readonly<Record<string, number>> = {
  ...{ "": 1, B: 1, KB: 1e3, MB: 1e6, GB: 1e9 },
  ...{ KIB: 2 ** 10, MIB: 2 ** 20, GIB: 2 ** 30 },
};

/** Bytes of 20000000, "20000000", "20MB" or "20 MiB"; undefined when it is none of these. */
export function parseSize(value: unknown): number | undefined {
  if (typeof value === "number") return Number.isSafeInteger(value) && value >= 0 ? value : undefined;
  if (typeof value !== "string") return undefined;
  const match = /^(\d{1,15}(?:\.\d{1,6})?) ?([A-Za-z]{0,3})$/.exec(value);
  const unit = units[match?.[2]?.toUpperCase() ?? "?"];
  return match && unit !== undefined ? Math.round(Number(match[1]) * unit) : undefined;
}

/** The share in "10%"; undefined when it is no percentage. */
function parsePercentage(value: unknown): number | undefined {
  const match = typeof value === "string" ? /^(\d{1,4}(?:\.\d{1,3})?) ?%$/.exec(value) : null;
  return match ? Number(match[1]) / 100 : undefined;
}

/** What is wrong with a limit, worded to follow it; undefined when nothing is. */
export function sizeProblem(value: unknown): string | undefined {
  const form = 'is not a size; write bytes as a number, or a text such as "20MB" or "19 MiB"';
  return value === undefined || parseSize(value) !== undefined ? undefined : form;
}

export function growthProblem(value: unknown): string | undefined {
  const form = 'is not a growth; write bytes as a number, or a text such as "2MB" or "10%"';
  return sizeProblem(value) === undefined || parsePercentage(value) !== undefined ? undefined : form;
}

/** The limits of a component, as validated inputs. */
export interface Budget {
  maxSize?: unknown;
  maxGrowth?: unknown;
}

/** An image, as far as its size goes. */
export interface SizedImage {
  size: number;
  layers: readonly Pick<ImageLayer, "size" | "origin">[];
}

/** Why the image is too large, in one line for each limit; empty when it is not. */
export function exceededLimits(
  { maxSize, maxGrowth }: Budget,
  image: SizedImage,
  before: SizedImage | undefined,
): string[] {
  const lines: string[] = [];
  const most = parseSize(maxSize);
  if (most !== undefined && image.size > most) {
    const over = humanSize(image.size - most);
    lines.push(`the image has ${exact(image.size)}, ${over} more than maxSize allows (${exact(most)})`);
  }
  const share = parsePercentage(maxGrowth);
  const growth = before && (share === undefined ? parseSize(maxGrowth) : Math.floor(before.size * share));
  if (before && growth !== undefined && image.size - before.size > growth) {
    lines.push(
      `the image grew by ${exact(image.size - before.size)}, from ${humanSize(before.size)} to ` +
        `${humanSize(image.size)}; maxGrowth allows ${share === undefined ? "" : `${String(maxGrowth)}, `}${exact(growth)}`,
    );
  }
  return lines;
}

/** The image's bytes by origin, the largest first, with what changed. */
export function breakdown(image: SizedImage, before: SizedImage | undefined): string[] {
  const now = bytesByOrigin(image.layers);
  const then = bytesByOrigin(before?.layers ?? []);
  const origins = [...now].sort(([, a], [, b]) => b - a);
  return origins.map(([origin, bytes]) => {
    const change = bytes - (then.get(origin) ?? 0);
    const grown =
      before === undefined || change === 0 ? "" : ` (${change > 0 ? "+" : ""}${humanSize(change)})`;
    return `  ${origin.padEnd(9)}${humanSize(bytes).padStart(9)}${grown}`;
  });
}

/** Bytes for people and for who counts. */
function exact(bytes: number): string {
  return bytes < 1000 ? humanSize(bytes) : `${humanSize(bytes)} (${bytes} bytes)`;
}
