// Checks the headers of zstd frames (RFC 8878, section 3.1.1) in a stream. A header declares its window size, and a
// decompressor allocates that much at once.
import { limits } from "../../limits";

/** What comes next in the stream, and how many bytes of it are missing. */
type Part = "magic" | "skippable" | "descriptor" | "header" | "block" | "content" | "checksum";

const frameMagic = 0xfd2fb528;
/** Sizes of the fields that the frame header descriptor names. */
const dictionaryBytes = [0, 1, 2, 4];
const contentSizeBytes = [0, 2, 4, 8];

/** Throws for a frame that wants more than the limit, and for data that is not zstd. */
export class ZstdFrames {
  private part: Part = "magic";
  private missing = 4;
  private readonly bytes = Buffer.alloc(16);
  private filled = 0;
  private descriptor = 0;
  private isLast = false;

  push(chunk: Buffer): void {
    for (let at = 0; at < chunk.length;) {
      const count = Math.min(this.missing, chunk.length - at);
      if (this.part !== "content") {
        chunk.copy(this.bytes, this.filled, at, at + count);
        this.filled += count;
      }
      at += count;
      this.missing -= count;
      // A part of no bytes ends where it begins.
      while (this.missing === 0) this.next();
    }
  }

  private expect(part: Part, bytes: number): void {
    [this.part, this.missing, this.filled] = [part, bytes, 0];
  }

  private next(): void {
    switch (this.part) {
      case "magic":
        return this.magic(this.bytes.readUInt32LE(0));
      case "skippable":
        this.isLast = true;
        this.descriptor = 0;
        return this.expect("content", this.bytes.readUInt32LE(0));
      case "descriptor":
        this.descriptor = this.bytes[0] ?? 0;
        return this.expect("header", headerBytes(this.descriptor));
      case "header":
        this.window();
        return this.expect("block", 3);
      case "block":
        return this.block(this.bytes.readUIntLE(0, 3));
      case "content":
        if (!this.isLast) return this.expect("block", 3);
        // The descriptor tells whether a checksum follows.
        return (this.descriptor & 4) === 0 ? this.expect("magic", 4) : this.expect("checksum", 4);
      case "checksum":
        return this.expect("magic", 4);
    }
  }

  private magic(value: number): void {
    if (value === frameMagic) return this.expect("descriptor", 1);
    if ((value & 0xfffffff0) >>> 0 === 0x184d2a50) return this.expect("skippable", 4);
    throw new Error("there is other data between the zstd frames");
  }

  private window(): void {
    const isSingle = (this.descriptor & 0x20) !== 0;
    const size = isSingle ? this.contentSize() : windowSize(this.bytes[0] ?? 0);
    const most = limits.layer.zstdWindowBytes;
    if (size > most)
      throw new Error(
        `a zstd frame wants ${size} bytes of memory, more than ${most}; compress with a smaller window`,
      );
  }

  /** Of a single segment, whose window is its whole content. */
  private contentSize(): number {
    const flag = this.descriptor >> 6;
    const at = dictionaryBytes[this.descriptor & 3] ?? 0;
    if (flag === 0) return this.bytes[at] ?? 0;
    if (flag === 1) return this.bytes.readUInt16LE(at) + 256;
    return flag === 2 ? this.bytes.readUInt32LE(at) : Number(this.bytes.readBigUInt64LE(at));
  }

  private block(header: number): void {
    this.isLast = (header & 1) === 1;
    const kind = (header >> 1) & 3;
    const size = header >> 3;
    if (kind === 3 || size > 128 * 1024) throw new Error("a zstd block is damaged");
    // A block of type RLE is one byte that is repeated.
    this.expect("content", kind === 1 ? 1 : size);
  }
}

function headerBytes(descriptor: number): number {
  const isSingle = (descriptor & 0x20) !== 0;
  const flag = descriptor >> 6;
  const size = flag === 0 && isSingle ? 1 : (contentSizeBytes[flag] ?? 0);
  return (isSingle ? 0 : 1) + (dictionaryBytes[descriptor & 3] ?? 0) + size;
}

function windowSize(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}
