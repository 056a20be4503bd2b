// What several tests share, none of them may change: which one runs first must not matter.

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import * as path from "node:path";

const root = path.resolve(__dirname, "..");
const load = createRequire(__filename);

/** Paths of what can be changed in a value, of objects and arrays; the rest has methods that say what they do. */
function changeable(value: unknown, at: string, seen = new Set<unknown>()): string[] {
  if (typeof value !== "object" || value === null || seen.has(value)) return [];
  seen.add(value);
  const isPlain = Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
  if (!isPlain) return [];
  const below = Object.entries(value).flatMap(([name, each]) => changeable(each, `${at}.${name}`, seen));
  return [...(Object.isFrozen(value) ? [] : [at]), ...below];
}

describe("fixtures", () => {
  for (const folder of ["support", "fixtures"])
    it(`in test/${folder} are frozen`, () => {
      const files = readdirSync(path.join(root, folder)).filter(
        (name) => name.endsWith(".ts") && name !== "record.ts",
      );
      assert.ok(files.length > 3);
      const found = files.flatMap((name) => {
        const exported = load(path.join(root, folder, name)) as Record<string, unknown>;
        return Object.entries(exported).flatMap(([key, value]) => changeable(value, `${name}: ${key}`));
      });
      assert.deepEqual(found, []);
    });
});
