// The fields of a tar header, and PAX records, as Go's archive/tar reads them.
import { isUtf8 } from "node:buffer";

/** The archive is damaged, or not a tar archive. */
export class TarError extends Error {
  override readonly name = "TarError";
}

/** The PAX records that say something about a file here; others are passed over. */
export const capability = "SCHILY.xattr.security.capability";
const knownRecords = new Set([
  ...["path", "linkpath", "size", "uid", "gid", "GNU.sparse.name", "GNU.sparse.realsize", "GNU.sparse.size"],
  capability,
]);

export type Records = ReadonlyMap<string, string>;

export const blockSize = 512;

/** The sum counts its own field as spaces; some old programs summed signed bytes. */
export function checkSum(block: Buffer): void {
  let sum = 0;
  let signed = 0;
  for (let n = 0; n < blockSize; n++) {
    const byte = n >= 148 && n < 156 ? 32 : (block[n] ?? 0);
    sum += byte;
    signed += byte > 127 ? byte - 256 : byte;
  }
  const expected = numberField(block, 148, 8);
  if (expected !== sum && expected !== signed)
    throw new TarError("not a tar archive, or a damaged one (checksum)");
}

/** Octal text, or big-endian binary when the first bit is set. */
export function numberField(block: Buffer, offset: number, length: number, signed = false): number {
  const first = block[offset] ?? 0;
  const value = (first & 0x80) === 0 ? octal(block, offset, length) : binary(block, offset, length);
  if (!Number.isSafeInteger(value) || (value < 0 && !signed))
    throw new TarError("a number in the archive is not valid");
  return value;
}

function octal(block: Buffer, offset: number, length: number): number {
  const digits = block
    .toString("latin1", offset, offset + length)
    .replace(/^[\0 ]+/, "")
    // Go reads up to the first NUL.
    .replace(/\0.*$/s, "")
    .trimEnd();
  if (digits === "") return 0;
  return /^[0-7]+$/.test(digits) ? parseInt(digits, 8) : Number.NaN;
}

/** Two's complement, without the first bit, which marks this form. */
function binary(block: Buffer, offset: number, length: number): number {
  let value = (block[offset] ?? 0) & 0x7f;
  if ((value & 0x40) !== 0) value -= 0x80;
  for (let n = offset + 1; n < offset + length; n++) value = value * 256 + (block[n] ?? 0);
  return value;
}

export function text(block: Buffer, offset: number, length: number): string {
  const end = block.indexOf(0, offset);
  const bytes = block.subarray(offset, end >= 0 && end < offset + length ? end : offset + length);
  // Names are bytes. Those that are not UTF-8 stay different from each other this way.
  return bytes.toString(isUtf8(bytes) ? "utf8" : "latin1");
}

/** Only POSIX archives continue the name in a prefix: GNU keeps times in that place. */
export function ustarPath(block: Buffer): string {
  const name = text(block, 0, 100);
  const posix = block.toString("latin1", 257, 263) === "ustar\0";
  const prefix = posix ? text(block, 345, 155) : "";
  return prefix === "" ? name : `${prefix}/${name}`;
}

/** PAX records: "LENGTH KEY=VALUE\n", where the length counts the whole record in bytes. */
export function parseRecords(bytes: Buffer): Map<string, string> {
  const records = new Map<string, string>();
  let offset = 0;
  while (offset < bytes.length) {
    const space = bytes.indexOf(0x20, offset);
    const digits = space < 0 ? "" : bytes.toString("latin1", offset, space);
    const end = offset + Number(digits);
    const equals = bytes.indexOf(0x3d, space);
    const whole = /^\d{1,8}$/.test(digits) && end <= bytes.length && equals > space && equals < end;
    if (!whole || bytes[end - 1] !== 0x0a) throw new TarError("a PAX record in the archive is not valid");
    const value = bytes.subarray(equals + 1, end - 1);
    const key = bytes.toString("utf8", space + 1, equals);
    if (knownRecords.has(key)) records.set(key, value.toString(isUtf8(value) ? "utf8" : "latin1"));
    offset = end;
  }
  return records;
}

export function recordNumber(value: string | undefined, key: string, signed = false): number | undefined {
  if (value === undefined) return undefined;
  const number = (signed ? /^-?\d+$/ : /^\d+$/).test(value) ? Number(value) : Number.NaN;
  if (!Number.isSafeInteger(number)) throw new TarError(`the PAX record ${key} is not valid`);
  return number;
}
