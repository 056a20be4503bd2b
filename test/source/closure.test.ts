import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { buildClosure, type Closure } from "../../components/source/closure";
import type { BuildContext } from "../../components/source/buildConstraints";
import { withoutIgnored } from "../../components/source/ignore";
import { findGoService } from "../../components/source/service";
import { Tree } from "../../components/source/tree";
import { makeRepository, makeTree } from "../support/module";

const plain: BuildContext = { goarch: "amd64", cgoEnabled: false, buildTags: [], uncertain: false };

interface Wish {
  source?: string;
  mainPackage?: string;
  context?: Partial<BuildContext>;
  runtimeFiles?: string[];
}

function closure(
  root: string,
  { source = ".", mainPackage = ".", context, runtimeFiles }: Wish = {},
): Closure {
  const { service } = findGoService(path.join(root, source), { mainPackage });
  assert.ok(service);
  return buildClosure(new Tree(service.root), service, { ...plain, ...context }, runtimeFiles);
}

const go = (name: string, ...imports: string[]) =>
  `package ${name}\n\n${imports.map((imported) => `import ${JSON.stringify(imported)}\n`).join("")}`;

describe("import closure", () => {
  it("follows imports through the module, without tests, other programs, documents and nested modules", () => {
    const root = makeTree({
      "go.mod": "module example.com/m\n",
      "go.sum": "",
      "README.md": "",
      "cmd/api/main.go": `package main\n\nimport (\n\t"fmt"\n\tdb "example.com/m/internal/db" // why\n\t_ "golang.org/x/sys/unix"\n)\n`,
      "cmd/worker/main.go": go("main", "example.com/m/internal/queue"),
      "internal/db/db.go": go("db", "example.com/m/internal/sql", "example.com/m/nested/x"),
      "internal/db/db_test.go": go("db", "example.com/m/internal/testing"),
      "internal/db/.hidden.go": go("db"),
      "internal/db/_old.go": go("db"),
      "internal/db/notes.txt": "",
      "internal/sql/sql.go": "package sql\n",
      "internal/queue/queue.go": "package queue\n",
      "internal/testing/t.go": "package testing\n",
      "nested/go.mod": "module example.com/m/nested\n",
      "nested/x/x.go": "package x\n",
    });
    const files = ["cmd/api/main.go", "go.mod", "go.sum", "internal/db/db.go", "internal/sql/sql.go"];
    assert.deepEqual(closure(root, { mainPackage: "./cmd/api" }), {
      files,
      required: new Set(files),
      wholeModule: undefined,
      secrets: [],
      leftOut: [],
      broken: {},
      problems: [],
    });
  });

  it("takes the files that a Linux build may need by name and build constraint", () => {
    const root = makeTree({
      "go.mod": "module m\n",
      "main.go": "package main\n",
      "a_linux.go": "package main\n",
      "a_windows.go": "package main\n",
      "a_windows.pb.go": "package main\n",
      "a_linux_arm64.go": "package main\n",
      "a_amd64.s": "",
      "a_arm64.s": "",
      "linux.go": "package main\n",
      "b.go": "//go:build windows || (linux && !cgo)\n\npackage main\n",
      "c.go": "// Copyright\n\n//go:build ignore\n\npackage main\n",
      "d.go": "//go:build go1.99 && !race\n\npackage main\n",
      "e.go": "//go:build custom\n\npackage main\n",
      "f.go": "//go:build darwin && go1.18\n\npackage main\n",
      "g.go": "package main\n\n//go:build ignore\n",
    });
    const base = ["a_amd64.s", "a_linux.go", "b.go", "d.go", "g.go", "go.mod", "linux.go", "main.go"];
    assert.deepEqual(closure(root).files, base);
    assert.deepEqual(closure(root, { context: { buildTags: ["custom"] } }).files, [
      ...base.slice(0, 4),
      "e.go",
      ...base.slice(4),
    ]);
    assert.equal(closure(root, { context: { uncertain: true } }).files.length, 15);
  });

  it("takes embedded files as Go does: globs, hidden files only with all:, quoted names", () => {
    const root = makeTree({
      "go.mod": "module m\n",
      "main.go": `package main

import _ "embed"

//go:embed web *.sql "with space.txt"
//go:embed all:everything config/[a-c]?.json
var files string
`,
      "web/index.html": "",
      "web/.hidden": "",
      "web/_draft": "",
      "web/css/a.css": "",
      "web/mod/go.mod": "module other\n",
      "web/mod/x": "",
      "schema.sql": "",
      "with space.txt": "",
      "everything/.env": "SECRET=1",
      "everything/_x": "",
      "config/a1.json": "",
      "config/d1.json": "",
      "other.txt": "",
    });
    const { files, secrets } = closure(root);
    assert.deepEqual(files, [
      "config/a1.json",
      "everything/.env",
      "everything/_x",
      "go.mod",
      "main.go",
      "schema.sql",
      "web/css/a.css",
      "web/index.html",
      "with space.txt",
    ]);
    assert.deepEqual(secrets, ["everything/.env"]);
  });

  it("follows workspaces, local replacements and vendored packages", () => {
    const workspace = makeRepository({
      "go.work": "use ./api\nuse ./lib\n",
      "api/go.mod": "module example.com/api\n",
      "api/main.go": go("main", "example.com/lib/log"),
      "lib/go.mod": "module example.com/lib\n",
      "lib/log/log.go": "package log\n",
      "lib/unused/u.go": "package unused\n",
    });
    assert.deepEqual(closure(workspace, { source: "api" }).files, [
      ...["api/go.mod", "api/main.go", "go.work", "lib/go.mod", "lib/log/log.go"],
    ]);
    const vendored = makeTree({
      "go.mod": "module m\n",
      "main.go": go("main", "example.com/dep/a"),
      "vendor/modules.txt": "",
      "vendor/example.com/dep/a/a.go": go("a", "example.com/dep/b"),
      "vendor/example.com/dep/b/b.go": "package b\n",
      "vendor/example.com/dep/c/c.go": "package c\n",
    });
    assert.deepEqual(closure(vendored).files, [
      ...[
        "go.mod",
        "main.go",
        "vendor/example.com/dep/a/a.go",
        "vendor/example.com/dep/b/b.go",
        "vendor/modules.txt",
      ],
    ]);
  });

  it("takes a single file as a program", () => {
    const root = makeTree({ "go.mod": "module m\n", "one.go": "package main\n", "two.go": "package main\n" });
    assert.deepEqual(closure(root, { mainPackage: "./one.go" }).files, ["go.mod", "one.go"]);
  });

  it("follows #include in assembly, and takes Go files with cgo only when cgo is on", () => {
    const root = makeTree({
      "go.mod": "module m\n",
      "main.go": go("main", "m/fast", "m/c"),
      "fast/fast.go": "package fast\n",
      "fast/fast_amd64.s": '#include "textflag.h"\n#include "../shared/macros.inc"\n',
      "shared/macros.inc": '#include "more.inc"\n',
      "shared/more.inc": "",
      "c/c.go": '/*\n#include "c.h"\n*/\nimport "C"\n'.replace("/*", "package c\n\n/*"),
      "c/nocgo.go": "//go:build !cgo\n\npackage c\n",
      "c/c.h": "",
      "unrelated/x.txt": "",
    });
    const without = closure(root);
    assert.deepEqual(without.files, [
      ...["c/c.h", "c/nocgo.go", "fast/fast.go", "fast/fast_amd64.s", "go.mod", "main.go"],
      ...["shared/macros.inc", "shared/more.inc"],
    ]);
    const withCgo = closure(root, { context: { cgoEnabled: true } });
    assert.ok(withCgo.files.includes("c/c.go"));
    assert.equal(withCgo.wholeModule, undefined);
  });

  it("takes the whole module and says why when cgo flags name search directories", () => {
    const root = makeTree({
      "go.mod": "module m\n",
      "main.go": 'package main\n\n// #cgo CFLAGS: -I${SRCDIR}/include\nimport "C"\n',
      "include/x.h": "",
      "README.md": "",
      ".env": "",
    });
    const { files, wholeModule } = closure(root, { context: { cgoEnabled: true } });
    assert.deepEqual(files, ["README.md", "go.mod", "include/x.h", "main.go"]);
    assert.equal(wholeModule, "main.go gives the C compiler directories to search");
  });

  it("takes runtime files, except those in .dockerignore", () => {
    const root = makeTree({
      "go.mod": "module m\n",
      "cmd/main.go": "package main\n",
      "cmd/static/a.txt": "",
      "cmd/static/b/c.txt": "",
      "cmd/static/b/c.tmp": "",
    });
    const { files } = closure(root, { source: "cmd", runtimeFiles: ["static"] });
    assert.deepEqual(files, [
      "cmd/main.go",
      "cmd/static/a.txt",
      "cmd/static/b/c.tmp",
      "cmd/static/b/c.txt",
      "go.mod",
    ]);
    fs.writeFileSync(path.join(root, ".dockerignore"), "**/*.tmp\n# comment\n!keep\n");
    assert.deepEqual(
      withoutIgnored(new Tree(root), ".", files).files,
      files.filter((file) => !file.endsWith(".tmp")),
    );
  });

  it("refuses a FIFO or a link out of the repository that the build would read", () => {
    const root = makeTree({ "go.mod": "module m\n", "main.go": "package main\n\n//go:embed data\n" });
    fs.mkdirSync(path.join(root, "data"));
    execFileSync("mkfifo", [path.join(root, "pipe.go"), path.join(root, "unrelated")]);
    fs.symlinkSync("/etc/hostname", path.join(root, "leak.go"));
    fs.symlinkSync("/dev/zero", path.join(root, "endless.s"));
    fs.symlinkSync("nowhere", path.join(root, "dangling.go"));
    fs.symlinkSync("../data", path.join(root, "data/circle"));
    const { problems } = closure(root);
    assert.deepEqual(
      problems.map(({ reason }) => reason.split(/;| of /)[0]),
      [
        "endless.s is a link that leads outside",
        "leak.go is a link that leads outside",
        "pipe.go is a FIFO, a socket or a device file",
      ],
    );
  });

  it("follows a link to a file of the module, and its imports", () => {
    const root = makeTree({
      "go.mod": "module m\n",
      "main.go": "package main\n",
      "shared/x.go": go("main", "m/y"),
      "y/y.go": "package y\n",
    });
    fs.symlinkSync("shared/x.go", path.join(root, "x.go"));
    assert.deepEqual(closure(root).files, ["go.mod", "main.go", "x.go", "y/y.go"]);
  });
});
