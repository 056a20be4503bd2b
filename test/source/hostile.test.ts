// Source trees that are made to keep `pulumi preview` busy. Each scanner gets inputs for which a careless one needs time in
// the square of their length, or more stack than there is.

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { portOf } from "../../components/text/knownHosts";
import { buildClosure } from "../../components/source/closure";
import { embeddedFiles } from "../../components/source/embed";
import { evaluateConstraint, parseGoFile } from "../../components/source/goFile";
import { parseGoMod } from "../../components/source/goMod";
import { includesOfAssembly, includesOfC, searchesElsewhere } from "../../components/source/includes";
import { findGoService } from "../../components/source/service";
import { unquote } from "../../components/source/goString";
import { Tree } from "../../components/source/tree";
import { assertLinearText } from "../support/linear";
import { makeTree } from "../support/module";

/** Calls within one another that do not fit on V8's stack, whatever the function. */
const tooDeep = stackDepth() + 1;
function stackDepth(): number {
  try {
    return 1 + stackDepth();
  } catch {
    return 0;
  }
}

const context = { goarch: "amd64", cgoEnabled: false, buildTags: [], uncertain: false };

describe("hostile source", function () {
  this.timeout(0);

  const pieces = [
    ...[
      "/*",
      "*/",
      "/**/",
      "/*/",
      "//",
      '"',
      '\\"',
      '"\\',
      "`",
      "(",
      ")",
      "import (",
      'import "',
      "package ",
      "\n",
      " ",
      "\t",
      "\\\n",
    ],
    ...[
      "//go:build ",
      "//go:embed ",
      '//go:embed "',
      '//go:embed "\\" ',
      "#",
      "%:",
      "#include ",
      '#include "',
      "# /*",
      "/**//**/",
      "*/ #",
    ],
    ...[
      "#cgo ",
      "#cgo a ",
      "#cgo : ",
      "#cgo linux,a !b CFLAGS: -I",
      ".incbin",
      "\\n.include",
      "é",
      "\u00a0",
      "\ufeff",
      "\u{1f600}",
      "\ud800",
    ],
    ...[
      "require (",
      "require ()",
      "replace a => ",
      "=> ",
      "use ./",
      "[",
      "{",
      ",",
      "module ",
      "go 1.",
      "toolchain go1.",
    ],
  ];
  const scanners: Record<string, (text: string) => unknown> = {
    "a Go file": parseGoFile,
    "a Go file with a package": (text) => parseGoFile(`package a\n\nimport (\n${text}`),
    "a Go file with a comment": (text) => parseGoFile(`//go:build ${text}\n\npackage a\n`),
    "go.mod": parseGoMod,
    "go.mod in one line": (text) => parseGoMod(text.replaceAll("\n", " ")),
    C: includesOfC,
    "C in one line": (text) => includesOfC(`#include ${text.replaceAll("\n", " ")}`),
    assembly: includesOfAssembly,
    "#cgo lines": (text) => searchesElsewhere(context, text),
    "#cgo line": (text) => searchesElsewhere(context, `#cgo ${text.replaceAll("\n", " ")}`),
    quotes: (text) => unquote(`"${text}"`),
    "known hosts": (text) => portOf("git.example.com", text),
    "one known host": (text) => portOf("git.example.com", `${text.replaceAll(/\s/g, "")} ssh-rsa A`),
  };
  for (const [what, scan] of Object.entries(scanners)) {
    it(`is scanned in linear time: ${what}`, () => {
      for (const piece of pieces) assertLinearText(scan, piece);
      for (const one of pieces)
        for (const other of pieces.slice(0, 12)) assertLinearText(scan, one + other, 10_000);
    });
  }

  it("counts build constraints that nest too deeply as unknown", () => {
    for (const expression of [
      "(".repeat(50_000) + "a" + ")".repeat(50_000),
      "!".repeat(50_000) + "a",
      "a && ".repeat(80_000),
    ])
      assert.equal(
        evaluateConstraint(expression, () => true),
        undefined,
      );
    assert.equal(
      evaluateConstraint(`${"(".repeat(200)}a${")".repeat(200)}`, () => true),
      true,
    );
  });

  it("does not hang the matcher of embed patterns", () => {
    const names = Array.from({ length: 300 }, (_, n) => [`${"a".repeat(200)}${n}.txt`, ""] as const);
    const tree = new Tree(makeTree(Object.fromEntries(names)));
    for (const pattern of [
      `${"*a".repeat(60)}b`,
      "*".repeat(200),
      `${"[a-z]*".repeat(40)}!`,
      "?".repeat(5000),
      "[".repeat(5000),
    ])
      embeddedFiles(tree, ".", pattern);
    assert.equal(embeddedFiles(tree, ".", "a*a*a*a*a*.txt").length, 300);
  });

  it("does not hang the matcher of known hosts", () => {
    const host = `${"a".repeat(200)}.example.com`;
    assert.equal(portOf(host, `${"*a".repeat(100)}b ssh-rsa A`), undefined);
    assert.equal(portOf(host, `${"*a".repeat(100)}*.example.com ssh-rsa A`), 22);
  });

  it("may have a chain of imports longer than the stack", () => {
    const count = tooDeep;
    const files: Record<string, string> = { "go.mod": "module m.example\n\ngo 1.23\n" };
    for (let n = 0; n < count; n++) files[`p${n}/p.go`] = `package p\n\nimport _ "m.example/p${n + 1}"\n`;
    files[`p${count}/p.go`] = "package p\n";
    files["main.go"] = 'package main\n\nimport _ "m.example/p0"\n\nfunc main() {}\n';
    const root = makeTree(files);
    const { service, problems } = findGoService(root);
    assert.ok(service && problems.length === 0);
    assert.equal(buildClosure(new Tree(service.root), service, context).files.length, count + 3);
  });

  it("may have a chain of #include lines longer than the stack", () => {
    const count = tooDeep;
    const files: Record<string, string> = {
      "go.mod": "module m.example\n\ngo 1.23\n",
      "main.go": "package main\n\nfunc main() {}\n",
      "a.s": '#include "h0.h"\n',
    };
    for (let n = 0; n < count; n++) files[`h${n}.h`] = `#include "h${n + 1}.h"\n`;
    const root = makeTree(files);
    const { service } = findGoService(root);
    assert.ok(service);
    assert.equal(buildClosure(new Tree(service.root), service, context).files.length, count + 3);
  });

  it("may embed 900 nested directories", () => {
    const root = makeTree({
      "go.mod": "module m.example\n\ngo 1.23\n",
      "main.go": 'package main\n\nimport _ "embed"\n\n//go:embed d\nvar x string\n\nfunc main() {}\n',
    });
    const deep = path.join(root, "d", ...Array.from({ length: 900 }, () => "d"));
    fs.mkdirSync(deep, { recursive: true });
    fs.writeFileSync(path.join(deep, "f"), "");
    const { service } = findGoService(root);
    assert.ok(service);
    assert.equal(buildClosure(new Tree(service.root), service, context).files.length, 3);
  });
});
