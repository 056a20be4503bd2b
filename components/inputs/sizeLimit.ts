// The inputs maxSize and maxGrowth: what a size may look like, and what it means in bytes.

const units: Readonly<Record<string, number>> = {
  "": 1,
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KIB: 2 ** 10,
  MIB: 2 ** 20,
  GIB: 2 ** 30,
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

/** Growth that is allowed: a number of bytes, or a share of what was there. */
export type GrowthLimit = { bytes: number } | { share: number; text: string };

/** The validated input; undefined is no limit. */
export function growthLimit(value: unknown): GrowthLimit | undefined {
  const share = parsePercentage(value);
  if (share !== undefined) return { share, text: String(value) };
  const bytes = parseSize(value);
  return bytes === undefined ? undefined : { bytes };
}
