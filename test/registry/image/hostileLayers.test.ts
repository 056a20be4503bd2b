// Layers of a hostile registry: few bytes that ask for much memory, time or output. Limits are in components/limits.ts.

import * as assert from "node:assert/strict";
import { Readable } from "node:stream";
import * as zlib from "node:zlib";
import { limits } from "../../../components/limits";
import { ImageBudget } from "../../../components/registry/image/budget";
import { ContentsScan } from "../../../components/registry/image/contents";
import { measureLayer } from "../../../components/registry/image/layers";
import { readTar, type TarEntry } from "../../../components/registry/image/tar";
import { ZstdFrames } from "../../../components/registry/image/zstdFrames";
import { digestOf } from "../../support/digest";
import { tarData as padded, tarEnd as end, tarHeader as header } from "../../support/tar";

const mediaTypes = {
  plain: "application/vnd.oci.image.layer.v1.tar",
  gzip: "application/vnd.oci.image.layer.v1.tar+gzip",
  zstd: "application/vnd.oci.image.layer.v1.tar+zstd",
};

async function measure(
  bytes: Buffer,
  kind: keyof typeof mediaTypes = "plain",
  scan = new ContentsScan("/app/main"),
) {
  const layer = { mediaType: mediaTypes[kind], digest: digestOf(bytes), size: bytes.length };
  const measured = await measureLayer(Readable.from([bytes], { objectMode: false }), layer, scan.request);
  return { ...measured, contents: scan.contents() };
}

/** "LENGTH KEY=VALUE\n", where the length counts itself. */
function record(key: string, value: string): Buffer {
  const rest = Buffer.byteLength(` ${key}=${value}\n`, "latin1");
  let length = rest + 1;
  while (String(length).length + rest !== length) length++;
  return Buffer.from(`${length} ${key}=${value}\n`, "latin1");
}

function pax(records: Record<string, string>, type = "x"): Buffer {
  const body = Buffer.concat(Object.entries(records).map(([key, value]) => record(key, value)));
  return Buffer.concat([header("pax", { type, size: body.length }), padded(body)]);
}

async function entriesOf(...parts: Buffer[]): Promise<TarEntry[]> {
  const entries: TarEntry[] = [];
  for await (const entry of readTar(Readable.from([Buffer.concat(parts)], { objectMode: false })))
    entries.push(entry);
  return entries;
}

describe("a hostile layer", function () {
  this.timeout(60_000);

  it("is refused for a zstd window of gigabytes before a byte is unpacked", async () => {
    const frames = {
      // Window descriptor 0xa8 is 2 GiB.
      window: Buffer.from("28b52ffd00a8010000", "hex"),
      // A single segment whose content is to be 4 GiB and more.
      single: Buffer.from("28b52ffde00000000001000000010000", "hex"),
      "single of 4 bytes": Buffer.from("28b52ffda0ffffff7f010000", "hex"),
    };
    const empty = Buffer.from("28b52ffd0058010000", "hex");
    const skippable = Buffer.concat([Buffer.from("502a4d1803000000", "hex"), Buffer.from("abc")]);
    for (const [what, frame] of Object.entries(frames)) {
      for (const before of [[], [empty], [skippable], [empty, skippable]]) {
        const bytes = Buffer.concat([...before, frame]);
        await assert.rejects(
          measure(bytes, "zstd"),
          /a zstd frame wants \d+ bytes of memory, more than/,
          what,
        );
        // In pieces of a byte, too.
        assert.throws(() => {
          const looked = new ZstdFrames();
          for (const byte of bytes) looked.push(Buffer.of(byte));
        }, /wants/);
      }
    }
    new ZstdFrames().push(Buffer.concat([empty, skippable, empty]));
  });

  it("is refused when it unpacks to far more than its size", async () => {
    // RLE blocks of zstd: 4 bytes for 128 KiB each.
    const block = Buffer.alloc(4);
    block.writeUIntLE(((128 * 1024) << 3) | 2, 0, 3);
    const bomb = Buffer.concat([
      Buffer.from("28b52ffd0058", "hex"),
      ...Array.from({ length: 3_000 }, () => block),
    ]);
    await assert.rejects(measure(bomb, "zstd"), /not a tar archive|more than \d+ bytes unpacked/);
    const file = Buffer.concat([header("zeros", { size: 2 ** 33 - 1 }), Buffer.alloc(1024)]);
    assert.ok(file.length > 0);
    const start = zlib.gzipSync(
      Buffer.concat([header("zeros", { size: 120 * 2 ** 20 }), Buffer.alloc(120 * 2 ** 20), end]),
    );
    assert.ok((await measure(start, "gzip")).size === 120 * 2 ** 20, "gzip alone never reaches the ratio");
  });

  it("is refused for extension headers that are too long", async () => {
    const big = "x".repeat(500_000);
    const many = [pax({ comment: big }), pax({ comment: big }), pax({ comment: big }), header("f")];
    await assert.rejects(
      measure(Buffer.concat([...many, end])),
      /extension headers of \d+ bytes for one entry are too long/,
    );
    await assert.rejects(
      measure(Buffer.concat([header("x", { type: "L", size: 2 ** 30 }), end])),
      /too long/,
    );
    // Many records for the whole archive, which once were copied for each further one.
    const records = Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`k${n}`, "v"]));
    const globals = Array.from({ length: 4_000 }, () => pax(records, "g"));
    assert.equal((await measure(Buffer.concat([...globals, header("f"), end]))).entries, 1);
  });

  it("is refused for paths that are too long, one by one or together", async () => {
    const long = "d/".repeat(limits.layer.pathBytes);
    await assert.rejects(
      measure(Buffer.concat([pax({ path: long }), header("f"), end])),
      /a path of \d+ bytes is too long/,
    );
    await assert.rejects(
      measure(Buffer.concat([pax({ linkpath: long }), header("f", { type: "2" }), end])),
      /too long/,
    );
    const path = "p".repeat(4_000);
    const one = Buffer.concat([pax({ path }), header("f")]);
    const pathsBytes = 2 ** 20;
    const count = Math.ceil(pathsBytes / 4_000) + 2;
    const stream = Readable.from(
      (function* () {
        for (let n = 0; n < count; n++) yield one;
      })(),
      { objectMode: false },
    );
    const layer = { mediaType: mediaTypes.plain, digest: digestOf(one), size: one.length * count };
    const budget = new ImageBudget({ entries: limits.image.entries, pathsBytes });
    await assert.rejects(
      measureLayer(stream, layer, undefined, budget),
      /the image's paths have more than \d+ bytes together/,
    );
  });

  it("is refused when it replaces directories by files too often", async () => {
    const files = Array.from({ length: 30_000 }, (_, n) => header(`d/${n}`));
    const toggles = Array.from({ length: 2_000 }, () => [header("e", { type: "5" }), header("e")]).flat();
    await assert.rejects(
      measure(Buffer.concat([...files, ...toggles, end])),
      /replaces directories by files too often/,
    );
  });

  it("cannot fill the stack's outputs with long lists", async () => {
    const files = Array.from({ length: 3_000 }, (_, n) =>
      Buffer.concat([
        pax({ path: `bin/${n}${"x".repeat(3_000)}/sh`, "SCHILY.xattr.security.capability": "x" }),
        header("f", { raw: { 100: "0004755\0" } }),
      ]),
    );
    const { contents } = await measure(Buffer.concat([...files, end]));
    assert.equal(contents.files, 3_000);
    assert.ok(JSON.stringify(contents).length < 50_000, `${JSON.stringify(contents).length}`);
  });

  it("with a huge package database and another at the same path has the packages of the last", async () => {
    const database = (packages: number) => {
      const text = Buffer.from("P:x\nV:1\n\n".repeat(packages));
      return Buffer.concat([header("lib/apk/db/installed", { size: text.length }), padded(text)]);
    };
    const { contents } = await measure(Buffer.concat([database(1_000_000), database(3), end]));
    assert.equal(contents.packages, 3);
  });
});

