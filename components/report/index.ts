// What an image's bytes are: read from its registry, compared, and told in several formats. This face loads the rest only when
// it is asked for: few programs compare images or exceed a limit.

import type * as report from "./report";

export type { ImageReport } from "./model";

/** With require, since import() in CommonJS would go through Node's ES module loader, which resolves no TypeScript in tests. */
export function loadReport(): typeof report {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- see above
  return require("./report") as typeof report;
}
