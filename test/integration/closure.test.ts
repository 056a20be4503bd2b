// Public modules of varied shape: the closure holds all that the go command reads, and the staged context alone builds
// the same binary as the whole module, to the byte. Needs go and a module proxy, but no container engine.

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { shapes, type Shape } from "../fixtures/closureModules";
import { closureOf, filesBelow, go, listPackages, missingGo } from "../fixtures/closureGo";
import { makeRepository, makeTree } from "../support/module";
import { stageBelow } from "../support/staging";

interface Row {
  name: string;
  shape: string;
  inModule: number;
  inClosure: number;
  beyond: number;
  built: boolean;
  equal: boolean;
}

/** Copies a module of the module cache, where everything is read-only, to a place of its own. */
function copyModule(module: string, target: string): void {
  const { Dir } = JSON.parse(go(".", ["mod", "download", "-json", module])) as { Dir: string };
  fs.cpSync(Dir, target, { recursive: true });
  for (const name of ["", ...fs.readdirSync(target, { recursive: true, encoding: "utf8" })]) {
    const file = path.join(target, name);
    fs.chmodSync(file, fs.lstatSync(file).isDirectory() ? 0o755 : 0o644);
  }
}

function prepare({ modules, files, commands }: Shape): string {
  const root = makeRepository({});
  for (const [directory, module] of Object.entries(modules)) copyModule(module, path.join(root, directory));
  for (const [file, text] of Object.entries(files ?? {})) {
    fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    fs.writeFileSync(path.join(root, file), text);
  }
  for (const { directory, args } of commands ?? []) go(path.join(root, directory), args, { GOFLAGS: "" });
  return root;
}

function build(directory: string, output: string, { mainPackage, env }: Shape): Buffer {
  const flags = ["-trimpath", "-buildvcs=false", "-ldflags", "-s -w"];
  go(directory, ["build", ...flags, "-o", output, mainPackage], environment(env));
  return fs.readFileSync(output);
}

/** As the Dockerfile sets it: without -mod, so that the go command decides about vendor directories. */
function environment(env: Record<string, string> = {}): Record<string, string> {
  return { GOFLAGS: "-buildvcs=false", ...env };
}

function check(shape: Shape): Row {
  const root = prepare(shape);
  const directory = path.join(root, shape.source);
  const cgoEnabled = shape.env?.["CGO_ENABLED"] === "1";
  const { service, tree, closure } = closureOf(directory, shape.mainPackage, { cgoEnabled });
  assert.deepEqual(closure.problems, []);
  assert.equal(closure.wholeModule, undefined);

  const serviceRoot = path.resolve(service.root);
  const listed = filesBelow(
    serviceRoot,
    listPackages(directory, [shape.mainPackage], environment(shape.env)),
  );
  const staged = new Set(closure.files);
  assert.deepEqual(
    listed.filter((file) => !staged.has(file)),
    [],
    "files that go list names and the closure lacks",
  );
  const expected = new Set([...listed, ...service.moduleFiles]);

  const elsewhere = makeTree({});
  const { directory: context } = stageBelow(elsewhere, tree, closure.files);
  const whole = build(directory, path.join(elsewhere, "whole"), shape);
  const part = build(path.join(context, service.moduleDirectory), path.join(elsewhere, "part"), shape);
  const all = fs.readdirSync(serviceRoot, { recursive: true, withFileTypes: true });
  return {
    name: shape.name,
    shape: shape.what,
    inModule: all.filter((entry) => entry.isFile()).length,
    inClosure: closure.files.length,
    beyond: closure.files.filter((file) => !expected.has(file)).length,
    built: true,
    equal: whole.equals(part),
  };
}

describe("import closure of public modules", function () {
  // Compiling them all for the first time takes minutes; with a warm build cache it is linking only.
  this.timeout(900_000);
  const rows: Row[] = [];

  before(function () {
    const reason = missingGo(true);
    if (reason !== undefined) skip(this, reason);
  });

  after(() => {
    if (rows.length > 0) console.log(`\n${table(rows)}\n`);
  });

  for (const shape of shapes) {
    it(`holds all that the compiler reads: ${shape.name} (${shape.what})`, function () {
      if (shape.needs !== undefined && !onPath(shape.needs)) skip(this, `there is no ${shape.needs}`);
      const row = check(shape);
      rows.push(row);
      assert.ok(row.equal, "the binary of the staged context differs from that of the whole module");
    });
  }
});

function skip(context: Mocha.Context, reason: string): never {
  console.log(`      skipped: ${reason}`);
  context.skip();
}

function onPath(program: string): boolean {
  const directories = (process.env["PATH"] ?? "").split(path.delimiter);
  return directories.some((directory) => fs.existsSync(path.join(directory, program)));
}

function table(rows: readonly Row[]): string {
  const head = ["program", "shape", "in module", "in closure", "not in go list", "built", "binary equal"];
  const lines = rows.map((row) =>
    [row.name, row.shape, row.inModule, row.inClosure, row.beyond, row.built, row.equal].map((cell) =>
      typeof cell === "boolean" ? (cell ? "yes" : "NO") : String(cell),
    ),
  );
  const widths = head.map((_, column) =>
    Math.max(...[head, ...lines].map((line) => line[column]?.length ?? 0)),
  );
  const row = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  return [row(head), row(widths.map((width) => "-".repeat(width))), ...lines.map(row)].join("\n");
}
