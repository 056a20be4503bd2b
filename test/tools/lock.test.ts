import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withLock } from "../../tools/setup/lock";
import { layout } from "../../tools/setup/paths";

describe("the lock of the set-up", () => {
  let folder: string;
  let file: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "goimage-lock-"));
    mkdirSync(layout(folder).home);
    file = join(layout(folder).home, "lock");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("contains its process id while held, and is removed afterwards", async () => {
    await withLock(layout(folder), () => {
      assert.equal(readFileSync(file, "utf8"), String(process.pid));
      return Promise.resolve();
    });
    assert.deepEqual(readdirSync(layout(folder).home), []);
  });

  it("is held by one process at a time", async () => {
    const seen: string[] = [];
    const hold = (name: string) =>
      withLock(layout(folder), async () => {
        seen.push(`${name} begins`);
        await new Promise((resolve) => setTimeout(resolve, 20));
        seen.push(`${name} ends`);
      });
    await Promise.all([hold("one"), hold("two")]);
    assert.equal(seen[0]?.replace("begins", "ends"), seen[1]);
    assert.equal(seen[2]?.replace("begins", "ends"), seen[3]);
  });

  for (const [what, text] of [
    ["a process that is gone", "4194304"],
    ["no process, as a full disk leaves it", ""],
  ] as const) {
    it(`is ignored when it is of ${what}`, async () => {
      writeFileSync(file, text);
      assert.equal(await withLock(layout(folder), () => Promise.resolve("done")), "done");
      assert.equal(existsSync(file), false);
    });
  }
});
