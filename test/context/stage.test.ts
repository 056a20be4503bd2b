import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { contextDirectory, keptDirectory } from "../../components/context/directory";
import { markInUse, userOf } from "../../components/context/lock";
import { isWritten, readContext, writeContext } from "../../components/context/stage";
import { Tree } from "../../components/source/tree";
import { WorkDirectory } from "../../components/context/workDirectory";
import { helloFiles, makeTree, writeTree } from "../support/module";
import { stageBelow } from "../support/staging";

/** Where the files are that were staged below a directory. */
const staged = (parent: string) => path.join(parent, ".goimage/project/stack/src");

function stage(root: string, files: readonly string[], parent: string, executables?: Set<string>) {
  const { hash, files: hashes } = stageBelow(parent, new Tree(root), files, executables);
  return { hash, files: hashes };
}

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

describe("the staged context", () => {
  const files = Object.keys(helloFiles);

  it("is the same from two checkouts with different modes, times and umask", () => {
    const one = makeTree(helloFiles);
    const two = makeTree(helloFiles);
    for (const file of files) {
      fs.chmodSync(path.join(two, file), 0o775);
      fs.utimesSync(path.join(two, file), 1, 1);
    }
    const [here, there] = [makeTree({}), makeTree({})];
    const first = stage(one, files, here);
    const umask = process.umask(0o002);
    const second = stage(two, files, there);
    process.umask(umask);
    assert.deepEqual(first, second);
    assert.deepEqual(snapshot(staged(here)), snapshot(staged(there)));
  });

  it("keeps the executable bit of shipped files only", () => {
    const root = makeTree({ "run.sh": "#!/bin/sh\n" });
    const target = makeTree({});
    const plain = stage(root, ["run.sh"], target);
    const shipped = stage(root, ["run.sh"], target, new Set(["run.sh"]));
    assert.match(snapshot(staged(target))["run.sh"] ?? "", /^755 /);
    assert.notEqual(plain.hash, shipped.hash);
  });

  it("leaves correct files alone, and repairs changed ones", () => {
    const root = makeTree({ ...helloFiles, "a/b.go": "package b\n" });
    const target = makeTree({});
    stage(root, [...files, "a/b.go"], target);
    const inode = () => fs.statSync(path.join(staged(target), "main.go")).ino;
    const before = inode();
    stage(root, [...files, "a/b.go"], target);
    assert.equal(inode(), before);

    const right = snapshot(staged(target));
    writeTree(staged(target), { "extra/x": "", "go.mod": "changed" });
    fs.rmSync(path.join(staged(target), "a"), { recursive: true });
    writeTree(staged(target), { a: "a file where a directory belongs" });
    stage(root, [...files, "a/b.go"], target);
    assert.deepEqual(snapshot(staged(target)), right);
  });

  it("loses files that are no longer listed, and follows a file that becomes a directory", () => {
    const root = makeTree({ x: "1", y: "2" });
    const target = makeTree({});
    const first = stage(root, ["x", "y"], target);
    fs.rmSync(path.join(root, "x"));
    writeTree(root, { "x/z": "3" });
    const second = stage(root, ["x/z"], target);
    assert.notEqual(first.hash, second.hash);
    assert.deepEqual(Object.keys(snapshot(staged(target))).sort(), ["x", "x/z"]);
  });

  it("gets a new time for an edit of the same length, which BuildKit needs to notice it", () => {
    const target = makeTree({});
    const times = ["aaaa", "bbbb"].map((content) => {
      stage(makeTree({ f: content }), ["f"], target);
      return fs.statSync(path.join(staged(target), "f")).mtimeMs;
    });
    assert.notEqual(times[0], times[1]);
  });

  it("has a hash that separates names from contents", () => {
    const hash = (tree: Record<string, string>) =>
      stage(makeTree(tree), Object.keys(tree).sort(), makeTree({})).hash;
    const trees: Record<string, string>[] = [{ ab: "c" }, { a: "bc" }, { a: "b", c: "" }, { a: "", b: "c" }];
    assert.equal(new Set(trees.map(hash)).size, trees.length);
  });

  it("contains the bytes that were hashed, even if the file changes meanwhile", () => {
    let reads = 0;
    const writtenTo = Object.assign(new Tree(makeTree({ f: "" })), {
      content: () => Buffer.from(`version ${++reads}`),
    });
    const target = makeTree({});
    const { files } = stageBelow(target, writtenTo, ["f"]);
    const sent = crypto
      .createHash("sha256")
      .update(fs.readFileSync(path.join(staged(target), "f")))
      .digest("hex");
    assert.equal(files["f"], sent.slice(0, 12));
  });

  it("is compared by content, not by size and time", () => {
    const root = makeTree({ f: "right" });
    const parent = makeTree({});
    stage(root, ["f"], parent);
    const file = path.join(staged(parent), "f");
    const { atime, mtime } = fs.statSync(file);
    fs.writeFileSync(file, "wrong");
    fs.utimesSync(file, atime, mtime);
    stage(root, ["f"], parent);
    assert.equal(fs.readFileSync(file, "utf8"), "right");
  });

  it("is in a directory that only its owner can read", () => {
    const parent = makeTree({});
    stage(makeTree({ f: "" }), ["f"], parent);
    assert.equal(fs.statSync(path.join(parent, ".goimage")).mode & 0o777, 0o700);
  });

  it("never contains temporary files", async () => {
    const parent = makeTree({});
    // What a watcher sees while files are written: new names appear beside the context, never in it.
    const names = new Set<string>();
    const watchers = ["", "project/stack/src", "project/stack/src/a"].map((place) => {
      fs.mkdirSync(path.join(parent, ".goimage", place), { recursive: true });
      return fs.watch(path.join(parent, ".goimage", place), (_, name) =>
        names.add(path.join(place, name ?? "")),
      );
    });
    stage(makeTree({ "a/f": "1", g: "2" }), ["a/f", "g"], parent);
    await new Promise((resolve) => setTimeout(resolve, 200));
    for (const watcher of watchers) watcher.close();
    const inContext = [...names].filter((name) => name.startsWith("project/"));
    assert.ok(inContext.length > 0);
    assert.deepEqual(
      inContext.filter((name) => !/\/(f|g|a)$/.test(name)),
      [],
    );
  });
});

