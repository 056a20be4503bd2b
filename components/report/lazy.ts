// Loads the report only when it is needed: few programs compare images or exceed a limit. With require, since import() in
// CommonJS would go through Node's ES module loader, which resolves no TypeScript when the tests run from the sources.

import type * as report from "./index";

export function loadReport(): typeof report {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- see above
  return require("./index") as typeof report;
}
