// go.mod beside the go command itself: `go mod edit -json`.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as path from "node:path";
import * as fc from "fast-check";
import { parseGoMod } from "../../components/source/goMod";
import { makeTree } from "../support/module";
import { needsGo } from "../support/go";

interface Edited {
  Module?: { Path: string };
  Go?: string;
  Toolchain?: string;
  Tool?: unknown[] | null;
  Ignore?: unknown[] | null;
  Require?: { Path: string }[] | null;
  Replace?: { Old: { Path: string }; New: { Path: string; Version?: string } }[] | null;
}

/** What the go command reads; undefined for what it refuses. */
function edited(text: string): Edited | undefined {
  const file = path.join(makeTree({ "go.mod": text }), "go.mod");
  try {
    const output = execFileSync("go", ["mod", "edit", "-json", file], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    return JSON.parse(output) as Edited;
  } catch {
    return undefined;
  }
}

function compare(text: string): boolean {
  const go = edited(text);
  if (go === undefined) return false;
  const read = parseGoMod(text);
  // Of two replacements of one module the go command keeps the last; here both count.
  const isLast = ({ module }: { module: string }, n: number) =>
    !read.localReplacements.slice(n + 1).some((other) => other.module === module);
  const found = { ...read, localReplacements: read.localReplacements.filter(isLast) };
  const local = (go.Replace ?? []).filter(({ New }) => New.Version === undefined);
  const expected = {
    module: go.Module?.Path,
    go: go.Go,
    needs: go.Ignore ? "1.25" : go.Tool ? "1.24" : read.needs === "1.23" ? "1.23" : undefined,
    toolchain: go.Toolchain === "default" ? undefined : go.Toolchain?.replace(/^go/, ""),
    requires: (go.Require ?? []).map(({ Path }) => Path),
    localReplacements: local.map(({ Old, New }) => ({ module: Old.Path, directory: New.Path })),
    use: [],
  };
  assert.deepEqual(found, expected, text);
  return true;
}

describe("reading go.mod, compared with the go command", function () {
  this.timeout(120_000);
  before(function () {
    needsGo(this);
  });

  const table = [
    "module m\n\nrequire ()\n\nrequire example.com/a v1.0.0\n\nreplace example.com/a => ../a\n",
    "module m\nreplace ()\nreplace example.com/a => ./a\nexclude ()\nretract ()\nrequire example.com/a v1.0.0\n",
    "module m\nrequire ( // comment\n\texample.com/a v1.0.0 // indirect\n) // end\ngo 1.21\n",
    "module m\nrequire (\n)\ngo 1.21\n",
    'module "m.example/x"\nreplace example.com/a => "./with space"\nreplace example.com/b => "./tab\\there"\n',
    'module m\nreplace example.com/a => "./\\u00e9\\x41"\n',
    "module m\r\n\r\ngo 1.23\r\nrequire (\r\n\texample.com/a v1.0.0\r\n)\r\n",
    "// first\nmodule m // why\n// go 1.1\ngo 1.23.4 // x\ntoolchain go1.24.1\n",
    "module m\nretract [v1.0.0, v1.2.0] // bad\nretract v1.3.0\nrequire example.com/a v1.0.0\n",
    "module m\ngodebug default=go1.21\ntool example.com/a/cmd\nrequire example.com/a v1.0.0\n",
    "module m\ngodebug (\n\tpanicnil=1\n)\nreplace (\n\texample.com/a v1.0.0 => ./a\n\texample.com/b => example.com/c v1.0.0\n)\n",
    "module m\nreplace example.com/a => /abs\nreplace example.com/b => ..\nreplace example.com/c => .\n",
    "module m\nrequire example.com/a v1.0.0//indirect\n",
  ];
  for (const text of table)
    it(`agrees on ${JSON.stringify(text)}`, () => assert.ok(compare(text), "go refuses it"));

  it("agrees on random files", () => {
    const name = fc.constantFrom(
      "example.com/a",
      "example.com/b",
      '"example.com/c"',
      "`example.com/d`",
      "example.com/e.v2",
    );
    const place = fc.constantFrom("./a", "../b", '"./c d"', "`../e`", "..", '"./f\\u0041"', "/g");
    const end = fc.constantFrom("\n", " // note\n", "\r\n", "\n\n", "//x\n", " //\n");
    const required = fc.tuple(name, end).map(([path, after]) => `${path} v1.0.0${after}`);
    const replaced = fc.tuple(name, place, end).map(([old, target, after]) => `${old} => ${target}${after}`);
    const block = (word: string, lines: fc.Arbitrary<string>) =>
      fc
        .tuple(fc.array(lines, { maxLength: 3 }), end, end)
        .map(([all, first, last]) => `${word} (${first}${all.join("")})${last}`);
    const statement = fc.oneof(
      required.map((line) => `require ${line}`),
      replaced.map((line) => `replace ${line}`),
      block("require", required),
      block("replace", replaced),
      fc.constantFrom(
        "go 1.22\n",
        "require ()\n",
        "replace ( )\n",
        "// go 1.1\n",
        "exclude example.com/z v1.0.0\n",
        "toolchain go1.23.4\n",
      ),
    );
    const file = fc
      .array(statement, { minLength: 1, maxLength: 6 })
      .map((all) => `module m.example\n${all.join("")}`);
    const compared = fc.sample(file, { numRuns: 150, seed: Date.now() }).filter(compare).length;
    // Twice a go line, or two replacements of one module, are refused.
    assert.ok(compared > 30, `only ${compared} were files of go's`);
  });
});
