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
import { tarData, tarEnd, tarHeader, type TarHeader } from "../../support/tar";

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
  let root: string;
  beforeEach(() => {
    root = makeTree({
      "bin/busybox": "x",
      "etc/ssl/certs/ca-certificates.crt": "x",
      "lib/apk/db/installed": "C:a\nP:musl\nV:1\n\nC:b\nP:busybox\n",
      "usr/share/zoneinfo/Europe/Rome": "x",
      "usr/bin/su": "x",
      "srv/sh": "no shell: not in a bin directory",
    });
    fs.mkdirSync(path.join(root, "app"));
    fs.writeFileSync(path.join(root, "app/main"), elf("/lib/ld-musl-x86_64.so.1"), { mode: 0o555 });
    fs.chmodSync(path.join(root, "bin/busybox"), 0o755);
    fs.chmodSync(path.join(root, "usr/bin/su"), 0o4755);
    fs.symlinkSync("busybox", path.join(root, "bin/sh"));
  });
  const archive = (...paths: string[]) => execFileSync("tar", ["-cf", "-", "-C", root, ...paths]);

  it("finds programs, setuid files, shells, packages, certificates and time zones, however the archive is split", async () => {
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

  it("finds the time zones that Go compiles into a program, however the file is split", async () => {
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

  describe("setuid, setgid and capabilities", () => {
    const pax = (key: string, value: string): Buffer => {
      const rest = ` ${key}=${value}\n`;
      let length = rest.length + 1;
      while (String(length).length + rest.length !== length) length++;
      const record = Buffer.from(`${length}${rest}`, "latin1");
      return Buffer.concat([tarHeader("pax", { type: "x", size: record.length }), tarData(record)]);
    };
    const capable = pax("SCHILY.xattr.security.capability", "\x01\0\0\x02\0\x04\0\0");
    const rights = async (...blocks: Buffer[]): Promise<string[]> => {
      const { setuidFiles, capabilityFiles = [] } = await scan(Buffer.concat([...blocks, tarEnd]));
      return [...setuidFiles, ...capabilityFiles.map((file) => `${file} capable`)];
    };

    const entries: [what: string, header: TarHeader, isFound: boolean][] = [
      ["a file", { mode: 0o4755 }, true],
      ["a setgid file", { mode: 0o2755 }, true],
      ["a file of an old archive", { type: "\0", mode: 0o4755 }, true],
      ["a contiguous file", { type: "7", mode: 0o4755 }, true],
      ["a hard link", { type: "1", mode: 0o4755, linkname: "bin/other" }, true],
      ["a setgid hard link", { type: "1", mode: 0o2755, linkname: "/of/another/layer" }, true],
      ["a character device", { type: "3", mode: 0o4755 }, true],
      ["a block device", { type: "4", mode: 0o6755 }, true],
      ["a FIFO", { type: "6", mode: 0o4755 }, true],
      ["a setuid directory", { type: "5", mode: 0o4755 }, true],
      ["a setgid directory, as Debian's /var/local", { type: "5", mode: 0o2775 }, false],
      ["a sticky directory", { type: "5", mode: 0o1777 }, false],
      ["a symbolic link", { type: "2", mode: 0o6777, linkname: "x" }, false],
      ["a plain hard link", { type: "1", mode: 0o755, linkname: "x" }, false],
    ];
    for (const [what, header, isFound] of entries) {
      it(`are ${isFound ? "found" : "not reported"} for ${what}`, async () => {
        assert.deepEqual(await rights(tarHeader("bin/x", header)), isFound ? ["/bin/x"] : []);
      });
    }

    for (const [what, type, isFound] of [
      ["file", "0", true],
      ["hard link", "1", true],
      ["contiguous file", "7", true],
      ["symbolic link", "2", false],
    ] as const) {
      it(`are ${isFound ? "found" : "not reported"} as capabilities of a ${what}`, async () => {
        const entry = tarHeader("bin/ping", { type, mode: 0o755, linkname: type === "0" ? "" : "x" });
        assert.deepEqual(await rights(capable, entry), isFound ? ["/bin/ping capable"] : []);
      });
    }

    it("apply to the next entry only, under the name of its PAX record", async () => {
      const named = pax("path", "opt/long/name");
      assert.deepEqual(await rights(capable, tarHeader("a"), tarHeader("b")), ["/a capable"]);
      assert.deepEqual(await rights(named, tarHeader("short", { mode: 0o4755 })), ["/opt/long/name"]);
    });

    it("stay reported when a later entry replaces or removes the file", async () => {
      const setuid = tarHeader("bin/su", { mode: 0o4755 });
      const link = tarHeader("bin/x", { type: "1", linkname: "bin/su", mode: 0o4755 });
      assert.deepEqual(await rights(setuid, tarHeader("bin/su")), ["/bin/su"]);
      assert.deepEqual(await rights(setuid, link, tarHeader("bin/.wh.su")), ["/bin/su", "/bin/x"]);
    });

    it("are found on a hard link that tar writes", async () => {
      fs.linkSync(path.join(root, "usr/bin/su"), path.join(root, "usr/bin/su2"));
      const found = await scan(archive("./usr"));
      fs.rmSync(path.join(root, "usr/bin/su2"));
      assert.deepEqual(found.setuidFiles, ["/usr/bin/su", "/usr/bin/su2"]);
    });

    it("are listed for the first fifty names only", async () => {
      const blocks = Array.from({ length: 200 }, (_, n) => tarHeader(`f${999 - n}`, { mode: 0o4755 }));
      const found = await rights(...blocks, ...blocks);
      assert.equal(found.length, 51);
      assert.deepEqual([found[0], found[49], found[50]], ["/f800", "/f849", "..."]);
    });

    it("are listed without terminal control characters", async () => {
      const name = "bin/\u001b[2J\n::add-mask::x";
      assert.deepEqual(await rights(tarHeader(name, { mode: 0o4755 })), ["/bin/ ::add-mask::x"]);
    });
  });

  it("reports nothing that a layer does not have", async () => {
    assert.deepEqual(await scan(archive("./srv"), "/app/main"), {
      files: 1,
      executables: 0,
      setuidFiles: [],
      shells: [],
      certificates: false,
      timezones: false,
    });
  });

  it("tells static programs from dynamic ones", () => {
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

  it("describes the files that the image's commands name, however the archive is split", async () => {
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