describe("a .goimage that came with the source", () => {
  const files = { f: "new", "d/g": "new" };
  const victim = { "precious.txt": "precious", f: "precious", g: "precious", "sub/x": "precious" };
  /** Links in place of what goimage makes, each to somewhere outside. */
  const attacks: Record<string, (parent: string, outside: string) => void> = {
    "as a link": (parent, outside) => fs.symlinkSync(outside, path.join(parent, ".goimage")),
    "with a link for the project": (parent, outside) => link(parent, "project", outside),
    "with a link for the stack": (parent, outside) => link(parent, "project/stack", outside),
    "with a link for the context": (parent, outside) => link(parent, "project/stack/src", outside),
    "with a link for a directory of the context": (parent, outside) =>
      link(parent, "project/stack/src/d", outside),
    "with a link for a file": (parent, outside) =>
      link(parent, "project/stack/src/f", path.join(outside, "f")),
    "with a link that is in the way": (parent, outside) => link(parent, "project/stack/src/old", outside),
    "with a link for .gitignore": (parent, outside) => link(parent, ".gitignore", path.join(outside, "g")),
    "with a link to a directory above": (parent) => link(parent, "project/stack/src/d", ".."),
    "with a link that ends nowhere": (parent) => link(parent, "project/stack/src/f", "nowhere"),
  };
  function link(parent: string, name: string, target: string) {
    const place = path.join(parent, ".goimage", name);
    fs.mkdirSync(path.dirname(place), { recursive: true });
    fs.symlinkSync(target, place);
  }

  for (const [how, attack] of Object.entries(attacks)) {
    it(`${how} is refused, and nothing outside is changed`, () => {
      const outside = makeTree(victim);
      const parent = makeTree({});
      attack(parent, outside);
      const before = snapshot(outside);
      const tree = makeTree(files);
      assert.throws(
        () => stage(tree, Object.keys(files), parent),
        /^WorkDirectoryError: \.goimage\S* is a symbolic link, which goimage did not make, so nothing was written\./,
      );
      assert.deepEqual(snapshot(outside), before);
    });
  }

  it("may be in a project that is itself behind a link", () => {
    const real = makeTree({});
    const linked = path.join(makeTree({}), "link");
    fs.symlinkSync(real, linked);
    stage(makeTree(files), Object.keys(files), linked);
    assert.equal(fs.readFileSync(path.join(staged(real), "f"), "utf8"), "new");
  });

  it("with hard links has them replaced, not written to", () => {
    const outside = makeTree(victim);
    const parent = makeTree({ ".goimage/project/stack/src/x": "" });
    fs.linkSync(path.join(outside, "f"), path.join(staged(parent), "f"));
    stage(makeTree(files), Object.keys(files), parent);
    assert.equal(fs.readFileSync(path.join(outside, "f"), "utf8"), "precious");
  });

  it("loses files beside the context that goimage did not make", () => {
    const own = {
      ".goimage/tmp-0123456789abcdef01234567": "of another process",
      ".goimage/project/stack/src.Dockerfile": "",
      ".goimage/project/stack/other-MultiStage.lock": "",
      ".goimage/project/stack/other-MultiStage/f": "",
      ".goimage/project/other/src/f": "",
    };
    const parent = makeTree({
      ...own,
      ".goimage/project/stack/src.Dockerfile.dockerignore": "f\n",
      ".goimage/project/stack/other-MultiStage.Dockerfile.dockerignore": "*\n",
      ".goimage/project/stack/Dockerfile.dockerignore": "*\n",
      ".goimage/project/stack/.dockerignore": "*\n",
      ".goimage/project/stack/HEAD": "ref: refs/heads/main\n",
      ".goimage/project/stack/config": "[core]\n\tfsmonitor = touch /tmp/x\n",
      ".goimage/project/.gitattributes": "* filter=x\n",
      ".goimage/HEAD": "ref: refs/heads/main\n",
      ".goimage/tmp-x": "",
      ".goimage/.gitignore": "!*\n",
    });
    const work = new WorkDirectory(parent);
    work.clearWay(".goimage/project/stack/src");
    const found = fs
      .readdirSync(parent, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(parent, path.join(entry.parentPath, entry.name)));
    assert.deepEqual(found.sort(), [...Object.keys(own), ".goimage/.gitignore"].sort());
    assert.equal(fs.readFileSync(path.join(parent, ".goimage/.gitignore"), "utf8"), "*\n");
  });

  for (const name of ["src.lock", "src.Dockerfile", "src.Dockerfile.dockerignore", "HEAD"]) {
    it(`is refused with a link ${name} beside the context`, () => {
      const outside = makeTree(victim);
      const parent = makeTree({});
      link(parent, `project/stack/${name}`, path.join(outside, "f"));
      assert.throws(
        () => new WorkDirectory(parent).clearWay(".goimage/project/stack/src"),
        new RegExp(`\\.goimage/project/stack/${name} is a symbolic link, which goimage did not make`),
      );
      assert.equal(fs.readFileSync(path.join(outside, "f"), "utf8"), "precious");
    });
  }

  it("is refused when it is a file", () => {
    const parent = makeTree({ ".goimage": "a file" });
    assert.throws(() => stage(makeTree(files), ["f"], parent), /\.goimage is a file in place of a directory/);
  });
});

