// What is in the page before its own script: d3-hierarchy's global.
import type * as hierarchy from "d3-hierarchy";

declare global {
  const d3: typeof hierarchy;
}
