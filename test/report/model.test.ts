import assert from "node:assert/strict";
import type { BinaryBreakdown } from "../../components/goBinary/breakdown";
import { changes, contributorLines, contributors } from "../../components/report/contributors";
import { difference } from "../../components/report/difference";
import { apkOwners, dpkgOwners } from "../../components/report/files";
import { imageTree, pruned, smallerOnes, type SizeNode } from "../../components/report/model";
import { breakdownOf, sampleReport, sampleTree } from "../fixtures/sampleReport";

function checkSums(node: SizeNode): void {
  if (node.children === undefined) return;
  assert.equal(
    node.children.reduce((sum, { size }) => sum + size, 0),
    node.size,
    node.name,
  );
  node.children.forEach(checkSums);
}

describe("report/model", () => {
  it("makes a tree with correct sums at every level", () => {
    const tree = sampleTree();
    checkSums(tree);
    assert.equal(tree.size, 1000 + 50 + 400 + 5);
    assert.deepEqual(
      tree.children?.map(({ name, size }) => [name, size]),
      [
        ["binary", 1005],
        ["base", 450],
      ],
    );
  });

  it("ignores a program's breakdown when the file has another size", () => {
    const files = new Map([["/main", 999]]);
    const tree = imageTree(
      "i",
      [{ name: "l", files, programs: new Map([["/main", breakdownOf(10)]]) }],
      new Map(),
    );
    assert.equal(tree.children?.[0]?.children?.[0]?.kind, "file");
  });

  it("merges small siblings without losing a byte", () => {
    const small = pruned(sampleTree(), 160, smallerOnes);
    checkSums(small);
    assert.equal(small.size, sampleTree().size);
    assert.match(JSON.stringify(small), /3 smaller ones/);
  });

  it("lists the owners of all bytes", () => {
    const all = contributors(sampleTree());
    assert.equal(
      all.reduce((sum, { size }) => sum + size, 0),
      sampleTree().size,
    );
    assert.deepEqual(contributorLines(sampleTree(), 3), [
      "module Go standard library 700 B",
      "os package musl 400 B",
      "section Go data of no known package 150 B",
      "4 others 205 B",
    ]);
    const detailed = contributors(sampleTree(), true);
    assert.ok(detailed.some(({ kind, name }) => kind === "package" && name === "net/http"));
    assert.equal(
      detailed.reduce((sum, { size }) => sum + size, 0),
      sampleTree().size,
    );
  });

  it("lists a directory of many plain files as one contributor", () => {
    const files = new Map(Array.from({ length: 30 }, (_, n): [string, number] => [`/srv/a/file${n}`, 2]));
    files.set("/srv/b", 1);
    const tree = imageTree(
      "i",
      [{ name: "l", files, programs: new Map<string, BinaryBreakdown>() }],
      new Map(),
    );
    assert.deepEqual(contributors(tree), [{ name: "/srv", kind: "directory", size: 61 }]);
  });

  it("sorts changes by growth", () => {
    const found = changes(difference(sampleReport(), sampleReport({ http: 900, musl: 300 })));
    assert.deepEqual(
      found.map(({ name, before, after }) => [name, after - before]),
      [
        ["Go standard library", 500],
        ["musl", -100],
      ],
    );
    assert.deepEqual(changes(difference(sampleReport(), sampleReport())), []);
  });
});

describe("report/files", () => {
  it("finds a file's operating system package", () => {
    const apk = apkOwners(
      "P:musl\nV:1\nF:lib\nR:ld-musl-x86_64.so.1\na:0:0:755\nF:etc\nR:m\n\nP:zlib\nF:lib\nR:z.so\n",
    );
    assert.deepEqual(
      [...apk],
      [
        ["/lib/ld-musl-x86_64.so.1", "musl"],
        ["/etc/m", "musl"],
        ["/lib/z.so", "zlib"],
      ],
    );
    assert.deepEqual([...dpkgOwners("git", "/.\n/usr/bin/git\n")][1], ["/usr/bin/git", "git"]);
  });
});