describe("a context in use", () => {
  it("is marked for other processes while its process runs", () => {
    const work = new WorkDirectory(makeTree({}));
    work.makeDirectory(work.path(".goimage/p/s"));
    assert.equal(userOf(work, ".goimage/p/s/api"), undefined);
    markInUse(work, ".goimage/p/s/api");
    assert.equal(userOf(work, ".goimage/p/s/api"), undefined, "its own use is no other's");
    const marked = (text: (inode: bigint) => string) => {
      work.write(".goimage/p/s/api.lock", text);
      return userOf(work, ".goimage/p/s/api");
    };
    assert.equal(
      marked((inode) => `${process.ppid} ${inode}\n`),
      process.ppid,
    );
    assert.equal(
      marked((inode) => `2147483646 ${inode}\n`),
      undefined,
      "of a process that is gone",
    );
    for (const text of ["nonsense\n", "-1 1\n", "1", "", `${process.ppid} 1`, `${process.ppid} x\n`])
      assert.equal(
        marked(() => text),
        undefined,
        text,
      );
  });

  it("is not marked by a lock file that came with the source", () => {
    const text = `${process.ppid} ${fs.statSync(__filename).ino}\n`;
    for (const mark of [text, `${process.ppid}\n`, `${process.ppid} 0\n`]) {
      const parent = makeTree({ ".goimage/p/s/api.lock": mark });
      assert.equal(userOf(new WorkDirectory(parent), ".goimage/p/s/api"), undefined, mark);
    }
  });

  it("is not marked by a link, a FIFO, a directory or a large file", function () {
    if (process.platform === "win32") this.skip();
    for (const make of [
      (place: string) => fs.symlinkSync("/dev/zero", place),
      (place: string) => fs.symlinkSync(__filename, place),
      (place: string) => void execFileSync("mkfifo", [place]),
      (place: string) => fs.mkdirSync(place),
      (place: string) => fs.writeFileSync(place, "1 1\n".repeat(1_000_000)),
    ]) {
      const parent = makeTree({ ".goimage/p/s/other": "" });
      make(path.join(parent, ".goimage/p/s/api.lock"));
      assert.equal(userOf(new WorkDirectory(parent), ".goimage/p/s/api"), undefined);
    }
  });

  it("is compared without being changed", () => {
    const work = new WorkDirectory(makeTree({}));
    const context = (text: string) => readContext(new Tree(makeTree({ f: text })), ["f"]);
    assert.equal(isWritten(context("1"), work, ".goimage/p/src"), false);
    writeContext(context("1"), work, ".goimage/p/src");
    assert.equal(isWritten(context("1"), work, ".goimage/p/src"), true);
    assert.equal(isWritten(context("2"), work, ".goimage/p/src"), false);
    assert.equal(fs.readFileSync(path.join(work.path(".goimage/p/src"), "f"), "utf8"), "1");
  });
});

