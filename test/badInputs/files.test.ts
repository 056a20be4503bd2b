// What the files of a source say together with the inputs.

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { helloFiles, inHello } from "../support/module";
import { accepted, hello, outcome, refused } from "../support/outcome";

const main = helloFiles["main.go"] ?? "";

describe("mistakes in several inputs", () => {
  it("are reported together, wherever they are found", async () => {
    const { error } = await outcome(hello(), {
      source: "nowhere",
      mainPackage: "cmd",
      build: { goVersion: "x" },
      runtime: { user: "root" },
    });
    for (const input of ["source", "mainPackage", "build\\.goVersion", "runtime\\.user"])
      assert.match(error, new RegExp(`\\n {2}${input}: `));
    assert.match(error, /4 inputs are not valid/);
  });

  it("do not hide mistakes that only the files show", async () => {
    const files = hello({ "go.mod": "module m\n\ngo nonsense\n" });
    const { error } = await outcome(files, { mainPackage: "cmd", platforms: ["linux/none"] });
    for (const input of ["source", "mainPackage", "platforms\\[0\\]"])
      assert.match(error, new RegExp(`\\n {2}${input}: `));
  });
});

describe("a main package", () => {
  const library = { "app.go": "package app\n" };
  const script = (constraint: string) => ({
    "run.go": `//go:build ${constraint}\n\npackage main\n\nfunc main() {}\n`,
  });

  it("may be named with a trailing slash", async () => {
    await accepted(hello({ "cmd/api/main.go": main }), { mainPackage: "./cmd/api/" });
    await accepted(hello(), { mainPackage: "./" });
  });

  it("is missing when build constraints exclude its only file of package main", async () => {
    for (const constraint of ["ignore", "windows", "ignore && linux", "!linux", "arm64"]) {
      await refused(
        /\n {2}mainPackage: "\." is not a main package but the library app: its files of package main are excluded/,
        { "hello/go.mod": "module m\n", ...inHello(library), ...inHello(script(constraint)) },
      );
    }
    const named = {
      "hello/go.mod": "module m\n",
      "hello/app.go": "package app\n",
      "hello/main_windows.go": main,
    };
    await refused(/is not a main package but the library app/, named);
  });

  it("is found when tags or the platform include it, or when they may", async () => {
    const only = (constraint: string) => ({ "hello/go.mod": "module m\n", ...inHello(script(constraint)) });
    await accepted(only("linux && amd64"));
    await accepted(only("go1.18"));
    await accepted(only("custom"), { build: { buildTags: ["custom"] } });
    await accepted(only("arm64"), { platforms: ["linux/arm64"] });
    await refused(/"\." has no Go files for linux\/s390x: /, only("arm64"), {
      platforms: ["linux/arm64", "linux/s390x"],
    });
    await refused(/"\." has no Go files for linux\/amd64: /, only("custom"));
  });

  it("cannot share its directory with another package", () =>
    refused(
      /has files of package main and of package app \(app\.go\), which go build refuses/,
      hello(library),
    ));
});

describe("a file that only its owner can read", () => {
  it("causes a warning when it is shipped, and none when it is compiled", async () => {
    const files = hello({ "data/a.txt": "", "data/b.txt": "" });
    const prepare = (directory: string) => {
      for (const file of ["data/a.txt", "main.go"]) fs.chmodSync(path.join(directory, "hello", file), 0o600);
    };
    const { warnings } = await accepted(files, { runtime: { files: ["data"] } }, prepare);
    assert.equal(warnings.length, 1);
    assert.match(
      warnings[0] ?? "",
      /^data\/a\.txt is private on this machine, but everyone can read it in the image/,
    );
    assert.deepEqual((await accepted(files, {}, prepare)).warnings, []);
  });
});

describe("a file excluded by .dockerignore", () => {
  const embedding = 'package main\n\nimport _ "embed"\n\n//go:embed static\nvar s string\n\nfunc main() {}\n';
  const files = hello({
    "main.go": embedding,
    "static/readme.md": "",
    "static/x.txt": "",
    "data/a.txt": "",
    "data/b.txt": "",
  });

  it("is refused by name when the build needs it", async () => {
    const left: [string, RegExp][] = [
      ["static/x.txt\n", /source: \.dockerignore excludes static\/x\.txt, which the build needs/],
      ["static\n", /excludes static\/readme\.md, static\/x\.txt, /],
      ["*.go\n", /excludes main\.go, /],
      ["go.mod\n", /excludes go\.mod, /],
    ];
    for (const [text, message] of left) await refused(message, { ...files, "hello/.dockerignore": text });
    // Case counts, as it does for Docker.
    const { context } = await accepted({ ...files, "hello/.dockerignore": "**/README.md\n" });
    assert.ok(context.includes("static/readme.md"));
  });

  it("is refused by name when runtime.files names it, and left out of a shipped directory", async () => {
    const runtime = { files: ["data", "static/x.txt"] };
    const ignored = (text: string) => ({
      ...hello({ "static/x.txt": "", "data/a.txt": "", "data/b.txt": "" }),
      "hello/.dockerignore": text,
    });
    await refused(/runtime\.files\[0\]: "data" is excluded by \.dockerignore as a whole/, ignored("data\n"), {
      runtime,
    });
    await refused(/excludes static\/x\.txt, /, ignored("static\n"), { runtime });
    const { context } = await accepted(ignored("data/b.txt\n"), { runtime });
    assert.ok(context.includes("data/a.txt") && !context.includes("data/b.txt"));
  });

  it("counts as missing when it is the vendor directory", async () => {
    const vendored = hello({
      "go.mod": "module m\n\ngo 1.23\n\nrequire example.com/lib v1.0.0\n",
      "main.go": 'package main\n\nimport _ "example.com/lib"\n\nfunc main() {}\n',
      ...{ "go.sum": "x", "vendor/modules.txt": "", "vendor/example.com/lib/lib.go": "package lib\n" },
    });
    const { context } = await accepted(vendored);
    assert.ok(context.includes("vendor/modules.txt"));
    const { context: without } = await accepted({ ...vendored, "hello/.dockerignore": "vendor\n" });
    assert.deepEqual(without, ["go.mod", "go.sum", "main.go"]);
  });

  it("is refused with its line when Docker would not accept the pattern", () =>
    refused(/source: \.dockerignore has a pattern that Docker refuses, in line 2: /, {
      ...files,
      "hello/.dockerignore": "a\n[abc\n",
    }));
});
