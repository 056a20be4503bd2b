import assert from "node:assert/strict";
import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { stageContext } from "../../components/source/stage";
import { Tree } from "../../components/source/tree";
import { helloFiles, makeTree, writeTree } from "../support/module";

function stage(root: string, files: readonly string[], target: string) {
  return stageContext(new Tree(root), files, target);
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

describe("staged context", () => {
  const files = Object.keys(helloFiles);

  it("is the same from two checkouts with other modes, times and umask", () => {
    const one = makeTree(helloFiles);
    const two = makeTree(helloFiles);
    for (const file of files) {
      fs.chmodSync(path.join(two, file), 0o775);
      fs.utimesSync(path.join(two, file), 1, 1);
    }
    const target = makeTree({});
    const first = stage(one, files, path.join(target, "one"));
    const umask = process.umask(0o002);
    const second = stage(two, files, path.join(target, "two"));
    process.umask(umask);
    assert.deepEqual(first, second);
    assert.deepEqual(snapshot(path.join(target, "one")), snapshot(path.join(target, "two")));
  });

  it("keeps the executable bit of shipped files, and of no others", () => {
    const root = makeTree({ "run.sh": "#!/bin/sh\n" });
    const target = path.join(makeTree({}), "src");
    const plain = stage(root, ["run.sh"], target);
    const shipped = stageContext(new Tree(root), ["run.sh"], target, new Set(["run.sh"]));
    assert.match(snapshot(target)["run.sh"] ?? "", /^755 /);
    assert.notEqual(plain.hash, shipped.hash);
  });

  it("does not touch files that are right, and mends what somebody changed", () => {
    const root = makeTree({ ...helloFiles, "a/b.go": "package b\n" });
    const target = path.join(makeTree({}), "src");
    stage(root, [...files, "a/b.go"], target);
    const inode = () => fs.statSync(path.join(target, "main.go")).ino;
    const before = inode();
    stage(root, [...files, "a/b.go"], target);
    assert.equal(inode(), before);

    const right = snapshot(target);
    writeTree(target, { "extra/x": "", "go.mod": "changed" });
    fs.rmSync(path.join(target, "a"), { recursive: true });
    writeTree(target, { a: "a file where a directory belongs" });
    stage(root, [...files, "a/b.go"], target);
    assert.deepEqual(snapshot(target), right);
  });

  it("removes what is no longer in the list, and follows a file that becomes a directory", () => {
    const root = makeTree({ x: "1", y: "2" });
    const target = path.join(makeTree({}), "src");
    const first = stage(root, ["x", "y"], target);
    fs.rmSync(path.join(root, "x"));
    writeTree(root, { "x/z": "3" });
    const second = stage(root, ["x/z"], target);
    assert.notEqual(first.hash, second.hash);
    assert.deepEqual(Object.keys(snapshot(target)).sort(), ["x", "x/z"]);
  });

  it("gives an edit of the same length another time, which BuildKit needs to see it", () => {
    const target = path.join(makeTree({}), "src");
    const times = ["aaaa", "bbbb"].map((content) => {
      stage(makeTree({ f: content }), ["f"], target);
      return fs.statSync(path.join(target, "f")).mtimeMs;
    });
    assert.notEqual(times[0], times[1]);
  });

  it("has a hash that knows names from contents", () => {
    const hash = (tree: Record<string, string>) =>
      stage(makeTree(tree), Object.keys(tree).sort(), path.join(makeTree({}), "src")).hash;
    const trees: Record<string, string>[] = [{ ab: "c" }, { a: "bc" }, { a: "b", c: "" }, { a: "", b: "c" }];
    assert.equal(new Set(trees.map(hash)).size, trees.length);
  });

  it("sends what it has hashed, also of a file that is written to meanwhile", () => {
    let reads = 0;
    const writtenTo = Object.assign(new Tree(makeTree({ f: "" })), {
      content: () => Buffer.from(`version ${++reads}`),
    });
    const target = path.join(makeTree({}), "src");
    const { files } = stageContext(writtenTo, ["f"], target);
    const sent = crypto
      .createHash("sha256")
      .update(fs.readFileSync(path.join(target, "f")))
      .digest("hex");
    assert.equal(files["f"], sent.slice(0, 12));
  });
});
