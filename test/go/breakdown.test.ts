// Real programs, made by the compiler that is here, with its own tools as the judge.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { breakDown, type BinaryBreakdown } from "../../components/goBinary/breakdown";
import { packageOf } from "../../components/goBinary/packages";
import { missingGo } from "../fixtures/closureGo";
import { makeTree } from "../support/module";

const files = {
  "go.mod":
    "module example.com/cut.me\n\ngo 1.21\n\nrequire example.org/dep/v2 v2.0.0\nreplace example.org/dep/v2 => ./dep\n",
  "main.go": `package main

import (
	"example.com/cut.me/internal/deep"
	dep "example.org/dep/v2/sub.pkg"
	"strconv"
)

func main() { println(deep.Sum([]int{1, 2}), dep.Double(strconv.Itoa(7))) }
`,
  "internal/deep/deep.go": `package deep

//go:noinline
func Sum[T int | float64](values []T) (sum T) {
	for _, value := range values {
		sum += value
	}
	return sum
}
`,
  "dep/go.mod": "module example.org/dep/v2\n\ngo 1.21\n",
  "dep/sub.pkg/dep.go": `package dep

//go:noinline
func Double(text string) string { return text + text }
`,
};

function sum(found: BinaryBreakdown): number {
  return [...found.packages, ...found.sections].reduce((total, { size }) => total + size, 0);
}

describe("report/binary", function () {
  this.timeout(300_000);
  let root: string;
  before(function () {
    const missing = missingGo(false);
    if (missing !== undefined) {
      console.log(`      skipped: ${missing}`);
      this.skip();
    }
    root = makeTree(files);
  });

  function build(name: string, env: Record<string, string>, ...flags: string[]): Buffer {
    const out = path.join(root, name);
    const all = {
      ...process.env,
      CGO_ENABLED: "0",
      GOOS: "linux",
      GOFLAGS: "-mod=mod",
      GOWORK: "off",
      ...env,
    };
    execFileSync("go", ["build", ...flags, "-o", out, "."], { cwd: root, env: all, stdio: "pipe" });
    return fs.readFileSync(out);
  }

  it("agrees with go tool nm about each package's code", () => {
    const found = breakDown(build("plain", {})) as BinaryBreakdown;
    const listed = execFileSync("go", ["tool", "nm", "-n", "-size", path.join(root, "plain")], {
      encoding: "utf8",
      maxBuffer: 1e8,
    });
    // Up to the next function, as padding between functions belongs to the one before it.
    const functions = listed
      .trim()
      .split("\n")
      .map((line) => /^\s*([0-9a-f]+)\s+(\d+)\s+[Tt]\s+(.*)$/.exec(line))
      .filter((match) => match !== null)
      .map(([, address = "", size, name = ""]) => ({
        address: parseInt(address, 16),
        size: Number(size),
        name,
      }))
      .filter(({ name }) => !/^runtime\.e?text$/.test(name));
    const expected = new Map<string, { least: number; most: number }>();
    let before = "";
    functions.forEach(({ address, size, name }, n) => {
      before = packageOf(name) ?? before;
      const known = expected.get(before) ?? { least: 0, most: 0 };
      known.least += size;
      known.most += (functions[n + 1]?.address ?? address + size) - address;
      expected.set(before, known);
    });
    assert.ok(expected.size > 15, "nm was understood");
    for (const { package: name, code } of found.packages) {
      const { least, most } = expected.get(name.replace(/^example\.com\/cut\.me$/, "main")) ?? {
        least: 0,
        most: 0,
      };
      assert.ok(code >= least && code <= most + 32, `${name}: ${code}, nm says ${least} to ${most}`);
      expected.delete(name.replace(/^example\.com\/cut\.me$/, "main"));
    }
    assert.deepEqual([...expected], []);
  });

  it("finds the modules of a stripped program, to the last byte", () => {
    const file = build("stripped", {}, "-trimpath", "-ldflags=-s -w");
    const found = breakDown(file) as BinaryBreakdown;
    assert.equal(sum(found), file.length);
    assert.equal(found.size, file.length);
    assert.match(found.goVersion, /^go1\./);
    assert.equal(found.main?.path, "example.com/cut.me");
    const origins = new Map(found.packages.map(({ package: name, module, kind }) => [name, [module, kind]]));
    assert.deepEqual(origins.get("example.com/cut.me"), ["example.com/cut.me", "main"]);
    assert.deepEqual(origins.get("example.com/cut.me/internal/deep"), ["example.com/cut.me", "main"]);
    assert.deepEqual(origins.get("example.org/dep/v2/sub.pkg"), ["example.org/dep/v2", "dependency"]);
    assert.deepEqual(origins.get("runtime"), ["std", "standard"]);
    const dependency = found.packages.find(({ kind }) => kind === "dependency");
    assert.equal(dependency?.version, "(devel)");
    const attributed = found.packages.reduce((total, { size }) => total + size, 0);
    assert.ok(attributed > file.length / 2, `${attributed} of ${file.length}`);
    const plain = breakDown(fs.readFileSync(path.join(root, "plain"))) as BinaryBreakdown;
    // Packages of data alone are only seen with symbols.
    const codeOf = ({ packages }: BinaryBreakdown) =>
      packages
        .filter(({ code }) => code > 0)
        .map(({ package: name, code }) => `${name} ${code}`)
        .sort();
    assert.deepEqual(codeOf(plain), codeOf(found));
  });

  for (const architecture of ["386", "s390x"]) {
    it(`reads a program for ${architecture}`, () => {
      const file = build(architecture, { GOARCH: architecture }, "-ldflags=-s -w");
      const found = breakDown(file) as BinaryBreakdown;
      assert.equal(sum(found), file.length);
      assert.ok(
        found.packages.some(({ package: name, code }) => name === "example.org/dep/v2/sub.pkg" && code > 0),
      );
      assert.equal(found.note, undefined);
    });
  }

  it("adds a note about what it cannot read, and never throws", () => {
    const whole = fs.readFileSync(path.join(root, "stripped"));
    assert.equal(breakDown(Buffer.from("#!/bin/sh\n")), undefined);
    assert.equal(breakDown(whole.subarray(0, 4000)), undefined);
    assert.equal(breakDown(fs.readFileSync(process.execPath)), undefined);
    const magic = whole.indexOf(Buffer.from("f1ffffff0000", "hex"));
    const unknown = Buffer.from(whole);
    unknown.writeUInt32LE(0x12345678, magic);
    const found = breakDown(unknown) as BinaryBreakdown;
    assert.equal(sum(found), unknown.length);
    assert.match(found.note ?? "", /no function table in a known format/);
    // Damage of any kind ends in fewer packages, not in an exception.
    for (let at = magic + 8; at < magic + 64; at += 4) {
      const damaged = Buffer.from(whole);
      damaged.writeUInt32LE(0x7fffffff, at);
      const result = breakDown(damaged);
      if (result !== undefined) assert.equal(sum(result), damaged.length);
    }
  });
});
