// The pages of the documentation and what is in them.

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { frozen } from "./frozen";

export const root = path.resolve(__dirname, "../..");

export const pages = frozen([
  "README.md",
  "README.pt-BR.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  "bench/README.md",
  ...fs
    .readdirSync(path.join(root, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
]);

export const read = (page: string): string => fs.readFileSync(path.join(root, page), "utf8");

/** The code blocks of a page in one language, without those of files that it repeats. */
export function blocks(page: string, language: string): string[] {
  return fences(written(page))
    .filter((fence) => fence.language === language)
    .map(({ code }) => code);
}

/** A page without the files that it repeats, which are checked where they are. */
export const written = (page: string): string =>
  read(page).replace(/^<!-- [\w-]+: written by npm run generate -->$[^]*?^<!-- end -->$/gm, "");

/** All code blocks of a page's text. */
export function fences(text: string): { language: string; code: string }[] {
  const found = text.matchAll(/^```(\w*).*\n([^]*?)^```$/gm);
  return [...found].map(([, language = "", code = ""]) => ({ language, code }));
}

/** A page without its code blocks. */
export const prose = (page: string): string => read(page).replace(/^```[^]*?^```$/gm, "");

/** A text with one change, which must be one. */
export function changed(text: string, from: string | RegExp, to: string): string {
  const other = text.replace(from, to);
  assert.notEqual(other, text, String(from));
  return other;
}
