// Tar archives of a test's own making, for what tar itself does not write.

export interface TarHeader {
  /** The type flag; a file's unless it is given. */
  type?: string;
  size?: number;
  mode?: number;
  linkname?: string;
  /** Fields as they are to stand in the header, by offset. */
  raw?: Readonly<Record<number, string>>;
}

/** One ustar header, with its checksum. */
export function tarHeader(
  path: string,
  { type = "0", size = 0, mode = 0o644, linkname = "", raw = {} }: TarHeader = {},
): Buffer {
  const block = Buffer.alloc(512);
  block.write(path, 0, 100);
  block.write(`${mode.toString(8).padStart(7, "0")}\0`, 100);
  block.write(`${size.toString(8).padStart(11, "0")}\0`, 124);
  block.write(type, 156);
  block.write(linkname, 157, 100);
  block.write("ustar\u000000", 257);
  for (const [offset, value] of Object.entries(raw)) block.write(value, Number(offset), "latin1");
  block.write("        ", 148);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}

/** Data as it follows its header, up to the end of a block. */
export const tarData = (bytes: Buffer): Buffer =>
  Buffer.concat([bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);

/** The mark of an archive's end. */
export const tarEnd = Buffer.alloc(1024);
