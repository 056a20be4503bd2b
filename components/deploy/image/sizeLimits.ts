// Limits on an image's size: what to say when one is exceeded. Pure.

import type { ImageLayer } from "../../outputs";
import type { ImageSpec } from "../../inputs";
import { humanSize } from "../../text";
import { bytesByOrigin } from "./sizeSummary";

/** An image, as far as its size goes. */
export interface SizedImage {
  size: number;
  layers: readonly Pick<ImageLayer, "size" | "origin">[];
}

/** An image of one platform or of several. */
interface PlatformSizes extends SizedImage {
  platformSizes: Readonly<Record<string, number>>;
  /** Of the platforms after the first. */
  platformLayers: Readonly<Record<string, SizedImage["layers"]>>;
}

/** A platform whose image is too large. */
interface Exceeded {
  platform: string;
  /** Why it is too large: one line for each limit that it exceeds. */
  lines: string[];
  /** Bytes by origin. */
  sums: string[];
}

/** The limits hold for each platform by itself, since each is pulled by itself. */
export function exceededPlatforms(
  spec: Pick<ImageSpec, "platforms" | "maxSize" | "maxGrowth">,
  image: PlatformSizes,
  before: PlatformSizes | undefined,
): Exceeded[] {
  const isOne = spec.platforms.length === 1;
  return spec.platforms.flatMap((platform) => {
    const earlier = before && ofPlatform(before, platform, isOne);
    const now = ofPlatform(image, platform, isOne) ?? image;
    const lines = exceededLimits(spec, now, earlier);
    if (lines.length === 0) return [];
    const named = isOne ? lines : lines.map((line) => `${platform}: ${line}`);
    return [{ platform, lines: named, sums: breakdown(now, earlier) }];
  });
}

/** Undefined where nothing is known of it; a single platform may be another than it was. */
function ofPlatform(image: PlatformSizes, platform: string, isOne: boolean): SizedImage | undefined {
  const size = image.platformSizes[platform] ?? (isOne ? image.size : undefined);
  return size === undefined ? undefined : { size, layers: image.platformLayers[platform] ?? image.layers };
}

/** Why the image is too large, in one line for each limit; empty when it is not. */
export function exceededLimits(
  { maxSize, maxGrowth }: Pick<ImageSpec, "maxSize" | "maxGrowth">,
  image: SizedImage,
  before: SizedImage | undefined,
): string[] {
  const lines: string[] = [];
  if (maxSize !== undefined && image.size > maxSize) {
    const over = humanSize(image.size - maxSize);
    lines.push(`the image has ${exact(image.size)}, ${over} more than maxSize allows (${exact(maxSize)})`);
  }
  if (before === undefined || maxGrowth === undefined) return lines;
  const isShare = "share" in maxGrowth;
  const growth = isShare ? Math.floor(before.size * maxGrowth.share) : maxGrowth.bytes;
  if (image.size - before.size > growth) {
    lines.push(
      `the image grew by ${exact(image.size - before.size)}, from ${humanSize(before.size)} to ` +
        `${humanSize(image.size)}; maxGrowth allows ${isShare ? `${maxGrowth.text}, ` : ""}${exact(growth)}`,
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

/** A size in short and in bytes. */
function exact(bytes: number): string {
  return bytes < 1000 ? humanSize(bytes) : `${humanSize(bytes)} (${bytes} bytes)`;
}
