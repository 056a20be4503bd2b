// test/badInputs.md must tell what the tests do: each test it names is there, and each test of a bad input is named.

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";

const testDirectory = path.join(__dirname, "..");

/** Numbers of bad inputs that tests' titles have, by the file that has them. */
function tested(): Map<string, Set<string>> {
  const files = fs.readdirSync(testDirectory, { recursive: true, encoding: "utf8" });
  const found = new Map<string, Set<string>>();
  for (const file of files.filter((name) => name.endsWith(".test.ts"))) {
    const text = fs.readFileSync(path.join(testDirectory, file), "utf8");
    const numbers = [...text.matchAll(/["`]bad input (\d+): /g)].map((match) => match[1] ?? "");
    if (numbers.length > 0) found.set(file.split(path.sep).join("/"), new Set(numbers));
  }
  return found;
}

describe("the table of bad inputs", () => {
  const text = fs.readFileSync(path.join(testDirectory, "badInputs.md"), "utf8");
  const rows = [...text.matchAll(/^\| +(\d+) +\|(.*)\|$/gm)].map((match) => ({
    number: match[1] ?? "",
    cells: (match[2] ?? "").split("|").map((cell) => cell.trim()),
  }));

  it("has a row for each number, in order, without an empty cell", () => {
    assert.deepEqual(
      rows.map((row) => row.number),
      rows.map((_, index) => String(index + 1)),
    );
    assert.ok(rows.length >= 42);
    for (const { number, cells } of rows)
      assert.ok(cells.length === 5 && !cells.includes(""), `row ${number} has an empty cell`);
  });

  it("names exactly the files whose tests have the row's number", () => {
    const byFile = tested();
    for (const { number, cells } of rows) {
      const files = [...byFile].filter(([, numbers]) => numbers.has(number)).map(([file]) => file);
      const named = [...(cells[2] ?? "").matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? "");
      assert.deepEqual(named.sort(), files.sort(), `row ${number}`);
      assert.ok(files.length > 0, `row ${number} has no test`);
    }
    const numbers = new Set([...byFile.values()].flatMap((found) => [...found]));
    assert.equal(numbers.size, rows.length);
  });
});
