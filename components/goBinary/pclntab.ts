// Go's table of functions (.gopclntab), which is in every Go program, stripped or not: the runtime needs it for stack
// traces. It names every function with its address, and most of the table itself is about one function or another.
// Its formats are those of Go 1.16, 1.18 and 1.20; runtime/symtab.go and debug/gosym have them.
import { limits } from "../limits";
import { FormatError, Reader } from "./reader";

/** Bytes that belong to a function, given as offsets from the start of the table or of the text. */
export interface Claim {
  start: number;
  end: number;
  /** Name of the function. */
  name: string;
}

export interface FunctionTable {
  /** Machine code: from a function's entry to the next one's, the padding between them included. */
  code: Claim[];
  /** False: the addresses are absolute. */
  relative: boolean;
  /** Parts of the table itself. */
  table: Claim[];
  /** Bytes of the table. */
  size: number;
  /** Data of the stack and of inlining, which lies with the read-only data; offsets from the symbol go:func.*. */
  data: { start: number; name: string }[];
}

const magics = { go116: 0xfffffffa, go118: 0xfffffff0, go120: 0xfffffff1 } as const;
const knownMagics: readonly number[] = Object.values(magics);

/** Where a table begins in `bytes`, from `from` on; -1 if nowhere. */
export function findTable({ bytes: file, order }: Reader, from: number, end: number): number {
  const bytes = file.subarray(0, end);
  for (const magic of knownMagics) {
    const head = Buffer.alloc(6);
    if (order.little) head.writeUInt32LE(magic);
    else head.writeUInt32BE(magic);
    for (let at = bytes.indexOf(head, from); at >= 0 && at + 8 <= end; at = bytes.indexOf(head, at + 1)) {
      if ([1, 2, 4].includes(bytes[at + 6] ?? 0) && bytes[at + 7] === order.wordSize) return at;
    }
  }
  return -1;
}

/** Reads the table at the start of `bytes`, which may go on behind its end. */
export function readTable(bytes: Buffer, little: boolean): FunctionTable {
  const wordSize = bytes[7] ?? 0;
  const reader = new Reader(bytes, { little, wordSize });
  const magic = reader.u32(0);
  if (!knownMagics.includes(magic)) throw new FormatError("the function table has an unknown format");
  const old = magic === magics.go116;
  const word = (n: number): number => reader.word(8 + n * wordSize);
  const first = old ? 2 : 3;
  const [names, units, files, pcs, functions] = [0, 1, 2, 3, 4].map((n) => word(first + n)) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const count = word(0);
  // A damaged count must not fill the memory: each function has a row in the table.
  if (
    count > limits.program.functions ||
    count * 8 > bytes.length ||
    !(names < units && units <= files && files < pcs && pcs < functions)
  )
    throw new FormatError("the function table is damaged");
  const layout: Layout = { reader, old, names, pcs, functions, count, startLine: magic === magics.go120 };
  const entries = readFunctions(layout);
  const table = [...nameClaims(reader, names, units), ...structClaims(layout, entries)];
  const { claims, end } = pcClaims(layout, entries);
  return {
    code: codeClaims(layout, entries),
    relative: !old,
    table: [...table, ...claims].sort((a, b) => a.start - b.start),
    size: Math.max(end, ...table.slice(-1).map((claim) => claim.end)),
    data: funcData(layout, entries),
  };
}

interface Layout {
  reader: Reader;
  /** Go 1.16's: absolute addresses as words. */
  old: boolean;
  startLine: boolean;
  names: number;
  pcs: number;
  functions: number;
  count: number;
}

interface Entry {
  address: number;
  /** Offset of the function's structure. */
  at: number;
  name: string;
}

function readFunctions({ reader, old, names, functions, count }: Layout): Entry[] {
  const field = old ? reader.order.wordSize : 4;
  const value = (at: number) => (old ? reader.word(at) : reader.u32(at));
  return Array.from({ length: count }, (_, n) => {
    const at = functions + value(functions + (2 * n + 1) * field);
    const nameAt = reader.u32(at + (old ? reader.order.wordSize : 4));
    return { address: value(functions + 2 * n * field), at, name: reader.text(names + nameAt) };
  });
}

