// What the report keeps of the programs of an image.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { FileVisitor, KeptOfImage } from "../../components/report/files";
import { needsGo } from "../support/go";

const most = { programs: 100, packageNamesBytes: 10_000_000, databasesBytes: 1_000 };

/** Gives the visitor a file, whole. */
function give(visitor: FileVisitor, name: string, bytes: Buffer): void {
  const entry = { path: name, type: "file", size: bytes.length, mode: 0o755, linkname: "" } as const;
  visitor.request({ ...entry, uid: 0, gid: 0, capable: false })?.(bytes);
}

describe("what a report keeps of an image", function () {
  this.timeout(300_000);

  describe("with programs", () => {
    let program: Buffer;
    before(function () {
      needsGo(this);
      const root = execFileSync("go", ["env", "GOROOT"], { encoding: "utf8" }).trim();
      program = fs.readFileSync(path.join(root, "bin/gofmt"));
    });
    const programsOf = async (kept: KeptOfImage, ...names: string[]) => {
      const visitors = names.map(() => new FileVisitor(kept));
      for (const [n, visitor] of visitors.entries()) {
        give(visitor, names[n] ?? "", Buffer.from(program));
        await visitor.finished();
      }
      return visitors.map(({ programs }, n) => programs.get(`/${names[n] ?? ""}`));
    };

    it("are limited in number", async () => {
      const [one, two] = await programsOf(new KeptOfImage({ ...most, programs: 1 }), "a", "b");
      assert.ok((one?.packages.length ?? 0) > 10);
      assert.equal(two, undefined);
    });

    it("are limited in bytes of package names: a program beyond that counts as a whole", async () => {
      const [one] = await programsOf(new KeptOfImage(most), "a");
      const names = one?.packages.reduce((sum, each) => sum + each.package.length, 0) ?? 0;
      const kept = new KeptOfImage({ ...most, packageNamesBytes: 40 * names });
      const found = await programsOf(kept, ...Array.from({ length: 16 }, (_, n) => `p${n}`));
      const whole = found.filter((each) => each?.packages.length === 0);
      assert.ok(whole.length > 0 && whole.length < found.length, String(whole.length));
      assert.deepEqual(whole.at(-1)?.sections, [{ name: "not taken apart", size: program.length }]);
      assert.match(whole.at(-1)?.note ?? "", /too many packages/);
    });

    it("are discarded with a layer that is read again", async () => {
      const visitor = new FileVisitor(new KeptOfImage(most));
      give(visitor, "a", Buffer.from(program));
      visitor.discard();
      await visitor.finished();
      assert.equal(visitor.programs.size, 0);
    });
  });
});
