// docs/security.md: the tests that it names are there, and its numbers are those of the code.

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { limits } from "../../components/limits";
import { read, root } from "../support/pages";

const page = read("docs/security.md");
const [statements = "", list = ""] = page.split("## Tests\n");
const tests = [...list.matchAll(/^(\d+)\. `([^`]+)`$/gm)].map(([, number, file = ""]) => ({
  number: Number(number),
  file,
}));

/** Cells of the tables whose last column has this name. */
function tablesWith(column: string): string[][] {
  const tables = statements.match(/^\|.*\|\n\|[ -|]*\|\n(?:\|.*\|\n)*/gm) ?? [];
  return tables
    .map((table) =>
      table
        .trim()
        .split("\n")
        .map((row) =>
          row
            .slice(1, -1)
            .split("|")
            .map((cell) => cell.trim()),
        ),
    )
    .filter(([head]) => head?.at(-1) === column)
    .flatMap(([, , ...rows]) => rows);
}

describe("the page on security in the documentation", () => {
  it("lists existing tests in order", () => {
    assert.deepEqual(
      tests.map(({ number }) => number),
      tests.map((_, n) => n + 1),
    );
    const missing = tests.filter(({ file }) => !fs.existsSync(path.join(root, "test", file)));
    assert.deepEqual(missing, []);
    assert.equal(new Set(tests.map(({ file }) => file)).size, tests.length);
  });

  it("refers to each listed test, and to no others", () => {
    const inText = [...statements.matchAll(/ \[(\d+(?:, \d+)*)\](?!\()/g)].map(([, numbers = ""]) => numbers);
    const inTables = tablesWith("tests").map((row) => row.at(-1) ?? "");
    const named = new Set([...inText, ...inTables].join().match(/\d+/g)?.map(Number));
    assert.deepEqual(
      [...named].sort((a, b) => a - b),
      tests.map(({ number }) => number),
    );
  });

  it("has the same limits as the code", () => {
    const rows = tablesWith("name");
    assert.ok(rows.length > 5);
    for (const [what, bound = "", name = ""] of rows) {
      const [group = "", limit = ""] = name.replaceAll("`", "").split(".");
      const value = (limits as Record<string, Record<string, number>>)[group]?.[limit];
      assert.equal(inNumbers(bound), value, `${what}: ${name}`);
    }
  });

  it("says how to report a vulnerability, without an address", () => {
    const how = read("SECURITY.md");
    assert.match(how, /Report a vulnerability/);
    assert.match(how, /Do not open a public issue/);
    assert.doesNotMatch(how, /https?:|@/);
    assert.match(page, /\(\.\.\/SECURITY\.md\)/);
  });
});

function inNumbers(text: string): number {
  const [number = "", unit = ""] = text.split(" ");
  const units: Record<string, number> = { "": 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 };
  return Number(number.replaceAll(",", "")) * (units[unit] ?? Number.NaN);
}
