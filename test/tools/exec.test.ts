import assert from "node:assert";
import { pbkdf2 } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { run } from "../../tools/setup/exec";
import { makeTree } from "../support/module";

describe("running a command", () => {
  it("captures all output of a command that ends before its log exists", async () => {
    const log = join(makeTree({}), "log/command.log");
    const hashed = busyThreadPool();
    const result = await run("sh", ["-c", "echo out; echo err >&2; exit 3"], { log });
    await hashed;
    assert.deepStrictEqual(result, { code: 3, stdout: "out\n", stderr: "err\n" });
    const written = (await readFile(log, "utf8")).trim().split("\n").sort();
    assert.deepStrictEqual(written, ["err", "out"]);
  });

  it("reports exit code 127 for a missing command", async () => {
    const log = join(makeTree({}), "command.log");
    const { code, stderr } = await run("goimage-has-no-such-command", [], { log });
    assert.strictEqual(code, 127);
    assert.match(stderr, /ENOENT/);
  });
});

/** Keeps all threads that Node does its file work on busy for a while, as packing a base image does. */
function busyThreadPool(): Promise<unknown> {
  const hash = () => promisify(pbkdf2)("", "", 400_000, 64, "sha512");
  return Promise.all(Array.from({ length: 8 }, hash));
}
