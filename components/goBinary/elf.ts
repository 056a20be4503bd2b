// ELF files: where each section's bytes lie in the file and in memory.
import { limits } from "../limits";
import { FormatError, Reader } from "./reader";

/** A piece of the file that has a name. */
export interface Section {
  name: string;
  /** Address in memory; 0 for a section that is not loaded. */
  address: number;
  /** Where its bytes are in the file. */
  offset: number;
  /** Bytes in the file. */
  size: number;
  executable: boolean;
}

export interface ElfFile {
  reader: Reader;
  /** Those that have bytes in the file, by offset; without a section table, the segments. */
  sections: Section[];
}

const symbolTable = 2;
const noBits = 8;
const executableSection = 4;
const loadSegment = 1;
const interpreterSegment = 3;
const executableSegment = 1;
const longestInterpreter = limits.output.pathLength;

export function isElf(head: Buffer): boolean {
  return head.length >= 4 && head.readUInt32BE(0) === 0x7f454c46;
}

/** Throws a FormatError for a file that is not ELF, or is cut off. */
export function parseElf(bytes: Buffer): ElfFile {
  if (!isElf(bytes) || bytes.length < 52) throw new FormatError("no ELF file");
  const reader = readerOf(bytes);
  const sections = sectionTable(reader);
  const found = sections.length > 0 ? sections : segments(reader);
  for (const { name, offset, size } of found)
    if (offset + size > bytes.length) throw new FormatError(`${name} is cut off`);
  return { reader, sections: found.sort((a, b) => a.offset - b.offset) };
}

function readerOf(bytes: Buffer): Reader {
  return new Reader(bytes, { little: bytes[5] === 1, wordSize: bytes[4] === 2 ? 8 : 4 });
}

/** File offset of an address in memory; undefined where the file has nothing. */
export function offsetOf({ sections }: ElfFile, address: number): number | undefined {
  const section = sections.find((each) => each.address > 0 && inside(each, address));
  return section && section.offset + address - section.address;
}

function inside({ address, size }: Section, at: number): boolean {
  return at >= address && at < address + size;
}

function sectionTable(reader: Reader): Section[] {
  const is64 = reader.order.wordSize === 8;
  const table = reader.word(is64 ? 40 : 32);
  const entrySize = reader.u16(is64 ? 58 : 46);
  const count = reader.u16(is64 ? 60 : 48);
  if (table === 0 || count === 0) return [];
  if (count > limits.program.sections || entrySize < (is64 ? 64 : 40))
    throw new FormatError(`a section table of ${count} entries of ${entrySize} bytes`);
  const field = (n: number, wide: number, narrow: number) => table + n * entrySize + (is64 ? wide : narrow);
  const names = reader.word(field(reader.u16(is64 ? 62 : 50), 24, 16));
  const sections: Section[] = [];
  for (let n = 0; n < count; n++) {
    const type = reader.u32(field(n, 4, 4));
    const size = reader.word(field(n, 32, 20));
    if (type === 0 || type === noBits || size === 0) continue;
    sections.push({
      name: reader.text(names + reader.u32(field(n, 0, 0))) || `section ${n}`,
      address: reader.word(field(n, 16, 12)),
      offset: reader.word(field(n, 24, 16)),
      size,
      executable: (reader.word(field(n, 8, 8)) & executableSection) !== 0,
    });
  }
  return sections;
}

/** A segment of a program (ELF's program header). */
interface Segment {
  type: number;
  flags: number;
  address: number;
  offset: number;
  /** Bytes in the file. */
  size: number;
}

/** The segments, one by one: of a program's first bytes only those whose headers are there can be had. */
function* programHeaders(reader: Reader): Generator<Segment> {
  const is64 = reader.order.wordSize === 8;
  const table = reader.word(is64 ? 32 : 28);
  const entrySize = reader.u16(is64 ? 54 : 42);
  const count = reader.u16(is64 ? 56 : 44);
  if (count > 0 && entrySize < (is64 ? 56 : 32))
    throw new FormatError(`a segment table of entries of ${entrySize} bytes`);
  for (let n = 0; n < count; n++) {
    const at = table + n * entrySize;
    yield {
      type: reader.u32(at),
      flags: reader.u32(at + (is64 ? 4 : 24)),
      address: reader.word(at + (is64 ? 16 : 8)),
      offset: reader.word(at + (is64 ? 8 : 4)),
      size: reader.word(at + (is64 ? 32 : 16)),
    };
  }
}

function segments(reader: Reader): Section[] {
  const headers = [...programHeaders(reader)];
  if (headers.length > limits.program.sections)
    throw new FormatError(`a segment table of ${headers.length} entries`);
  const loaded = headers.filter(({ type, size }) => type === loadSegment && size > 0);
  return loaded.map(({ address, offset, size, flags }, n) => ({
    name: `segment ${n + 1}`,
    address,
    offset,
    size,
    executable: (flags & executableSegment) !== 0,
  }));
}

/** How a program is linked. */
interface Linkage {
  static: boolean;
  /** The dynamic linker that it names. */
  interpreter?: string;
}

/** Bytes at a file's beginning in which ELF's headers and the interpreter's name stand. */
export const headLength = 64 * 1024;

/** Dynamic when a segment names an interpreter. `head` is the program's beginning; undefined for a file that is not ELF. */
export function linkage(head: Buffer): Linkage | undefined {
  if (head.length < 64 || !isElf(head)) return undefined;
  try {
    for (const { type, offset, size } of programHeaders(readerOf(head))) {
      if (type !== interpreterSegment) continue;
      const name = head.subarray(offset, offset + Math.min(size, longestInterpreter)).toString("latin1");
      const interpreter = name.replace(/\0.*$/s, "").replace(/[^\x20-\x7e]/g, "?");
      return { static: false, ...(interpreter !== "" && { interpreter }) };
    }
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
  }
  return { static: true };
}

/** A name that the linker left in an unstripped file. */
interface Symbol {
  name: string;
  address: number;
  size: number;
}

/** The symbols; empty for a stripped file. */
export function symbols(elf: ElfFile): Symbol[] {
  const { reader } = elf;
  const table = elf.sections.find(({ name }) => name === ".symtab");
  const strings = elf.sections.find(({ name }) => name === ".strtab");
  if (table === undefined || strings === undefined) return [];
  const is64 = reader.order.wordSize === 8;
  const entrySize = is64 ? 24 : 16;
  const found: Symbol[] = [];
  if (table.size / entrySize > limits.program.functions) throw new FormatError("too many symbols");
  for (let at = table.offset; at + entrySize <= table.offset + table.size; at += entrySize) {
    const size = reader.word(at + (is64 ? 16 : 8));
    const kind = (reader.bytes[at + (is64 ? 4 : 12)] ?? 0) & 15;
    if (size === 0 || kind > symbolTable) continue;
    const address = reader.word(at + (is64 ? 8 : 4));
    found.push({ name: reader.text(strings.offset + reader.u32(at)), address, size });
  }
  return found;
}
