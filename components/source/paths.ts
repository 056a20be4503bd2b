// Small questions about paths.

import * as fs from "node:fs";
import * as path from "node:path";

/** What a path leads to; undefined for what cannot be followed, such as a link to itself. */
export function statOf(file: string): fs.Stats | undefined {
  try {
    return fs.statSync(file, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

export function slashed(file: string): string {
  return file.split(path.sep).join("/");
}
