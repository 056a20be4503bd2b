import assert from "node:assert/strict";
import { execFile, execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { promisify } from "node:util";
import { compileScript } from "../support/dockerfileText";
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
    mkdirSync(join(directory, "out/bin/app"), { recursive: true });
    const all = compileScript(fastWith({}, {}).text);
    const command = /go build .* -o .*? \.\/cmd\/api(?=;)/.exec(all)?.[0] ?? assert.fail(all);
    script = all
      .replace(command, '/bin/sh -c "$COMMAND"')
      .replaceAll("/root/.cache/go-build", join(directory, "cache"))
      .replaceAll("/out", join(directory, "out"));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const program = () => join(directory, "out/bin/app/main");
  /** Runs the script with a command in place of the compiler, which makes a program before it does anything else. */
  const compile = (command: string, env: NodeJS.ProcessEnv = process.env, made = "\\177ELF") => {
    const COMMAND = `printf '${made}' > ${program()}; ${command}`;
    return promisify(execFile)("/bin/sh", ["-c", script], { env: { ...env, COMMAND }, timeout: 15_000 });
  };

  /** A compiler that has `missing` packages to compile, asked as the go command is for its plan, and otherwise does `work`. */
  const compiler = (missing: string, work: string) =>
    `case "$GOFLAGS" in *-n*) ${missing}; exit;; esac; ${work}`;
  /** Lines as the go command prints them. */
  const packages = (count: number) =>
    `for n in $(seq ${count}); do echo "/go/compile -o \\$WORK/b$n/_pkg_.a -p p$n"; done`;

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
    await Promise.all(names.map((name) => compile(compiler(packages(200), work(name)))));
    const lines = readFileSync(log, "utf8").trim().split("\n");
    assert.equal(lines.length, 8);
    assert.equal(lines[1], lines[0]?.replace("start", "end"));
    assert.ok(lines.slice(2, 5).every((line) => line.startsWith("start")));
  }).timeout(20_000);

  describe("while another build holds the cache", () => {
    let holder: ChildProcess;
    beforeEach(async () => {
      const hold = `exec 9>${join(directory, "cache/lock")} && flock 9 && echo held && exec sleep 60`;
      holder = spawn("/bin/sh", ["-c", hold], { stdio: ["ignore", "pipe", "inherit"] });
      await once(holder.stdout as Readable, "data");
    });
    afterEach(() => holder.kill("SIGKILL"));

    it("compiles at once when few packages are missing, and prints nothing more", async () => {
      for (const missing of [packages(0), packages(20)]) {
        const compiled = await compile(compiler(missing, "echo compiled"));
        assert.deepEqual(compiled, { stdout: "compiled\n", stderr: "" });
        assert.equal(holder.exitCode, null);
      }
    });

    it("compiles when the go command fails to list packages, and so ends with its error", async () => {
      const failing = compiler("echo no such package >&2; exit 1", "echo no such package >&2; exit 3");
      const error = (await compile(failing).catch((caught: unknown) => caught)) as { stderr: string };
      assert.equal(error.stderr, "no such package\n");
    });

    it("lists packages with the build's GOFLAGS", async () => {
      const env = { ...process.env, GOFLAGS: "-tags=a" };
      const command = compiler(`echo "$GOFLAGS" > ${directory}/flags`, "true");
      await compile(command, env);
      assert.equal(readFileSync(join(directory, "flags"), "utf8"), "-tags=a -n\n");
    });
  });

  it("sets the program's time to 0", async () => {
    await compile("true");
    assert.equal(statSync(program()).mtimeMs, 0);
  });

  it("fails with the command's exit code and output alone", async () => {
    const error = (await compile("echo no such package >&2; exit 3").catch((caught: unknown) => caught)) as {
      code: number;
      stderr: string;
    };
    assert.deepEqual([error.code, error.stderr], [3, "no such package\n"]);
  });

  it("fails with advice when go build made no program, as for a library", async () => {
    for (const made of ["!<arch>\\n", "", "\\177EL", "#!/bin/sh\\n"]) {
      const error = (await compile("true", process.env, made).catch((caught: unknown) => caught)) as {
        code: number;
        stderr: string;
      };
      assert.equal(error.code, 1, made);
      assert.match(error.stderr, /^go build made no program: mainPackage is a library/);
    }
  });

  it("compiles without flock or a cache, and prints nothing more", async () => {
    const tools = join(directory, "tools");
    mkdirSync(tools);
    for (const tool of ["find", "touch", "head"])
      symlinkSync(execFileSync("which", [tool], { encoding: "utf8" }).trim(), join(tools, tool));
    assert.deepEqual(await compile("echo made", { PATH: tools }), { stdout: "made\n", stderr: "" });
    rmSync(join(directory, "cache"), { recursive: true });
    assert.deepEqual(await compile("echo made"), { stdout: "made\n", stderr: "" });
  });
});