describe("tar archives, read as Go's archive/tar reads them", () => {
  it("ignore an empty PAX record, and prefer GNU's long name to PAX's", async () => {
    const [empty] = await entriesOf(
      pax({ path: "", uid: "" }),
      header("own", { raw: { 108: "0000007\0" } }),
      end,
    );
    assert.deepEqual([empty?.path, empty?.uid], ["own", 7]);
    const name = padded(Buffer.from("gnu-long\0"));
    const [both] = await entriesOf(
      pax({ path: "pax" }),
      header("x", { type: "L", size: 9 }),
      name,
      header("own"),
      end,
    );
    assert.equal(both?.path, "gnu-long");
  });

  it("ignore PAX records for the whole archive", async () => {
    const global = pax({ path: "global", size: "1000000", uid: "5" }, "g");
    const [entry] = await entriesOf(global, header("own"), end);
    assert.deepEqual([entry?.path, entry?.size, entry?.uid], ["own", 0, 0]);
  });

  it("may have negative user numbers, in binary and in PAX", async () => {
    const [binary] = await entriesOf(header("f", { raw: { 108: "\xff\xff\xff\xff\xff\xff\xff\xfe" } }), end);
    assert.equal(binary?.uid, -2);
    const [record] = await entriesOf(pax({ gid: "-3" }), header("f"), end);
    assert.equal(record?.gid, -3);
    await assert.rejects(entriesOf(header("f", { raw: { 124: "\xff".repeat(12) } }), end), /not valid/);
  });

  it("may have garbage after a NUL in a number", async () => {
    const [entry] = await entriesOf(
      header("f", { raw: { 108: "0000012\0", 116: "12\0garba", 124: "00000000000\0" } }),
      end,
    );
    assert.deepEqual([entry?.uid, entry?.gid], [10, 10]);
  });

  it("may lack padding at the end", async () => {
    const bytes = Buffer.concat([header("f", { size: 3 }), Buffer.from("abc")]);
    assert.equal((await entriesOf(bytes))[0]?.size, 3);
    await assert.rejects(entriesOf(header("f", { size: 3 }), Buffer.from("ab")), /cut short/);
  });

  it("report capabilities", async () => {
    const [first, second] = await entriesOf(
      pax({ "SCHILY.xattr.security.capability": "\x01\0\0\x02" }),
      header("a"),
      header("b"),
      end,
    );
    assert.deepEqual([first?.capable, second?.capable], [true, false]);
  });
});
