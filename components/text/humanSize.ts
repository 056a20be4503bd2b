// Sizes as people read them. Powers of 1000 and three digits, as docker's command line shows them.

import type { ImageLayer } from "../outputs";

const units = ["B", "kB", "MB", "GB", "TB"];

/** "162 MB", "6.32 MB", "482 B". */
export function humanSize(bytes: number): string {
  let value = Math.abs(bytes);
  let unit = 0;
  // 999.5 would be shown as 1000.
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return `${bytes < 0 ? "-" : ""}${value.toFixed(digits)} ${units[unit] ?? ""}`;
}

/** "+428 kB", "-428 kB". */
export function signedSize(bytes: number): string {
  return `${bytes > 0 ? "+" : ""}${humanSize(bytes)}`;
}

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
