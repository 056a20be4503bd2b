// The outputs by their names. Not in outputs.ts, which users import as a whole.

import type { GoImageOutputs } from "./outputs";

/** The compiler finds one that is missing here. */
const named: Record<keyof GoImageOutputs, true> = {
  digest: true,
  ref: true,
  size: true,
  platformDigests: true,
  platformSizes: true,
  unpackedSize: true,
  sizeSummary: true,
  layers: true,
  checks: true,
  sourceHash: true,
  sourceFiles: true,
  baseImages: true,
  dockerfile: true,
  tags: true,
};
export const outputNames = Object.keys(named) as readonly (keyof GoImageOutputs)[];
