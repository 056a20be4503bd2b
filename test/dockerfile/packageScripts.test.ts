// The scripts around apk, with other directories than an image's: what apk finds, and what is left of it.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { chmodSync } from "node:fs";
import * as path from "node:path";
import { runOf, stepsOf } from "../support/dockerfileText";
import { makeTree } from "../support/module";
import { fastWith } from "../support/plan";

describe("the scripts around apk", () => {
  let directory: string;
  let scripts: string[];

  before(function () {
    if (process.platform === "linux") return;
    console.log("      skipped: stat and touch of this system have other options");
    this.skip();
  });

  beforeEach(() => {
    directory = makeTree({
      "base/etc/apk/arch": "x86_64\n",
      "base/etc/apk/repositories": "https://packages.example.com\n",
      "base/etc/passwd": "root:x:0:0\n",
      "base/lib/apk/db/installed": "P:base\n",
      "base/usr/bin/old": "old",
      "base/usr/share/data": "data",
      "tools/apk": "#!/bin/sh\n",
    });
    chmodSync(path.join(directory, "tools/apk"), 0o755);
    fs.symlinkSync("usr/bin", path.join(directory, "base/bin"));
    const { text } = fastWith({}, { packages: ["tool"] });
    scripts = stepsOf(text)
      .filter(({ keyword, line }) => keyword === "RUN" && line.includes("from=base"))
      .map((step) =>
        runOf(step)
          .script.replaceAll("/base", path.join(directory, "base"))
          .replaceAll("/out/packages", path.join(directory, "out")),
      );
    assert.equal(scripts.length, 2);
  });
  afterEach(() => fs.rmSync(directory, { recursive: true, force: true }));

  const run = (script = "", PATH = `${path.join(directory, "tools")}:${process.env["PATH"]}`) =>
    spawnSync("/bin/sh", ["-c", script], { encoding: "utf8", env: { PATH } });
  const left = () =>
    (fs.readdirSync(path.join(directory, "out"), { recursive: true }) as string[])
      .filter((name) => !fs.lstatSync(path.join(directory, "out", name)).isDirectory())
      .sort();

  it("give apk the settings, the database and the links of the base", () => {
    const { stderr, status } = run(scripts[0]);
    assert.deepEqual([stderr, status], ["", 0]);
    assert.deepEqual(left(), [
      "bin",
      "etc/apk/arch",
      "etc/apk/repositories",
      "etc/passwd",
      "lib/apk/db/installed",
    ]);
    assert.equal(fs.readlinkSync(path.join(directory, "out/bin")), "usr/bin");
    for (const made of ["usr/bin", "var"])
      assert.ok(fs.statSync(path.join(directory, "out", made)).isDirectory());
  });

  it("keep only what apk added or changed, all with time 0", () => {
    assert.equal(run(scripts[0]).status, 0);
    const out = path.join(directory, "out");
    fs.writeFileSync(path.join(out, "bin/tool"), "tool");
    fs.writeFileSync(path.join(out, "lib/apk/db/installed"), "P:base\nP:tool\n");
    fs.writeFileSync(path.join(out, "lib/apk/db/lock"), "");
    fs.mkdirSync(path.join(out, "var/lib/tool"), { recursive: true });
    fs.mkdirSync(path.join(out, "usr/share/"), { recursive: true });
    fs.writeFileSync(path.join(out, "usr/share/data"), "other");
    const { stderr, status } = run(scripts[1]);
    assert.deepEqual([stderr, status], ["", 0]);
    assert.deepEqual(left(), ["lib/apk/db/installed", "usr/bin/tool", "usr/share/data"]);
    assert.ok(fs.existsSync(path.join(out, "var/lib/tool")));
    assert.ok(!fs.existsSync(path.join(out, "etc")), "what the base has in the same way");
    for (const name of ["", "usr", "usr/bin/tool", "var/lib/tool"])
      assert.equal(fs.statSync(path.join(out, name)).mtimeMs, 0, name);
  });

  it("fail with advice when the base has no apk", () => {
    const arch = path.join(directory, "base/etc/apk/arch");
    for (const change of [
      () => fs.writeFileSync(arch, ""),
      () => {
        fs.writeFileSync(arch, "x86_64\n");
        fs.rmSync(path.join(directory, "tools/apk"));
      },
    ]) {
      change();
      const { stderr, status } = run(scripts[0]);
      assert.equal(status, 1);
      assert.match(
        stderr,
        /^runtime\.packages needs a base image with apk, such as .* leave runtime\.packages out\n$/,
      );
    }
  });
});
