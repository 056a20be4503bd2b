import assert from "node:assert/strict";
import * as path from "node:path";
import { Disk } from "../../components/source/disk";
import { findGoService } from "../../components/source/service";
import { helloFiles, makeRepository, makeTree } from "../support/module";

const main = "package main\n";

describe("Go service on disk", () => {
  it("is found from a directory below the module's root", () => {
    const root = makeTree({ ...helloFiles, "cmd/api/main.go": main, "go.sum": "", "vendor/modules.txt": "" });
    const { service, problems } = findGoService(path.join(root, "cmd"), { mainPackage: "./api" });
    assert.deepEqual(problems, []);
    assert.equal(path.resolve(service?.root ?? ""), root);
    const { sourceDirectory, moduleDirectory, mainPackage, vendorDirectory, moduleFiles } = service ?? {};
    assert.deepEqual(
      { sourceDirectory, moduleDirectory, mainPackage, vendorDirectory, moduleFiles },
      {
        sourceDirectory: "cmd",
        moduleDirectory: ".",
        mainPackage: "./cmd/api",
        vendorDirectory: "vendor",
        moduleFiles: ["go.mod", "go.sum", "vendor/modules.txt"],
      },
    );
  });

  it("spans the workspace of its module", () => {
    const root = makeRepository({
      "go.work": "go 1.25\nuse (\n\t./api\n\t./lib\n)\n",
      "go.work.sum": "",
      "api/go.mod": "module example.com/api\ngo 1.23\n",
      "api/main.go": main,
      "lib/go.mod": "module example.com/lib\n",
      "other/go.mod": "module example.com/other\n",
      "other/main.go": main,
    });
    const { service } = findGoService(path.join(root, "api"));
    assert.equal(path.resolve(service?.root ?? ""), root);
    assert.equal(service?.moduleDirectory, "api");
    assert.equal(service?.goMod.go, "1.25");
    assert.deepEqual(service?.modules, [
      { path: "example.com/api", directory: "api" },
      { path: "example.com/lib", directory: "lib" },
    ]);
    assert.deepEqual(service?.moduleFiles, ["api/go.mod", "go.work", "go.work.sum", "lib/go.mod"]);

    const outside = findGoService(path.join(root, "other")).service;
    assert.equal(path.resolve(outside?.root ?? ""), path.join(root, "other"));
    const off = findGoService(path.join(root, "api"), { workspace: false }).service;
    assert.equal(path.resolve(off?.root ?? ""), path.join(root, "api"));
  });

  it("spans modules replaced by local directories, unless they are vendored", () => {
    const files = {
      "api/go.mod":
        "module example.com/api\ngo 1.23\nrequire example.com/lib v0.0.0\nreplace example.com/lib => ../lib\n",
      "api/main.go": main,
      "lib/go.mod": "module example.com/lib\n",
    };
    const root = makeRepository(files);
    const { service } = findGoService(path.join(root, "api"));
    assert.equal(path.resolve(service?.root ?? ""), root);
    assert.deepEqual(service?.moduleFiles, ["api/go.mod", "lib/go.mod"]);
    const vendored = makeRepository({ ...files, "api/vendor/modules.txt": "" });
    assert.equal(findGoService(path.join(vendored, "api")).service?.vendorDirectory, "vendor");
    assert.equal(
      findGoService(path.join(vendored, "api"), { mod: "mod" }).service?.vendorDirectory,
      undefined,
    );
  });

  it("is found with one read of each go.mod and go.work of its workspace", () => {
    const files = {
      "go.work": "go 1.23\nuse (\n\t./api\n\t./lib\n\t./more\n)\nreplace example.com/own => ./own\n",
      "api/go.mod": "module example.com/api\ngo 1.23\nrequire example.com/own v0.0.0\n",
      "api/main.go": main,
      "lib/go.mod": "module example.com/lib\ngo 1.24\ntool example.com/lib/gen\n",
      "more/go.mod": "module example.com/more\ngo 1.23\nreplace example.com/own => ../own\n",
      "own/go.mod": "module example.com/own\n",
    };
    const root = makeRepository(files);
    const reads: string[] = [];
    // eslint-disable-next-line @typescript-eslint/unbound-method -- it is called with its own `this` below
    const { read } = Disk.prototype;
    Disk.prototype.read = function (place, mostBytes) {
      reads.push(path.relative(root, place));
      return read.call(this, place, mostBytes);
    };
    try {
      const { service, problems } = findGoService(path.join(root, "api"));
      assert.deepEqual(problems, []);
      assert.equal(service?.goMod.needs, "1.24");
      assert.equal(service?.downloads, true);
    } finally {
      Disk.prototype.read = read;
    }
    const ofModules = reads.filter((file) => /go\.(mod|work)$/.test(file));
    assert.deepEqual(
      ofModules.sort(),
      Object.keys(files)
        .filter((file) => file !== "api/main.go")
        .sort(),
    );
  });

  const mistakes: [string, Record<string, string>, string, string, RegExp][] = [
    ["no directory", {}, "missing", ".", /^source: "missing" does not exist/],
    ["a file", { "main.go": "" }, "main.go", ".", /^source: "main\.go" is not a directory/],
    [
      "no main package",
      { ...helloFiles, "main.go": "package lib\n" },
      ".",
      ".",
      /^mainPackage: "\." is not a main package/,
    ],
    [
      "no Go files",
      { ...helloFiles, "cmd/x/README": "" },
      ".",
      "./cmd/x",
      /^mainPackage: ".*" has no Go files/,
    ],
    ["only tests", { ...helloFiles, "cmd/x/x_test.go": main }, ".", "./cmd/x", /has no Go files/],
    ["no package", helloFiles, ".", "./cmd/y", /^mainPackage: "\.\/cmd\/y" is not a directory of the module/],
    ["no module line", { "go.mod": "go 1.23\n", "main.go": main }, ".", ".", /has no module line/],
    [
      "a bad go line",
      { ...helloFiles, "go.mod": "module m\ngo one\n" },
      ".",
      ".",
      /go line that is not a version: one/,
    ],
    [
      "a missing replacement",
      { ...helloFiles, "go.mod": "module m\nrequire a v1.0.0\nreplace a => ./a\n" },
      ".",
      ".",
      /replaces a by a, which has no/,
    ],
  ];
  for (const [name, files, source, mainPackage, message] of mistakes) {
    it(`is refused with the mistake's name: ${name}`, () => {
      const before = process.cwd();
      process.chdir(makeTree(files));
      try {
        const { problems } = findGoService(source, { mainPackage });
        assert.equal(problems.length, 1);
        assert.match(`${problems[0]?.propertyPath}: ${problems[0]?.reason}`, message);
      } finally {
        process.chdir(before);
      }
    });
  }
});
