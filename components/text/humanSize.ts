// Sizes as people read them. Powers of 1000 and three digits, as docker's command line shows them.

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
