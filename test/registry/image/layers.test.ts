import * as assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { link, mkdir, mkdtemp, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import * as zlib from "node:zlib";
import * as fc from "fast-check";
import { LayerError, measureLayer, type LayerMeasure } from "../../../components/registry/image/layers";
import { readTar, TarError, type TarEntry } from "../../../components/registry/image/tar";
import { digestOf } from "../../support/digest";
import { tarEnd, tarHeader } from "../../support/tar";

const plain = "application/vnd.oci.image.layer.v1.tar";

function pieces(bytes: Buffer, size: number): Readable {
  const parts: Buffer[] = [];
  for (let n = 0; n < bytes.length; n += size) parts.push(bytes.subarray(n, n + size));
  return Readable.from(parts, { objectMode: false });
}

function measure(bytes: Buffer, mediaType = plain, size = 65_536): Promise<LayerMeasure> {
  return measureLayer(pieces(bytes, size), { mediaType, digest: digestOf(bytes), size: bytes.length });
}

async function entries(bytes: Buffer, size = 65_536): Promise<TarEntry[]> {
  const all: TarEntry[] = [];
  for await (const entry of readTar(pieces(bytes, size))) all.push(entry);
  return all;
}

const header = (path: string, type: string, size: number, linkname = ""): Buffer =>
  tarHeader(path, { type, size, linkname });
const data = (size: number): Buffer => Buffer.alloc(Math.ceil(size / 512) * 512, 120);
const file = (path: string, size: number): Buffer => Buffer.concat([header(path, "0", size), data(size)]);
const archive = (...parts: Buffer[]): Buffer => Buffer.concat([...parts, tarEnd]);

/** A zstd frame with the bytes as they are: Node 20 cannot compress. */
function zstdFrame(bytes: Buffer): Buffer {
  const head = Buffer.from("28b52ffd0058", "hex");
  const block = Buffer.alloc(3);
  block.writeUIntLE((bytes.length << 3) | 1, 0, 3);
  return Buffer.concat([head, block, bytes]);
}

/** What zstd -19 --check made of a tar archive of one file of 40 lines. */
const zstdLayer = Buffer.from(
  [
    "KLUv/WQAC8UHAALNIReQKW2rX3x9NZzT3cmSRFJyyzy/uvNeSAXQYu+6/H8SzViWjcpnZN+oNqO6jG6z5p/8OVnGoMErPDTPOvsp",
    "3+1bxnzZyWPw8KoO84n2l8uta588nrxBw6tDP+0FMCGJY4FQkCIh0MBwUMCEGAiFkhwOibYkjkSxKKWCaOWWq+XHloSBJIJGI1qo",
    "QWS1BZVM2wGgpTDDASIIIJC8gk8AdT5F9SutAaihunnKJ7CP8g9F7X/Ui5WGsRZVP8TekbssWl65qMr83FRuLS5Vg7Xf6rAaQ2UD",
    "QnQWLRxqFpNpkXwXWH5hDFvFoQLs2/AkcRygCDAkzVMBY1DY2A==",
  ].join(""),
  "base64",
);
const zstdLines = Array.from({ length: 40 }, (_, n) => `line ${n + 1}, and its square ${(n + 1) ** 2}\n`);

describe("registry/layers and registry/tar", () => {
  let dir: string;
  const longName = `${"long-name-".repeat(12)}é`;
  const longTarget = `${longName}/${longName}`;
  // What the files made below take: big, long name and target, hard link pair once, symlink target, empty file.
  const expected = 100_000 + 77 + 1_000 + "big".length + Buffer.byteLength(longTarget);

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), "goimage-layers-"));
    const root = join(dir, "root");
    await mkdir(join(root, "d", "e"), { recursive: true });
    await writeFile(join(root, "big"), Buffer.alloc(100_000, 1));
    await writeFile(join(root, "empty"), "");
    await writeFile(join(root, "d", longName), Buffer.alloc(77));
    await writeFile(join(root, "one"), Buffer.alloc(1_000, 2));
    await link(join(root, "one"), join(root, "d", "two"));
    await symlink("big", join(root, "s"));
    await symlink(longTarget, join(root, "d", "ls"));
  });
  after(() => rm(dir, { recursive: true, force: true }));

  const tar = (...options: string[]): Buffer =>
    execFileSync("tar", [...options, "-cf", "-", "-C", join(dir, "root"), "."], { maxBuffer: 1e8 });

  for (const format of ["gnu", "pax", "oldgnu"]) {
    it(`agrees with the file system about an archive of tar --format=${format}, however split`, async () => {
      const bytes = tar(`--format=${format}`, "--owner=7", "--group=3000000");
      const { size, entries: count, sizes } = await measure(bytes);
      assert.deepEqual({ size, count }, { size: expected, count: 10 });
      assert.equal(
        [...sizes().values()].reduce((sum, each) => sum + each),
        expected,
      );
      const whole = await entries(bytes);
      for (const piece of [1, 511, 513, 10_007]) assert.deepEqual(await entries(bytes, piece), whole);
      const byPath = new Map(whole.map((entry) => [entry.path, entry]));
      assert.equal(byPath.get("./d/")?.type, "directory");
      assert.equal(byPath.get(`./d/${longName}`)?.size, 77);
      assert.equal(byPath.get("./d/ls")?.linkname, longTarget);
      assert.deepEqual([byPath.get("./big")?.uid, byPath.get("./big")?.gid], [7, 3_000_000]);
      const links = [byPath.get("./one"), byPath.get("./d/two")].map((entry) => entry?.type).sort();
      assert.deepEqual(links, ["file", "hardlink"]);
    });
  }

  it("agrees with `tar -tv` about every name, size and mode", async () => {
    const listed = execFileSync("tar", ["-tvf", "-", "--quoting-style=literal"], { input: tar() }).toString();
    const lines = listed.trim().split("\n");
    const read = await entries(tar());
    assert.equal(read.length, lines.length);
    read.forEach((entry, n) => {
      assert.ok(lines[n]?.includes(` ${entry.path}`), entry.path);
      if (entry.type === "file") assert.equal(Number(lines[n]?.split(/\s+/)[2]), entry.size);
      assert.equal(lines[n]?.slice(1, 4) === "rwx", (entry.mode & 0o700) === 0o700);
    });
  });

  for (const options of [
    ["--format=gnu"],
    ["--format=pax", "--sparse-version=1.0"],
    ["--format=pax", "--sparse-version=0.1"],
  ]) {
    it(`counts the holes of sparse files (${options.join(" ")})`, async () => {
      const holes = join(dir, "holes");
      await mkdir(holes, { recursive: true });
      await writeFile(join(holes, "sparse"), "x");
      await truncate(join(holes, "sparse"), 5_000_000);
      for (let n = 0; n < 30; n++)
        execFileSync("dd", [
          "if=/dev/zero",
          `of=${join(holes, "sparse")}`,
          "bs=4096",
          "count=1",
          `seek=${n * 20 + 3}`,
          "conv=notrunc",
          "status=none",
        ]);
      await writeFile(join(holes, "zlast"), "abc");
      const bytes = execFileSync("tar", [...options, "-S", "-cf", "-", "-C", holes, "sparse", "zlast"], {
        maxBuffer: 1e8,
      });
      assert.deepEqual(
        (await entries(bytes)).map(({ path, size }) => [path, size]),
        [
          ["sparse", 5_000_000],
          ["zlast", 3],
        ],
      );
    });
  }

  it("reads gzip, even with several members", async () => {
    const bytes = tar();
    const gzip = zlib.gzipSync(bytes);
    assert.equal((await measure(gzip, `${plain}+gzip`)).size, expected);
    assert.equal(
      (await measure(gzip, "application/vnd.docker.image.rootfs.diff.tar.gzip", 1)).size,
      expected,
    );
    const members = Buffer.concat([
      zlib.gzipSync(bytes.subarray(0, 999)),
      zlib.gzipSync(bytes.subarray(999)),
    ]);
    assert.equal((await measure(members, `${plain}+gzip`)).size, expected);
  });

  it("reads zstd, even with several frames, and refuses a truncated or damaged one", async () => {
    const parts: Buffer[] = [];
    const source = { mediaType: `${plain}+zstd`, digest: digestOf(zstdLayer), size: zstdLayer.length };
    const stream = pieces(zstdLayer, 100);
    await measureLayer(stream, source, () => (bytes) => void parts.push(Buffer.from(bytes)));
    assert.equal(Buffer.concat(parts).toString(), zstdLines.join(""));

    const frames = [zstdFrame(tar().subarray(0, 700)), zstdFrame(Buffer.alloc(0))];
    for (let at = 700; at < tar().length; at += 60_000)
      frames.push(zstdFrame(tar().subarray(at, at + 60_000)));
    const whole = Buffer.concat(frames);
    assert.equal((await measure(whole, `${plain}+zstd`)).size, expected);
    await assert.rejects(measure(whole.subarray(0, -3), `${plain}+zstd`), LayerError);
    await assert.rejects(measure(Buffer.concat([whole, Buffer.from("rest")]), `${plain}+zstd`), LayerError);
    await assert.rejects(measure(Buffer.from("x"), "application/x-bzip2"), /not tar, gzip or zstd/);
  });

  const hard = (path: string, target: string): Buffer => header(path, "1", 999, target);
  const cases: [string, number, Buffer][] = [
    ["an empty archive", 0, archive()],
    ["one without an end mark", 5, file("a", 5)],
    ["a file named twice", 7, archive(file("a", 5), file("./a", 7))],
    ["a file that replaces one of two links", 12, archive(file("a", 5), hard("b", "/a"), file("a", 7))],
    [
      "files that replace both of two links",
      3,
      archive(file("a", 5), hard("b", "a"), file("a", 1), file("b", 2)),
    ],
    ["a link to itself", 5, archive(file("a", 5), hard("a", "a"))],
    ["a link to nothing here", 0, archive(hard("b", "lower"))],
    ["a link to a symbolic link", 3, archive(header("s", "2", 0, "abc"), hard("t", "s"))],
    ["a file in place of a directory", 4, archive(header("d/", "5", 0), file("d/x", 9), file("d", 4))],
    ["a directory named twice", 9, archive(header("d/", "5", 0), file("d/x", 9), header("d", "5", 0))],
    ["a directory in place of a file", 0, archive(file("d", 4), header("d/", "5", 0))],
    ["devices and pipes", 0, archive(header("c", "3", 0), header("b", "4", 0), header("p", "6", 0))],
    ["whiteouts", 0, archive(file(".wh.x", 0), file("d/.wh..wh..opq", 0))],
    ["an entry of a kind of its own", 2, archive(header("v", "V", 600), data(600), file("a", 2))],
    [
      "global PAX records",
      2,
      archive(header("g", "g", 15), Buffer.from("15 comment=abc\n".padEnd(512, "\0")), file("a", 2)),
    ],
  ];
  for (const [name, size, bytes] of cases) {
    it(`counts ${size} for ${name}`, async () => assert.equal((await measure(bytes)).size, size));
  }

  const damaged: [string, Buffer][] = [
    ["no tar archive", Buffer.alloc(2048, 65)],
    ["half a header", file("a", 5).subarray(0, 300)],
    ["half a file", file("a", 2000).subarray(0, 1024)],
    ["a bad PAX record", archive(header("x", "x", 9), Buffer.from("99 a=b\n".padEnd(512, "\0")))],
    [
      "a PAX size that is no number",
      archive(header("x", "x", 10), Buffer.from("10 size=x\n".padEnd(512, "\0")), file("a", 1)),
    ],
    ["a huge extension header", archive(header("x", "x", 2 ** 31))],
  ];
  for (const [name, bytes] of damaged) {
    it(`refuses ${name}`, async () => {
      await assert.rejects(entries(bytes), TarError);
      await assert.rejects(measure(bytes), /LayerError: layer sha256:[a-f0-9]{64}: /);
      await assert.rejects(measure(zlib.gzipSync(bytes), `${plain}+gzip`), /LayerError/);
    });
  }

  it("refuses a blob whose bytes or size differ from the manifest's", async () => {
    const bytes = zlib.gzipSync(tar());
    const layer = { mediaType: `${plain}+gzip`, digest: digestOf(bytes), size: bytes.length };
    const flipped = Buffer.from(bytes);
    flipped[5] = 9; // The gzip header's flags for the compressor: still valid gzip.
    flipped[8] = 77;
    await assert.rejects(
      measureLayer(pieces(flipped, 999), layer),
      /the registry serves bytes with the digest sha256:/,
    );
    await assert.rejects(measureLayer(pieces(bytes.subarray(0, -9), 999), layer), /LayerError/);
    const longer = Buffer.concat([bytes, Buffer.alloc(10)]);
    await assert.rejects(
      measureLayer(pieces(longer, 999), layer),
      /more than the \d+ bytes that the manifest gives/,
    );
    await assert.rejects(
      measureLayer(pieces(bytes, 999), { ...layer, digest: digestOf(flipped) }),
      /with the digest sha256:/,
    );
  });

  it("terminates on padding after the compressed data", async () => {
    for (const size of [64, 65_536]) {
      const padded = Buffer.concat([zlib.gzipSync(tar()), Buffer.alloc(4096)]);
      const outcome = await measure(padded, `${plain}+gzip`, size).catch((error: Error) => error.name);
      assert.ok(
        outcome === "LayerError" || (outcome as LayerMeasure).size === expected,
        JSON.stringify(outcome),
      );
    }
  });

  it("neither hangs nor crashes on damaged archives", async () => {
    const bytes = tar();
    const offsets = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), {
      minLength: 1,
      maxLength: 20,
    });
    await fc.assert(
      fc.asyncProperty(offsets, async (changes) => {
        const broken = Buffer.from(bytes);
        for (const [offset, value] of changes) broken[offset] = value;
        await entries(broken).catch((error) => assert.ok(error instanceof TarError));
      }),
      { numRuns: 50 },
    );
  });
});
