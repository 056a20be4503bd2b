// Random programs, with the go command as the judge: the closure holds all files that go list names and, where no tag
// is in doubt, no others.

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import fc from "fast-check";
import { program, render, type ProgramSpec } from "../fixtures/closureFuzz";
import {
  closureOf,
  filesBelow,
  go,
  listPackages,
  missingGo,
  type ListedPackage,
} from "../fixtures/closureGo";
import { makeRepository } from "../support/module";

const tags = ["custom"];
let compared = 0;
let exact = 0;
let vendored = 0;

/** Many programs as one workspace, so that one run of the go command tells about all; others are asked alone. */
function checkAll(specs: readonly ProgramSpec[]): void {
  const files: Record<string, string> = {};
  const uses: string[] = [];
  specs.forEach((spec, index) => {
    const rendered = render(spec, `m${index}`);
    for (const [file, text] of Object.entries(rendered)) files[`${index}/${file}`] = text;
    if (spec.mode !== "workspace") return;
    for (const file of Object.keys(rendered))
      if (file.endsWith("/go.mod") && !file.includes("/web/"))
        uses.push(`use ./${index}/${path.posix.dirname(file)}`);
  });
  const root = makeRepository({ ...files, "go.work": `go 1.23\n\n${uses.join("\n")}\n` });
  const mains = specs.flatMap((spec, index) => (spec.mode === "workspace" ? [index] : []));
  const flags = ["-e", `-tags=${tags.join(",")}`];
  const names = mains.map((index) => `./${index}/main`);
  const together = names.length === 0 ? [] : listPackages(root, names, {}, flags);
  const byPath = new Map(together.map((listed) => [listed.ImportPath, listed]));
  specs.forEach((spec, index) => {
    const directory = path.join(root, String(index), "main");
    if (spec.mode === "workspace") {
      const main = byPath.get(`example.com/m${index}`);
      const dependencies = (main?.Deps ?? []).flatMap((name) => byPath.get(name) ?? []);
      check(spec, directory, main ? [main, ...dependencies] : [], true);
    } else {
      const off = { GOWORK: "off" };
      if (spec.mode === "vendored") vendor(directory, off);
      check(spec, directory, listPackages(directory, ["."], off, flags), false);
    }
  });
}

/** Vendors a module; what the go command itself cannot (embedded files of tests that use cgo) is left as it was. */
function vendor(directory: string, env: Record<string, string>): void {
  try {
    go(directory, ["mod", "vendor", "-e"], env);
    vendored++;
  } catch {
    fs.rmSync(path.join(directory, "vendor"), { recursive: true, force: true });
  }
}

function check(
  spec: ProgramSpec,
  directory: string,
  listed: readonly ListedPackage[],
  workspace: boolean,
): void {
  const { service, closure } = closureOf(directory, ".", { buildTags: tags }, { workspace });
  // Of a package that cannot be built on every file system (x.s beside x.S), go list names files that it never reads.
  const buildable = listed.filter((one) => !JSON.stringify(one.Error ?? "").includes("case-insensitive"));
  const root = path.resolve(service.root);
  const expected = filesBelow(root, buildable);
  const found = new Set(closure.files);
  assert.ok(filesBelow(root, listed).length > 0, "go list names no files");
  assert.deepEqual(
    expected.filter((file) => !found.has(file)),
    [],
    `files that go list names and the closure lacks`,
  );
  assert.equal(closure.wholeModule, undefined);
  compared++;
  // What go list says of a package with mistakes is not all that it would read.
  if (!spec.certain || listed.some((one) => one.Error !== undefined || (one.DepsErrors ?? []).length > 0))
    return;
  const needed = new Set([...expected, ...service.moduleFiles]);
  assert.deepEqual(
    closure.files.filter((file) => !needed.has(file) && path.posix.basename(file) !== "go.mod"),
    [],
    "files in the closure that go list does not name",
  );
  exact++;
}

describe("import closure of random programs", function () {
  this.timeout(300_000);

  before(function () {
    const reason = missingGo(false);
    if (reason === undefined) return;
    console.log(`      skipped: ${reason}`);
    this.skip();
  });

  it("has all files that go list names, and no others when build tags are certain", () => {
    fc.assert(fc.property(fc.array(program, { minLength: 40, maxLength: 40 }), checkAll), {
      numRuns: 5,
      // Time for a smaller example, when one fails.
      interruptAfterTimeLimit: 60_000,
      markInterruptAsFailure: false,
    });
    assert.ok(vendored > 0, "no program was vendored");
    assert.ok(exact > compared / 4, `only ${exact} of ${compared} programs were without mistakes`);
  });
});
