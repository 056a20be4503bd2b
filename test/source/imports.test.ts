// What the programs of a module import from outside of it.

import assert from "node:assert/strict";
import * as path from "node:path";
import { specOf } from "../../components/inputs";
import { readSource, resolveService } from "../../components/source";
import { makeRepository } from "../support/module";

const goMod = (module: string, more = "") => `module ${module}\n\ngo 1.23\n${more}`;
const goFile = (...imports: string[]) =>
  `package main\n\nimport (\n${imports.map((name) => `\t"${name}"\n`).join("")})\n\nfunc main() {}\n`;

/** Imports of the program in `source`. */
function importsOf(files: Record<string, string>, source: string, args: object = {}): readonly string[] {
  const given = {
    source: path.join(makeRepository(files), source),
    repository: "r.example.com/x",
    cache: { repository: "registry.example.com/seeds" },
    ...args,
  };
  const spec = specOf("GoMultiStageImage", given, []);
  const { service, problems } = resolveService(spec, []);
  assert.ok(service, JSON.stringify(problems));
  const found = readSource(spec, service);
  assert.deepEqual(found.problems, []);
  return found.source?.imports() ?? [];
}

describe("the imports of a module", () => {
  const files = {
    "go.mod": goMod("example.com/shop", "\nrequire ext.example.com/a v1.0.0\n"),
    "go.sum": "x",
    "cmd/a/main.go": goFile("fmt", "ext.example.com/a/one", "example.com/shop/internal/x"),
    "cmd/b/main.go": goFile("net/http", "ext.example.com/a/two"),
    "internal/x/x.go": 'package x\n\nimport "strings"\n',
  };

  it("are the external ones of all its programs", () => {
    const expected = ["ext.example.com/a/one", "ext.example.com/a/two", "fmt", "net/http", "strings"];
    assert.deepEqual(importsOf(files, "cmd/a"), expected);
    assert.deepEqual(importsOf(files, "cmd/b"), expected);
  });

  it("cover all platforms of the image", () => {
    const files = {
      ...{ "go.mod": goMod("example.com/x"), "main.go": goFile("fmt") },
      "x_arm64.go": goFile("os").replace("func main() {}", ""),
      "x_s390x.go": goFile("net").replace("func main() {}", ""),
    };
    const imports = (...platforms: string[]) => importsOf(files, ".", { platforms });
    assert.deepEqual(imports("linux/amd64"), ["fmt"]);
    assert.deepEqual(imports("linux/amd64", "linux/arm64"), ["fmt", "os"]);
    assert.deepEqual(imports("linux/arm64", "linux/s390x"), ["fmt", "net", "os"]);
  });

  it("leave out tests, other platforms and directories that the go command ignores", () => {
    const more = {
      "internal/x/x_test.go": goFile("testing"),
      "internal/x/x_windows.go": 'package x\n\nimport "os/exec"\n',
      "internal/x/tool.go": '//go:build tools\n\npackage x\n\nimport "ext.example.com/a/tool"\n',
      "internal/x/c.go": 'package x\n\nimport "C"\nimport "os/user"\n',
      "internal/x/_old.go": goFile("html"),
      "internal/x/testdata/t.go": goFile("html"),
      "internal/_y/y.go": goFile("html"),
      "vendor2/vendor/v/v.go": goFile("html"),
      "nested/go.mod": goMod("example.com/nested"),
      "nested/n.go": goFile("html"),
    };
    assert.deepEqual(importsOf({ ...files, ...more }, "cmd/a"), importsOf(files, "cmd/a"));
    const withCgo = importsOf({ ...files, ...more }, "cmd/a", { build: { cgoEnabled: true } });
    assert.ok(withCgo.includes("os/user") && !withCgo.includes("C"));
    assert.ok(
      importsOf({ ...files, ...more }, "cmd/a", { build: { buildTags: ["tools"] } }).includes(
        "ext.example.com/a/tool",
      ),
    );
  });

  it("are the same for every member of a workspace", () => {
    const workspace = {
      "go.work": "go 1.23\n\nuse (\n\t./a\n\t./b\n)\n",
      "a/go.mod": goMod("example.com/a"),
      "a/main.go": goFile("fmt", "example.com/b/lib"),
      "b/go.mod": goMod("example.com/b"),
      "b/lib/lib.go": 'package lib\n\nimport "strings"\n',
      "b/main.go": goFile("net/url"),
    };
    assert.deepEqual(importsOf(workspace, "a"), ["fmt", "net/url", "strings"]);
    assert.deepEqual(importsOf(workspace, "b"), ["fmt", "net/url", "strings"]);
  });

  it("leave out texts that are not import paths", () => {
    const hostile = ["-toolexec=/x", "./...", "...", "all packages", "a/../b", "x;y", "$(x)", "a//b", "/etc"];
    const found = importsOf(
      { ...files, "cmd/c/main.go": goFile(...hostile, "ext.example.com/a/v2.x_~+-") },
      "cmd/a",
    );
    assert.deepEqual(found, [...importsOf(files, "cmd/a"), "ext.example.com/a/v2.x_~+-"].sort());
  });
});
