// An image's size by where its layers come from.

import type { ImageLayer } from "../../outputs";
import { humanSize } from "../../text";

/** "6.32 MB to pull (base 3.62 MB, binary 2.70 MB, files 153 B), 14.0 MB on disk". */
export function sizeSummary(size: number, unpackedSize: number, layers: readonly ImageLayer[]): string {
  const parts = [...bytesByOrigin(layers)].map(([origin, bytes]) => `${origin} ${humanSize(bytes)}`).sort();
  return `${humanSize(size)} to pull (${parts.join(", ")}), ${humanSize(unpackedSize)} on disk`;
}

/** Bytes that a pull transfers, by origin. */
export function bytesByOrigin(layers: readonly Pick<ImageLayer, "size" | "origin">[]): Map<string, number> {
  const byOrigin = new Map<string, number>();
  for (const { origin, size } of layers) byOrigin.set(origin, (byOrigin.get(origin) ?? 0) + size);
  return byOrigin;
}