function codeClaims({ reader, old, functions, count }: Layout, entries: readonly Entry[]): Claim[] {
  const field = old ? reader.order.wordSize : 4;
  const last = old ? reader.word(functions + 2 * count * field) : reader.u32(functions + 2 * count * field);
  return entries.map(({ address, name }, n) => ({
    start: address,
    end: entries[n + 1]?.address ?? last,
    name,
  }));
}

/** Names of inlined functions are there too: each name is its own package's. */
function nameClaims(reader: Reader, start: number, end: number): Claim[] {
  const claims: Claim[] = [];
  for (let at = start; at < end;) {
    const name = reader.text(at);
    const next = at + Buffer.byteLength(name) + 1;
    if (name !== "") claims.push({ start: at, end: Math.min(next, end), name });
    at = next;
  }
  return claims;
}

/** The row of each function in the index, and its structure with what follows it. */
function structClaims(layout: Layout, entries: readonly Entry[]): Claim[] {
  const { reader, old, functions } = layout;
  const row = 2 * (old ? reader.order.wordSize : 4);
  const rows = entries.map(({ name }, n) => ({
    start: functions + n * row,
    end: functions + (n + 1) * row,
    name,
  }));
  const structs = [...entries].sort((a, b) => a.at - b.at);
  return [
    ...rows,
    ...structs.map((entry, n) => {
      const end = structs[n + 1]?.at ?? structEnd(layout, entry.at);
      return { start: entry.at, end, name: entry.name };
    }),
  ];
}

interface Struct {
  /** Offsets of the three tables that every function has, and of its further ones. */
  tables: number[];
  /** Where its list of data begins, and how long that is. */
  data: number;
  dataCount: number;
}

function readStruct({ reader, old, startLine }: Layout, at: number): Struct {
  const head = at + (old ? reader.order.wordSize : 4);
  // After the entry: name, args, deferreturn, pcsp, pcfile, pcln, npcdata, compilation unit, start line, and four bytes.
  const tables = [3, 4, 5].map((n) => reader.u32(head + 4 * n));
  const tableCount = reader.u32(head + 24);
  const flags = head + (startLine ? 36 : 32);
  if (tableCount > 64) throw new FormatError("the function table is damaged");
  const more = Array.from({ length: tableCount }, (_, n) => reader.u32(flags + 4 + 4 * n));
  return {
    tables: [...tables, ...more],
    data: flags + 4 + 4 * tableCount,
    dataCount: reader.bytes[flags + 3] ?? 0,
  };
}

function structEnd(layout: Layout, at: number): number {
  const { data, dataCount } = readStruct(layout, at);
  if (!layout.old) return data + 4 * dataCount;
  const { wordSize } = layout.reader.order;
  return Math.ceil(data / wordSize) * wordSize + wordSize * dataCount;
}

/** Functions may share a table: the first one has it. A table ends where the next one begins. */
function pcClaims(layout: Layout, entries: readonly Entry[]): { claims: Claim[]; end: number } {
  const { pcs, functions } = layout;
  const owners = new Map<number, string>();
  let end = 0;
  for (const { at, name } of entries) {
    for (const offset of readStruct(layout, at).tables) {
      if (offset !== 0 && !owners.has(offset)) owners.set(offset, name);
    }
    end = Math.max(end, structEnd(layout, at));
  }
  const offsets = [...owners.keys()].sort((a, b) => a - b);
  const claims = offsets.map((offset, n) => ({
    start: pcs + offset,
    end: Math.min(functions, pcs + (offsets[n + 1] ?? functions - pcs)),
    name: owners.get(offset) as string,
  }));
  return { claims, end };
}

function funcData(layout: Layout, entries: readonly Entry[]): { start: number; name: string }[] {
  if (layout.old) return [];
  const owners = new Map<number, string>();
  for (const { at, name } of entries) {
    const { data, dataCount } = readStruct(layout, at);
    for (let n = 0; n < dataCount; n++) {
      const offset = layout.reader.u32(data + 4 * n);
      if (offset !== 0xffffffff && !owners.has(offset)) owners.set(offset, name);
    }
  }
  return [...owners].map(([start, name]) => ({ start, name })).sort((a, b) => a.start - b.start);
}
