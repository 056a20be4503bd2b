// Corners of the go command's rules in which a closure would be too small, each seen with a real go command or read in
// its source.

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { buildClosure } from "../../components/source/closure";
import type { BuildContext } from "../../components/source/buildConstraints";
import { findGoService } from "../../components/source/service";
import { closureOf, plainContext } from "../fixtures/closureGo";
import { makeRepository, makeTree } from "../support/module";

const mod = "module m\n\ngo 1.23\n";
const main = "package main\n";
const importing = (...paths: string[]) =>
  `package main\n\n${paths.map((name) => `import _ "${name}"\n`).join("")}`;

function filesOf(tree: Record<string, string>, context: Partial<BuildContext> = {}): string[] {
  return closureOf(makeTree({ "go.mod": mod, ...tree }), ".", context).closure.files.filter(
    (file) => file !== "go.mod",
  );
}

describe("import closure in corner cases", () => {
  it("ignores a //go:build line behind a comment, and takes files with two such lines", () => {
    const tree = {
      "a.go": "/* x */ //go:build ignore\npackage main\n",
      "b.go": "//go:build ignore\n//go:build linux\npackage main\n",
      "c.go": "/*\n//go:build linux\n*/\n//go:build ignore\npackage main\n",
      "d.go": "//go:build linux & !linux\npackage main\n",
      "e.go": "/* */\n \t//go:build windows\t\npackage main\n",
    };
    assert.deepEqual(filesOf({ ...tree, "main.go": main }), ["a.go", "b.go", "d.go", "main.go"]);
  });

  it("takes files for another system when a build tag names that system", () => {
    const tree = { "main.go": main, "a_windows.go": main, "a_plan9.go": main };
    assert.deepEqual(filesOf(tree, { buildTags: ["windows"] }), ["a_windows.go", "main.go"]);
  });

  it("decodes escapes in import paths and embed patterns", () => {
    const tree = {
      "main.go": `package main\n\nimport _ "\\x6d/\\u0061\\142"\nimport _ \`m/raw\`\n\n//go:embed "\\x74\\303\\251.txt"\nvar text string\n`,
      "ab/x.go": "package ab\n",
      "raw/x.go": "package raw\n",
      "té.txt": "",
    };
    assert.deepEqual(filesOf(tree), ["ab/x.go", "main.go", "raw/x.go", "té.txt"]);
  });

  it("reads character classes in embed patterns as Go does, with backslash only as a quote", () => {
    const tree = {
      "main.go": `package main\n\n//go:embed [^\\w\\-a].txt [\\d-f]x\nvar text string\n`,
      ...{ "v.txt": "", "w.txt": "", "a.txt": "", "-.txt": "", dx: "", fx: "", "1x": "" },
    };
    assert.deepEqual(filesOf(tree), ["dx", "fx", "main.go", "v.txt"]);
  });

  it("leaves links and .git out of embedded directories", () => {
    const root = makeTree({
      "go.mod": mod,
      "main.go": "package main\n\n//go:embed all:web\nvar files int\n",
      "web/a": "",
      "web/.git/config": "",
    });
    fs.symlinkSync("a", path.join(root, "web/link"));
    assert.deepEqual(closureOf(root, ".").closure.files, ["go.mod", "main.go", "web/a"]);
  });

  it("leaves out .goimage", () => {
    const tree = { "main.go": "package main\n\n//go:embed *\nvar files int\n", "x.txt": "" };
    assert.deepEqual(filesOf({ ...tree, ".goimage/dev/api/src/x.txt": "" }), ["main.go", "x.txt"]);
  });

  it("includes default.pgo and the profile that -pgo names", () => {
    const tree = { "main.go": main, "default.pgo": "", "other/cpu.pprof": "" };
    assert.deepEqual(filesOf(tree), ["default.pgo", "main.go"]);
    const flags = ["-pgo=other/cpu.pprof"];
    assert.deepEqual(filesOf(tree, { flags }), ["default.pgo", "main.go", "other/cpu.pprof"]);
  });

  it("resolves nested includes of assembly against the package's directory too, as Go does", () => {
    const tree = {
      "main.go": main,
      "x.s": '#include "sub/a.inc"\n',
      "sub/a.inc": '#include "sub/b.inc"\n#include "c.inc"\n',
      ...{ "sub/b.inc": "", "sub/c.inc": "", "c.inc": "", "sub/d.inc": "" },
      "y.s": "//go:build windows\n",
    };
    assert.deepEqual(filesOf(tree), ["c.inc", "main.go", "sub/a.inc", "sub/b.inc", "sub/c.inc", "x.s"]);
  });

  it("leaves C code out without cgo, and follows #include <> with it", () => {
    const tree = {
      "main.go": `package main\n\n/*\n#cgo windows CFLAGS: -I/x\n#cgo CFLAGS: -DX=1 -O2 -I.\n#include <sub/a.h>\n*/\nimport "C"\n`,
      "x.c": '#include <stdio.h>\n# include /* odd */ "sub/b.h"\n',
      "nocgo.go": "//go:build !cgo\n\npackage main\n",
      ...{ "sub/a.h": '#include "sub/b.h"\n', "sub/b.h": "", "sub/c.h": "", "y.h": "" },
    };
    assert.deepEqual(filesOf(tree), ["nocgo.go", "y.h"]);
    assert.deepEqual(filesOf(tree, { cgoEnabled: true }), ["main.go", "sub/a.h", "sub/b.h", "x.c", "y.h"]);
  });

  for (const [what, text] of [
    ["a macro names the file", '#define F "a.h"\n#include F\n'],
    ["the assembler reads it", '__asm__(".incbin \\"data.bin\\"");\n'],
    ["it is C23's #embed", '#embed "data.bin"\n'],
  ] as const) {
    it(`takes the whole module and says why when ${what}`, () => {
      const root = makeTree({
        "go.mod": mod,
        "main.go": 'package main\n\nimport "C"\n',
        "x.c": text,
        "any/data.bin": "",
      });
      const { closure } = closureOf(root, ".", { cgoEnabled: true });
      assert.match(closure.wholeModule ?? "", /^x\.c includes files/);
      assert.ok(closure.files.includes("any/data.bin"));
    });
  }

  for (const line of ["LDFLAGS: ${SRCDIR}/lib.a", "LDFLAGS: -Wl,--version-script=x", "pkg-config: zlib"]) {
    it(`takes the whole module for #cgo ${line}`, () => {
      const root = makeTree({ "go.mod": mod, "main.go": `package main\n\n// #cgo ${line}\nimport "C"\n` });
      assert.notEqual(closureOf(root, ".", { cgoEnabled: true }).closure.wholeModule, undefined);
    });
  }

  it("includes a workspace's vendor directory when it takes the whole module", () => {
    const root = makeRepository({
      "go.work": "go 1.23\nuse ./api\n",
      "api/go.mod": "module example.com/api\n\ngo 1.23\n",
      "api/main.go": 'package main\n\n// #cgo CFLAGS: -Iinclude\nimport "C"\n',
      "vendor/modules.txt": "## workspace\n",
      "vendor/example.com/c/x.h": "",
    });
    const { files } = closureOf(path.join(root, "api"), ".", { cgoEnabled: true }).closure;
    assert.ok(files.includes("vendor/example.com/c/x.h"));
  });

  it("looks for a package in every module that may provide it", () => {
    const tree = {
      "go.mod": `${mod}require m/sub v1.0.0\nreplace m/sub v0.9.0 => ./old\n`,
      "main.go": importing("m/sub/x"),
      "old/go.mod": "module m/sub\n",
      "sub/x/x.go": "package x\n",
    };
    assert.deepEqual(filesOf(tree), ["main.go", "old/go.mod", "sub/x/x.go"]);
  });

  it("includes the go.mod of a nested module whose files are shipped", () => {
    const root = makeTree({
      "go.mod": mod,
      "main.go": main,
      "web/go.mod": "module web\n",
      "web/x": "",
    });
    const { service, tree } = closureOf(root, ".");
    assert.ok(buildClosure(tree, service, plainContext, ["web/x"]).files.includes("web/go.mod"));
  });

  it("refuses a package behind a link to a directory outside, and names the link", () => {
    const outside = makeTree({ "x.go": "package x\n" });
    const root = makeTree({ "go.mod": mod, "main.go": importing("m/link", "m/link/deeper") });
    fs.symlinkSync(outside, path.join(root, "link"));
    const { files, problems } = closureOf(root, ".").closure;
    assert.deepEqual(files, ["go.mod", "main.go"]);
    assert.deepEqual(
      problems.map(({ reason }) => reason.split(" of ")[0]),
      ["link is a link that leads outside"],
    );
  });

  it("takes a directory as a package even if its name ends in .go", () => {
    const root = makeTree({ "go.mod": mod, "cmd.go/a.go": main, "cmd.go/b.go": main });
    assert.deepEqual(closureOf(root, "./cmd.go").closure.files, ["cmd.go/a.go", "cmd.go/b.go", "go.mod"]);
  });
});

