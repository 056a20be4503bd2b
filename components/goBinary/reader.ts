// Numbers in a file of either byte order and word size.
import { limits } from "../limits";

/** The file is damaged, or not what it seems to be. */
export class FormatError extends Error {
  override readonly name = "FormatError";
}

/** How a program's numbers are stored. */
interface ByteOrder {
  little: boolean;
  /** Bytes of a pointer: 4 or 8. */
  wordSize: number;
}

/** Reads numbers at offsets; one outside of the bytes is a FormatError. */
export class Reader {
  private readBytes = 0;

  constructor(
    readonly bytes: Buffer,
    readonly order: ByteOrder,
  ) {}

  u16(at: number): number {
    this.check(at, 2);
    return this.order.little ? this.bytes.readUInt16LE(at) : this.bytes.readUInt16BE(at);
  }

  u32(at: number): number {
    this.check(at, 4);
    return this.order.little ? this.bytes.readUInt32LE(at) : this.bytes.readUInt32BE(at);
  }

  /** A pointer, or another number of its size. A value too large for a number becomes one that is outside of every file. */
  word(at: number): number {
    if (this.order.wordSize === 4) return this.u32(at);
    this.check(at, 8);
    return Number(this.order.little ? this.bytes.readBigUInt64LE(at) : this.bytes.readBigUInt64BE(at));
  }

  /** The text up to the next NUL. */
  text(at: number): string {
    this.check(at, 1);
    const { nameBytes, namesBytes } = limits.program;
    const found = this.bytes.subarray(at, at + nameBytes + 1).indexOf(0);
    const end = found < 0 ? Math.min(this.bytes.length, at + nameBytes + 1) : at + found;
    if (end - at > nameBytes) throw new FormatError(`a name of more than ${nameBytes} bytes`);
    // Many entries can point to one long name.
    this.readBytes += end - at;
    if (this.readBytes > namesBytes) throw new FormatError(`names of more than ${namesBytes} bytes`);
    return this.bytes.toString("utf8", at, end);
  }

  private check(at: number, length: number): void {
    if (!Number.isSafeInteger(at) || at < 0 || at + length > this.bytes.length)
      throw new FormatError(`offset ${at} is outside of ${this.bytes.length} bytes`);
  }
}
