import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { fastWith } from "../support/plan";

/** The script of the compile step, with other directories than an image's. */
describe("the compile step's script", () => {
  let directory: string;
  let script: string;

  before(function () {
    if (process.platform === "linux") return;
    console.log("      skipped: flock, which the golang images have, is a command of Linux");
    this.skip();
  });

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "compile-"));
    mkdirSync(join(directory, "cache"));
    mkdirSync(join(directory, "out"));
    const step = fastWith({}, {})
      .text.split("\n")
      .find((line) => line.includes('"build"'));
    const words = JSON.parse(/\[.*$/.exec(step ?? "")?.[0] ?? "") as string[];
    script = (words[2] ?? "")
      .replaceAll("/root/.cache/go-build", join(directory, "cache"))
      .replaceAll("/out", join(directory, "out"));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const program = () => join(directory, "out/main");
  /** Runs the script with a command in place of the compiler, which makes a program before it does anything else. */
  const compile = (command: string, env: NodeJS.ProcessEnv = process.env, made = "\\177ELF") => {
    const words = ["/bin/sh", "-c", `printf '${made}' > ${program()}; ${command}`];
    return promisify(execFile)("/bin/sh", ["-c", script, program(), ...words], { env, timeout: 15_000 });
  };

  it("lets one of several builds go first, and the others together after it", async () => {
    const log = join(directory, "log");
    const names = ["a", "b", "c", "d"];
    // The first waits until all have come to the lock, the others until they run at the same time.
    const arrived = `until [ "$(cat ${log}.*.arrived | wc -l)" = 4 ]; do sleep 0.05; done; sleep 0.5`;
    const together = `until [ "$(grep -c start ${log})" = 4 ]; do sleep 0.05; done`;
    const work = (name: string) =>
      `[ -s ${log} ] && first=no || first=yes; echo start ${name} >> ${log}; ` +
      `if [ $first = yes ]; then ${arrived}; else ${together}; fi; echo end ${name} >> ${log}`;
    script = `echo >> ${log}.$$.arrived; ${script}`;
    writeFileSync(log, "");
    await Promise.all(names.map((name) => compile(work(name))));
    const lines = readFileSync(log, "utf8").trim().split("\n");
    assert.equal(lines.length, 8);
    assert.equal(lines[1], lines[0]?.replace("start", "end"));
    assert.ok(lines.slice(2, 5).every((line) => line.startsWith("start")));
  }).timeout(20_000);

  it("sets the times of what was made", async () => {
    await compile("true");
    assert.equal(statSync(program()).mtimeMs, 0);
  });

  it("fails as the command does, with its words alone", async () => {
    const error = (await compile("echo no such package >&2; exit 3").catch((caught: unknown) => caught)) as {
      code: number;
      stderr: string;
    };
    assert.deepEqual([error.code, error.stderr], [3, "no such package\n"]);
  });

  it("fails where no program was made, such as of a library, and says what to look at", async () => {
    for (const made of ["!<arch>\\n", "", "\\177EL", "#!/bin/sh\\n"]) {
      const error = (await compile("true", process.env, made).catch((caught: unknown) => caught)) as {
        code: number;
        stderr: string;
      };
      assert.equal(error.code, 1, made);
      assert.match(error.stderr, /^go build made no program: mainPackage is a library/);
    }
  });

  it("compiles also without flock and without a cache, and says nothing of it", async () => {
    const tools = join(directory, "tools");
    mkdirSync(tools);
    for (const tool of ["find", "touch", "head"])
      symlinkSync(execFileSync("which", [tool], { encoding: "utf8" }).trim(), join(tools, tool));
    assert.deepEqual(await compile("echo made", { PATH: tools }), { stdout: "made\n", stderr: "" });
    rmSync(join(directory, "cache"), { recursive: true });
    assert.deepEqual(await compile("echo made"), { stdout: "made\n", stderr: "" });
  });
});
