// Frame headers of zstd, byte by byte as RFC 8878 has them, in every piece in which a stream may deliver them.

import assert from "node:assert/strict";
import { limits } from "../../../components/limits";
import { ZstdFrames } from "../../../components/registry/image/zstdFrames";

const magic = Buffer.from("28b52ffd", "hex");
const most = limits.layer.zstdWindowBytes;

function number(value: number | bigint, bytes: number): Buffer {
  const field = Buffer.alloc(8);
  field.writeBigUInt64LE(BigInt(value));
  return field.subarray(0, bytes);
}

const block = (kind: number, size: number, isLast: boolean): Buffer =>
  number((size << 3) | (kind << 1) | Number(isLast), 3);
const raw = (size: number, isLast = true): Buffer =>
  Buffer.concat([block(0, size, isLast), Buffer.alloc(size, 0x78)]);
const frame = (descriptor: number, header: Buffer, ...rest: Buffer[]): Buffer =>
  Buffer.concat([magic, Buffer.from([descriptor]), header, ...rest]);
const skippable = (size: number, nibble = 0): Buffer =>
  Buffer.concat([number(0x184d2a50 + nibble, 4), number(size, 4), Buffer.alloc(size, 0xff)]);

/** Whole, by the byte, and in pieces of three. */
function check(bytes: Buffer): void {
  for (const size of [bytes.length, 1, 3]) {
    const frames = new ZstdFrames();
    for (let at = 0; at < bytes.length; at += size) frames.push(bytes.subarray(at, at + size));
  }
}

/** Accepts what is followed by a frame, and sees what is wrong in that: so each length was counted right. */
function follows(bytes: Buffer): void {
  check(Buffer.concat([bytes, frame(0x20, number(4, 1), raw(4))]));
  assert.throws(
    () => check(Buffer.concat([bytes, Buffer.from("nope")])),
    /other data between the zstd frames/,
  );
}

describe("registry/image/zstdFrames", () => {
  it("finds the end of each frame", () => {
    const window = Buffer.from([0]);
    follows(frame(0, window, raw(5)));
    follows(frame(0, window, raw(5, false), raw(0, false), raw(7)));
    follows(frame(0, window, raw(0)));
    // A block of type RLE has one byte, whatever it stands for; a compressed one has as many as it says.
    follows(frame(0, window, block(1, 100_000, true), Buffer.from("x")));
    follows(frame(0, window, block(2, 9, true), Buffer.alloc(9)));
    follows(frame(0, window, block(0, 128 * 1024, true), Buffer.alloc(128 * 1024)));
    // A checksum.
    follows(frame(4, window, raw(5), Buffer.from("sum!")));
    follows(Buffer.concat([frame(4, window, raw(5), Buffer.from("sum!")), frame(0, window, raw(5))]));
    for (const nibble of [0, 7, 15]) follows(skippable(6, nibble));
    follows(skippable(0));
    // After a frame with a checksum, a skippable one has none.
    follows(Buffer.concat([frame(4, window, raw(5), Buffer.from("sum!")), skippable(6)]));
  });

  it("knows the length of each header", () => {
    const dictionaries = [0, 1, 2, 4];
    for (const [flag, bytes] of [0, 2, 4, 8].entries())
      for (const [id, dictionary] of dictionaries.entries()) {
        const withWindow = Buffer.alloc(1 + dictionary + bytes);
        follows(frame((flag << 6) | id, withWindow, raw(5)));
        const single = Buffer.concat([Buffer.alloc(dictionary, 0xff), number(1, flag === 0 ? 1 : bytes)]);
        follows(frame((flag << 6) | 0x20 | id, single, raw(5)));
      }
  });

  it("refuses windows above the limit, and accepts the limit itself", () => {
    assert.equal(Math.log2(most) % 1, 0);
    const exponent = Math.log2(most) - 10;
    check(frame(0, Buffer.from([exponent << 3]), raw(1)));
    check(frame(0, Buffer.from([((exponent - 1) << 3) | 7]), raw(1)));
    const tooMuch = (bytes: number) => new RegExp(`wants ${bytes} bytes of memory, more than ${most};`);
    assert.throws(
      () => check(frame(0, Buffer.from([(exponent << 3) | 1]), raw(1))),
      tooMuch(most + most / 8),
    );
    assert.throws(() => check(frame(0, Buffer.from([(exponent + 1) << 3]), raw(1))), tooMuch(2 * most));
  });

  it("uses the content size as the window of a single segment", () => {
    const single = (flag: number, size: number | bigint, dictionary = 0): void =>
      check(
        frame(
          (flag << 6) | 0x20 | (dictionary && 3),
          Buffer.concat([Buffer.alloc(dictionary, 0xff), number(size, [1, 2, 4, 8][flag] ?? 0)]),
          raw(1),
        ),
      );
    single(0, 255);
    single(1, 65_535);
    for (const [flag, dictionary] of [
      [2, 0],
      [3, 0],
      [2, 4],
      [3, 4],
    ] as const) {
      single(flag, most, dictionary);
      assert.throws(() => single(flag, most + 1, dictionary), new RegExp(`wants ${most + 1} bytes`));
    }
    assert.throws(() => single(3, 2n ** 40n), /wants 1099511627776 bytes/);
  });

  it("refuses invalid blocks, and data between frames", () => {
    assert.throws(() => check(frame(0, Buffer.from([0]), block(3, 5, true))), /a zstd block is damaged/);
    assert.throws(() => check(frame(0, Buffer.from([0]), block(0, 128 * 1024 + 1, true))), /is damaged/);
    for (const bad of ["27b52ffd", "402a4d18", "602a4d18", "00000000"])
      assert.throws(() => check(Buffer.from(bad, "hex")), /other data between the zstd frames/);
  });
});
