import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { Readable } from "node:stream";
import { linkage } from "../../../components/goBinary";
import { ContentsScan } from "../../../components/registry/image/contents";
import { readTar } from "../../../components/registry/image/tar";
import type { LayerContents } from "../../../components/outputs";
import { makeTree } from "../../support/module";

/** A 64-bit little-endian ELF file, with an interpreter if one is given. */
function elf(interpreter?: string): Buffer {
  const file = Buffer.alloc(400);
  file.write("\x7fELF", 0, "latin1");
  file.set([2, 1], 4);
  file.writeBigUInt64LE(64n, 32);
  file.writeUInt16LE(56, 54);
  file.writeUInt16LE(2, 56);
  file.writeUInt32LE(1, 64); // PT_LOAD
  file.writeUInt32LE(interpreter === undefined ? 2 : 3, 64 + 56);
  file.writeBigUInt64LE(300n, 64 + 56 + 8);
  file.writeBigUInt64LE(BigInt(Buffer.byteLength(interpreter ?? "") + 1), 64 + 56 + 32);
  file.write(interpreter ?? "", 300);
  return file;
}

async function scan(archive: Buffer, program?: string, size = 1000): Promise<LayerContents> {
  const pieces: Buffer[] = [];
  for (let at = 0; at < archive.length; at += size) pieces.push(archive.subarray(at, at + size));
  const contents = new ContentsScan(program);
  for await (const entry of readTar(Readable.from(pieces), contents.request)) void entry;
  return contents.contents();
}

describe("registry/contents", () => {
  const root = makeTree({
    "bin/busybox": "x",
    "etc/ssl/certs/ca-certificates.crt": "x",
    "lib/apk/db/installed": "C:a\nP:musl\nV:1\n\nC:b\nP:busybox\n",
    "usr/share/zoneinfo/Europe/Rome": "x",
    "usr/bin/su": "x",
    "srv/sh": "no shell: not in a bin directory",
  });
  before(() => {
    fs.mkdirSync(path.join(root, "app"));
    fs.writeFileSync(path.join(root, "app/main"), elf("/lib/ld-musl-x86_64.so.1"), { mode: 0o555 });
    fs.chmodSync(path.join(root, "bin/busybox"), 0o755);
    fs.chmodSync(path.join(root, "usr/bin/su"), 0o4755);
    fs.symlinkSync("busybox", path.join(root, "bin/sh"));
  });
  const archive = (...paths: string[]) => execFileSync("tar", ["-cf", "-", "-C", root, ...paths]);

  it("tells what the files of a layer mean, however the archive is cut", async () => {
    for (const size of [7, 512, 1_000_000]) {
      assert.deepEqual(await scan(archive("."), "/app/main", size), {
        files: 7,
        executables: 3,
        setuidFiles: ["/usr/bin/su"],
        shells: ["/bin/busybox", "/bin/sh"],
        packages: 2,
        certificates: true,
        timezones: true,
        program: { static: false, interpreter: "/lib/ld-musl-x86_64.so.1" },
      });
    }
  });

  it("finds the time zones that Go compiles into a program, however the file is cut", async () => {
    const header = Buffer.from(`PK\x03\x04${"\0".repeat(26)}Europe/Rome`, "latin1");
    const before = Buffer.concat([elf(), Buffer.alloc(90_000, "Europe/Rome, PK")]);
    fs.writeFileSync(path.join(root, "app/zoned"), Buffer.concat([before, header, Buffer.alloc(5000)]));
    fs.writeFileSync(path.join(root, "app/names"), before);
    for (const size of [7, 512, 1_000_000]) {
      const zoned = archive("./app/zoned");
      assert.equal((await scan(zoned, "/app/zoned", size)).timezones, true);
      assert.equal((await scan(zoned, "/app/main", size)).timezones, false);
      assert.equal((await scan(archive("./app/names"), "/app/names", size)).timezones, false);
    }
  });

  it("says nothing about what a layer does not hold", async () => {
    assert.deepEqual(await scan(archive("./srv"), "/app/main"), {
      files: 1,
      executables: 0,
      setuidFiles: [],
      shells: [],
      certificates: false,
      timezones: false,
    });
  });

  it("sees whether a program is linked statically", () => {
    assert.deepEqual(linkage(elf()), { static: true });
    assert.deepEqual(linkage(elf("/lib64/ld.so")), { static: false, interpreter: "/lib64/ld.so" });
    assert.deepEqual(linkage(Buffer.from("#!/bin/sh\n".padEnd(100, "x"))), undefined);
    assert.deepEqual(linkage(Buffer.alloc(0)), undefined);
    // A damaged file must not bring the scan down.
    assert.deepEqual(linkage(elf("/lib64/ld.so").subarray(0, 130)), { static: true });
    // Nor must a long table hide the interpreter from the check of static binaries.
    const long = elf("/lib64/ld.so");
    long.writeUInt16LE(1_100, 56);
    assert.deepEqual(linkage(long), { static: false, interpreter: "/lib64/ld.so" });
  });

  it("tells what is where the image's commands are looked for, however the archive is cut", async () => {
    const tree = makeTree({
      "app/start.sh": "#!/bin/sh -e\nexec ./main\n",
      "app/windows.sh": "#! /usr/bin/env bash\r\n",
      "app/notes": "not to be run",
      "usr/sbin/tini": "x",
    });
    fs.chmodSync(path.join(tree, "app/start.sh"), 0o755);
    fs.writeFileSync(path.join(tree, "app/main"), elf(), { mode: 0o755 });
    fs.symlinkSync("usr/sbin", path.join(tree, "sbin"));
    fs.symlinkSync("start.sh", path.join(tree, "app/linked.sh"));
    const bytes = execFileSync("tar", ["-cf", "-", "-C", tree, "."]);
    const names = ["start.sh", "windows.sh", "notes", "main", "linked.sh", "missing", "none/x"];
    const paths = [...names.map((name) => `/app/${name}`), "/sbin/tini"];
    for (const size of [7, 512, 1_000_000]) {
      const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) =>
        bytes.subarray(n * size, (n + 1) * size),
      );
      const contents = new ContentsScan("/app/main", paths);
      for await (const entry of readTar(Readable.from(pieces), contents.request)) void entry;
      const { commands, program } = contents.contents();
      assert.deepEqual(program, { static: true });
      assert.deepEqual(commands, {
        "/app/start.sh": { kind: "script", executable: true, interpreter: "/bin/sh" },
        "/app/windows.sh": {
          kind: "script",
          executable: false,
          interpreter: "/usr/bin/env",
          windowsLineEnd: true,
        },
        "/app/notes": { kind: "other", executable: false },
        "/app/main": { kind: "program", executable: true },
        "/app/linked.sh": { kind: "link" },
        "/app/missing": { kind: "none" },
        "/app/none/x": { kind: "none" },
        "/sbin/tini": { kind: "link" },
      });
    }
  });
});