describe("vendored and replaced modules", () => {
  const replaced = {
    "go.mod": "module m\n\nGO\n\nrequire example.com/x v1.0.0\n\nreplace example.com/x => ./x\n",
    "main.go": importing("example.com/x"),
    "x/go.mod": "module example.com/x\n",
    "x/x.go": "package x\n",
    "vendor/modules.txt": "# example.com/x v1.0.0 => ./x\n## explicit\nexample.com/x\n",
    "vendor/example.com/x/x.go": "package x\n",
  };
  const withGo = (line: string, more: Record<string, string> = {}) =>
    makeTree({ ...replaced, "go.mod": replaced["go.mod"].replace("GO", line), ...more });
  const source = ["vendor/example.com/x/x.go", "x/x.go"];

  for (const [what, line, more, expected] of [
    ["from vendor since go 1.14", "go 1.23", {}, [source[0]]],
    ["from both places before, as a flag may decide", "go 1.13", {}, source],
    ["from both places without a go line", "", {}, source],
    [
      "from the modules in a workspace with a vendor directory not of it",
      "go 1.23",
      { "go.work": "go 1.23\nuse .\n" },
      [source[1]],
    ],
  ] as const) {
    it(`provide packages ${what}`, () => {
      const { files } = closureOf(withGo(line, more), ".").closure;
      assert.deepEqual(
        files.filter((file) => source.includes(file)),
        expected,
      );
    });
  }

  it("need no path outside the module when the replacement is vendored", () => {
    const root = makeTree({
      "api/go.mod": "module m\n\ngo 1.23\n\nrequire example.com/x v1.0.0\nreplace example.com/x => ../x\n",
      "api/main.go": importing("example.com/x"),
      "api/vendor/modules.txt": "# example.com/x v1.0.0 => ../x\n",
      "api/vendor/example.com/x/x.go": "package x\n",
      "x/go.mod": "module example.com/x\n",
    });
    const { service, closure } = closureOf(path.join(root, "api"), ".");
    assert.equal(path.resolve(service.root), path.join(root, "api"));
    assert.deepEqual(closure.files, ["go.mod", "main.go", "vendor/example.com/x/x.go", "vendor/modules.txt"]);
  });

  it("may name a missing directory in a replacement that nothing requires", () => {
    const goMod = `${mod}\nreplace example.com/unused => ../nowhere\n`;
    assert.deepEqual(findGoService(makeTree({ "go.mod": goMod, "main.go": main })).problems, []);
  });

  it("are refused when go.mod names an absolute path", () => {
    const library = makeTree({ "go.mod": "module example.com/x\n" });
    const goMod = `${mod}\nrequire example.com/x v1.0.0\nreplace example.com/x => ${library}\n`;
    const { problems } = findGoService(makeTree({ "go.mod": goMod, "main.go": main }));
    assert.match(problems[0]?.reason ?? "", /names the absolute path .* write it relative/);
  });

  it("include a main package whose package clause follows a byte order mark and a comment", () => {
    const text = "\ufeff/* x */ package /* y */ main\n";
    assert.deepEqual(findGoService(makeTree({ "go.mod": mod, "main.go": text })).problems, []);
  });
});
