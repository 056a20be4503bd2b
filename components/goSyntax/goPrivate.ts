// GOPRIVATE: patterns of module paths, between commas (go help private).

/** Hosts in the patterns, each once; the host is the pattern's first part and may have wildcards. */
export function privateHosts(goPrivate: string): string[] {
  const patterns = goPrivate.split(",").map((pattern) => pattern.trim());
  return [
    ...new Set(patterns.filter((pattern) => pattern !== "").map((pattern) => pattern.split("/")[0] ?? "")),
  ];
}