describe("the directory of a context", () => {
  const of = (typeAndName: string, kind = "MultiStage") =>
    contextDirectory(`urn:pulumi:prod::shop::${typeAndName}`, "shop", "prod", kind);

  it("is named after the image when the name is unambiguous", () => {
    const image = "goimage:index:GoMultiStageImage";
    assert.equal(of(`${image}::api`), ".goimage/shop/prod/api-MultiStage");
    assert.equal(of(`${image}::api`, "Seed"), ".goimage/shop/prod/api-Seed");
  });

  it("is different for every URN in a program", () => {
    const image = "goimage:index:GoMultiStageImage";
    const others = [
      ...[`${image}::api`, `acme:index:Service$${image}::api`, `acme:index:Job$${image}::api`],
      ...[`acme:index:Team$acme:index:Service$${image}::api`, `${image}::a/b`, `${image}::a_b`],
      ...[`${image}::a::b`, `${image}::a:b`, `${image}::.a`, `${image}::_a`],
    ];
    const directories = others.map((urn) => of(urn));
    assert.equal(new Set(directories).size, others.length, directories.join("\n"));
    for (const directory of directories)
      assert.match(directory, /^\.goimage\/shop\/prod\/\w+-MultiStage(-[0-9a-f]{12})?$/);
  });

  const wished = ".goimage/shop/prod/api-MultiStage";
  it("is kept when the stack is renamed, and only then", () => {
    assert.equal(
      keptDirectory(wished, ".goimage/shop/dev/api-MultiStage"),
      ".goimage/shop/dev/api-MultiStage",
    );
    assert.equal(keptDirectory(wished, undefined), wished);
    for (const other of [
      ".goimage/other/dev/api-MultiStage",
      ".goimage/shop/dev/web-MultiStage",
      ".goimage/shop/../api-MultiStage",
      ".goimage/shop/a b/api-MultiStage",
      ".goimage/dev/api-MultiStage",
      "../shop/dev/api-MultiStage",
      "/tmp/shop/dev/api-MultiStage",
    ])
      assert.equal(keptDirectory(wished, other), wished, other);
  });
});
