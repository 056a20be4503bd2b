// .dockerignore with what is made to keep it busy. test/go/dockerignore.test.ts compares it with Docker's own matcher.

import assert from "node:assert/strict";
import { dockerignore } from "../../components/source/dockerignore";
import { assertLinear } from "../support/linear";

describe(".dockerignore", () => {
  it("takes linear time for hostile patterns and paths", () => {
    const files = Array.from({ length: 50 }, (_, n) => `${"a/".repeat(100)}${"a".repeat(200)}${n}`);
    for (const pattern of [
      `${"**/".repeat(500)}b`,
      `${"*a".repeat(500)}b`,
      `${"**a".repeat(500)}`,
      `${"?*".repeat(500)}b`,
    ]) {
      const match = (count: number) => {
        const matcher = dockerignore(pattern);
        try {
          for (const file of files.slice(0, count)) matcher(file);
        } catch (error) {
          assert.match((error as Error).message, /take too long to compare/);
        }
      };
      assertLinear(match, files.length / 2, pattern.slice(0, 5));
    }
  }).timeout(0);

  it("is refused when it is too long", () => {
    assert.throws(() => dockerignore("x\n".repeat(200_000)), /has more than \d+ bytes/);
  });
});
