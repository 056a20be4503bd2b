import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { takeApart } from "../../components/goBinary/takeApart";

/** An ELF header of 64 bits, whose section table is what a test makes of it. */
function elf(sections: { at: number; count: number; size: number }, length = 5_000): Buffer {
  const bytes = Buffer.alloc(length, 0x41);
  bytes.fill(0, 0, 64);
  Buffer.from("7f454c46020101", "hex").copy(bytes);
  bytes.writeBigUInt64LE(BigInt(sections.at), 40);
  bytes.writeUInt16LE(sections.size, 58);
  bytes.writeUInt16LE(sections.count, 60);
  return bytes;
}

describe("taking programs apart in a worker", function () {
  this.timeout(60_000);

  it("returns undefined for each file that is not a Go program", async () => {
    const shell = fs.readFileSync("/bin/sh");
    const texts = [Buffer.from("no program"), shell, Buffer.from(shell), Buffer.alloc(0), Buffer.from(shell)];
    const found = await Promise.all(texts.map((bytes) => takeApart(bytes)));
    assert.deepEqual(
      found,
      texts.map(() => undefined),
    );
  });

  it("returns a note when goimage is bundled and its worker is missing", async () => {
    const found = await takeApart(
      fs.readFileSync("/bin/sh"),
      undefined,
      path.join(__dirname, "nowhere/worker"),
    );
    assert.deepEqual([found?.size, found?.packages], [fs.statSync("/bin/sh").size, []]);
    assert.match(found?.note ?? "", /goimage is bundled with the program: .*--external:goimage/);
    const text = takeApart(Buffer.from("no program"), undefined, path.join(__dirname, "nowhere/worker"));
    assert.equal(await text, undefined);
  });

  it("does not keep the process from ending", () => {
    const script = `
      require("ts-node/register/transpile-only");
      const { takeApart } = require("./components/goBinary/takeApart");
      takeApart(Buffer.from("x")).then(() => takeApart(Buffer.from("y"))).then(() => console.log("done"));`;
    const output = execFileSync(process.execPath, ["-e", script], { encoding: "utf8", timeout: 30_000 });
    assert.equal(output, "done\n");
  });

  it("rejects a few bytes that claim gigabytes of names, and works on", async () => {
    for (const sections of [
      { at: 64, count: 65_535, size: 0 },
      { at: 64, count: 65_535, size: 64 },
      { at: 4_990, count: 900, size: 64 },
      { at: 2 ** 40, count: 900, size: 64 },
    ])
      assert.equal(await takeApart(elf(sections)), undefined);
    // It works on afterwards.
    assert.equal(await takeApart(Buffer.from("no program")), undefined);
  });
});
