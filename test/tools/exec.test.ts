import assert from "node:assert";
import { pbkdf2 } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../tools/setup/exec";

describe("tools: a command's output and end", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "goimage-exec-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it("are not missed when the command ends before the folder of its log is made", async () => {
    const log = join(folder, "log/command.log");
    const hashed = busyThreadPool();
    const result = await run("sh", ["-c", "echo out; echo err >&2; exit 3"], { log });
    await hashed;
    assert.deepStrictEqual(result, { code: 3, stdout: "out\n", stderr: "err\n" });
    const written = (await readFile(log, "utf8")).trim().split("\n").sort();
    assert.deepStrictEqual(written, ["err", "out"]);
  });

  it("are told for a command that is not there", async () => {
    const { code, stderr } = await run("goimage-has-no-such-command", [], { log: join(folder, "log") });
    assert.strictEqual(code, 127);
    assert.match(stderr, /ENOENT/);
  });
});

/** Keeps all threads that Node does its file work on busy for a while, as packing a base image does. */
function busyThreadPool(): Promise<unknown> {
  const hash = () =>
    new Promise<void>((resolve, reject) =>
      pbkdf2("", "", 400_000, 64, "sha512", (error) => (error ? reject(error) : resolve())),
    );
  return Promise.all(Array.from({ length: 8 }, hash));
}
