import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { listModule } from "../../components/source/list";
import { resolveService } from "../../components/source/module";
import { stageContext } from "../../components/source/stage";
import { helloFiles, makeTree, writeTree } from "../support/module";

describe("Go service on disk", () => {
  it("is found from a directory below the module's root", () => {
    const root = makeTree({ ...helloFiles, "cmd/api/main.go": "package main\n", "vendor/modules.txt": "" });
    const { service, problems } = resolveService(path.join(root, "cmd"), "./api");
    assert.deepEqual(problems, []);
    assert.equal(path.resolve(service?.root ?? ""), root);
    assert.equal(service?.sourceDirectory, "cmd");
    assert.equal(service?.mainPackage, "./cmd/api");
    assert.equal(service?.vendored, true);
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
    ["only tests", { ...helloFiles, "cmd/x/x_test.go": "package main" }, ".", "./cmd/x", /has no Go files/],
    ["no package", helloFiles, ".", "./cmd/y", /^mainPackage: "\.\/cmd\/y" is not a directory of the module/],
    [
      "no module line",
      { "go.mod": "go 1.23\n", "main.go": "package main\n" },
      ".",
      ".",
      /has no module line/,
    ],
    [
      "a bad go line",
      { ...helloFiles, "go.mod": "module m\ngo one\n" },
      ".",
      ".",
      /go line that is no version: one/,
    ],
    [
      "a replacement outside",
      { ...helloFiles, "go.mod": "module m\nreplace a => ../a\n" },
      ".",
      ".",
      /\.\.\/a, which is outside/,
    ],
  ];
  for (const [name, files, source, mainPackage, message] of mistakes) {
    it(`names the mistake: ${name}`, () => {
      const before = process.cwd();
      process.chdir(makeTree(files));
      try {
        const { problems } = resolveService(source, mainPackage);
        assert.equal(problems.length, 1);
        assert.match(`${problems[0]?.propertyPath}: ${problems[0]?.reason}`, message);
      } finally {
        process.chdir(before);
      }
    });
  }
});

describe("file list of a module", () => {
  it("leaves out nested modules, version control, dependencies of other languages and secrets", () => {
    const root = makeTree({
      ...helloFiles,
      "internal/db/db.go": "package db\n",
      "internal/db/schema.sql": "",
      "other/go.mod": "module other\n",
      "other/main.go": "package main\n",
      ".git/config": "",
      "node_modules/x/index.js": "",
      ".env": "SECRET=1",
      ".env.production": "SECRET=1",
      "certs/server.key": "",
      "Pulumi.prod.yaml": "",
    });
    assert.deepEqual(listModule(root), {
      files: ["go.mod", "internal/db/db.go", "internal/db/schema.sql", "main.go"],
      problems: [],
    });
  });

  it("refuses a FIFO and a link that leaves the module by name, at once", () => {
    const root = makeTree(helloFiles);
    execFileSync("mkfifo", [path.join(root, "pipe")]);
    fs.symlinkSync("/etc/hostname", path.join(root, "leak.txt"));
    fs.symlinkSync("/dev/zero", path.join(root, "endless"));
    const { problems } = listModule(root);
    assert.deepEqual(problems.map(({ reason }) => reason.split(";")[0]).sort(), [
      "endless is a link that leaves the module",
      "leak.txt is a link that leaves the module",
      "pipe is a FIFO",
    ]);
  });

  it("follows a link to a file of the module, and passes over links that end nowhere or at a directory", () => {
    const root = makeTree({ ...helloFiles, "a/real.go": "package a\n" });
    fs.symlinkSync("a/real.go", path.join(root, "link.go"));
    fs.symlinkSync("nowhere", path.join(root, "dangling"));
    fs.symlinkSync("loop", path.join(root, "loop"));
    fs.symlinkSync("a", path.join(root, "b"));
    assert.deepEqual(listModule(root), {
      files: ["a/real.go", "go.mod", "link.go", "main.go"],
      problems: [],
    });
  });
});

describe("staged context", () => {
  const files = Object.keys(helloFiles);

  function snapshot(directory: string): Record<string, string> {
    const entries = fs.readdirSync(directory, { recursive: true, withFileTypes: true });
    return Object.fromEntries(
      entries.map((entry) => {
        const file = path.join(entry.parentPath, entry.name);
        const stat = fs.statSync(file);
        const rest = stat.isFile() ? ` ${stat.mtimeMs} ${fs.readFileSync(file, "utf8")}` : "";
        return [path.relative(directory, file), `${(stat.mode & 0o7777).toString(8)}${rest}`];
      }),
    );
  }

  it("is the same from two checkouts with other modes, times and umask", () => {
    const one = makeTree(helloFiles);
    const two = makeTree(helloFiles);
    for (const file of files) {
      fs.chmodSync(path.join(two, file), 0o775);
      fs.utimesSync(path.join(two, file), 1, 1);
    }
    const target = makeTree({});
    const first = stageContext(one, files, path.join(target, "one"));
    const umask = process.umask(0o002);
    const second = stageContext(two, files, path.join(target, "two"));
    process.umask(umask);
    assert.deepEqual(first, second);
    assert.deepEqual(snapshot(path.join(target, "one")), snapshot(path.join(target, "two")));
  });

  it("does not touch files that are right, and mends what somebody changed", () => {
    const root = makeTree({ ...helloFiles, "a/b.go": "package b\n" });
    const target = path.join(makeTree({}), "src");
    stageContext(root, [...files, "a/b.go"], target);
    const inode = () => fs.statSync(path.join(target, "main.go")).ino;
    const before = inode();
    stageContext(root, [...files, "a/b.go"], target);
    assert.equal(inode(), before);

    const right = snapshot(target);
    writeTree(target, { "extra/x": "", "go.mod": "changed" });
    fs.rmSync(path.join(target, "a"), { recursive: true });
    writeTree(target, { a: "a file where a directory belongs" });
    stageContext(root, [...files, "a/b.go"], target);
    assert.deepEqual(snapshot(target), right);
  });

  it("removes what is no longer in the list, and follows a file that becomes a directory", () => {
    const root = makeTree({ x: "1", y: "2" });
    const target = path.join(makeTree({}), "src");
    const first = stageContext(root, ["x", "y"], target);
    fs.rmSync(path.join(root, "x"));
    writeTree(root, { "x/z": "3" });
    const second = stageContext(root, ["x/z"], target);
    assert.notEqual(first.hash, second.hash);
    assert.deepEqual(Object.keys(snapshot(target)).sort(), ["x", "x/z"]);
  });

  it("gives an edit of the same length another time, which BuildKit needs to see it", () => {
    const target = path.join(makeTree({}), "src");
    const times = ["aaaa", "bbbb"].map((content) => {
      stageContext(makeTree({ f: content }), ["f"], target);
      return fs.statSync(path.join(target, "f")).mtimeMs;
    });
    assert.notEqual(times[0], times[1]);
  });

  it("has a hash that knows names from contents", () => {
    const hash = (tree: Record<string, string>) =>
      stageContext(makeTree(tree), Object.keys(tree).sort(), path.join(makeTree({}), "src")).hash;
    const hashes = [{ ab: "c" }, { a: "bc" }, { a: "b", c: "" }, { a: "", b: "c" }].map((tree) =>
      hash(tree as never),
    );
    assert.equal(new Set(hashes).size, hashes.length);
  });
});
