// What the report keeps of an image: hostile ones have many programs, databases and directories, each of them harmless.

import assert from "node:assert/strict";
import { limits } from "../../components/limits";
import { FileVisitor, KeptOfImage } from "../../components/report/files";
import { imageTree, type SizeNode } from "../../components/report/model";

const most = { programs: 100, packageNamesBytes: 10_000_000, databasesBytes: 1_000 };

/** Gives the visitor a file, whole. */
function give(visitor: FileVisitor, name: string, bytes: Buffer): void {
  const entry = { path: name, type: "file", size: bytes.length, mode: 0o755, linkname: "" } as const;
  visitor.request({ ...entry, uid: 0, gid: 0, capable: false })?.(bytes);
}

const list = (name: string, length: number) =>
  [`var/lib/dpkg/info/${name}.list`, Buffer.from(`/usr/${name}\n`.padEnd(length, "\n"))] as const;

describe("what a report keeps of an image", function () {
  this.timeout(60_000);

  it("is limited in bytes of databases over all layers, and a discarded layer frees its share", async () => {
    const kept = new KeptOfImage(most);
    const [first, second, again] = [1, 2, 3].map(() => new FileVisitor(kept)) as [
      FileVisitor,
      FileVisitor,
      FileVisitor,
    ];
    give(first, ...list("a", 600));
    give(second, ...list("b", 600));
    assert.deepEqual([first.owners.get("/usr/a"), second.owners.size], ["a", 0]);
    first.discard();
    await first.finished();
    give(again, ...list("b", 600));
    assert.equal(again.owners.get("/usr/b"), "b");
  });

  it("is limited in directories: further ones become one name, with every byte counted", () => {
    const count = limits.report.directories / 2;
    const layers = ["a", "b"].map((layer) => ({
      name: layer,
      files: new Map(Array.from({ length: count }, (_, n) => [`/${layer}${n}/sub/x`, 1] as const)),
      programs: new Map<string, never>(),
    }));
    const tree = imageTree("i", layers, new Map());
    assert.equal(tree.size, 2 * count);
    const directories = (node: SizeNode): number =>
      (node.children ?? []).reduce(
        (sum, child) => sum + directories(child),
        node.kind === "directory" ? 1 : 0,
      );
    assert.ok(directories(tree) <= limits.report.directories);
    const last = tree.children?.find(({ name }) => name === "b")?.children?.[0];
    assert.deepEqual([last?.kind, /^b\d+\/sub\/x$/.test(last?.name ?? "")], ["file", true]);
  });
});
