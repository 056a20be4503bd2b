// Long lists in a message: the first few of it, and how many more there are.

/** ["a", "b", "3 more"]. */
export function firstFew(texts: readonly string[], most: number, rest = "more"): string[] {
  const left = texts.length - most;
  return left > 0 ? [...texts.slice(0, most), `${left} ${rest}`] : [...texts];
}

/** "a, b and 3 more", in a sentence. */
export function firstFewOf(texts: readonly string[], most: number): string {
  const left = texts.length - most;
  return `${texts.slice(0, most).join(", ")}${left > 0 ? ` and ${left} more` : ""}`;
}
