// Reads tar archives as a stream and yields what they list: ustar, GNU (long names, sparse files) and PAX. Files' data
// goes to whoever asks for it and is skipped otherwise, so that an archive passes at the speed at which it arrives.
import { limits } from "../../limits";
import {
  blockSize,
  capability,
  checkSum,
  numberField,
  parseRecords,
  recordNumber,
  TarError,
  text,
  ustarPath,
  type Records,
} from "./tarFields";

export { TarError } from "./tarFields";

type TarEntryType = "file" | "hardlink" | "symlink" | "directory" | "character" | "block" | "fifo";

export interface TarEntry {
  /** As the archive has it: may start with "./" or "/", and a directory's may end with "/". */
  path: string;
  type: TarEntryType;
  /** Bytes of a file once unpacked; 0 for everything else. */
  size: number;
  /** Permission bits. */
  mode: number;
  uid: number;
  gid: number;
  /** True for a file with capabilities, which its program has whoever starts it. */
  capable: boolean;
  /** Target of a symbolic link, or path of the file that a hard link shares; "" for everything else. */
  linkname: string;
}

/** Takes a file's data in pieces of any size, whose memory may be used again afterwards. */
export type DataSink = (bytes: Buffer) => void;

/** Called for every entry before its data: who wants the data of a file returns what takes it. */
export type DataRequest = (entry: TarEntry) => DataSink | undefined;

const entryTypes: Readonly<Record<string, TarEntryType>> = {
  "\0": "file",
  "0": "file",
  "1": "hardlink",
  "2": "symlink",
  "3": "character",
  "4": "block",
  "5": "directory",
  "6": "fifo",
  "7": "file",
  S: "file",
};

/** What an extension header (PAX, or a GNU long name) says about the entry that follows it. */
interface Extension {
  path?: string;
  linkname?: string;
  records?: Records;
}

export async function* readTar(
  chunks: AsyncIterable<Buffer>,
  request?: DataRequest,
): AsyncGenerator<TarEntry> {
  const parser = new TarParser(request);
  for await (const chunk of chunks) yield* parser.push(chunk);
  parser.finish();
}

/** Takes the archive in pieces of any size. */
class TarParser {
  private readonly block = Buffer.allocUnsafe(blockSize);
  private filled = 0;
  private skip = 0;
  /** Where the next bytes that are skipped go, and how many of them are data. */
  private sink: DataSink | undefined;
  private data = 0;
  private extension: { kind: string; size: number; parts: Buffer[]; missing: number } | undefined;
  private sparseMap = false;
  private next: Extension = {};
  /** Bytes of extension headers since the last entry. */
  private extended = 0;
  private ended = false;
  private found: TarEntry[] = [];

  constructor(private readonly request?: DataRequest) {}

  push(chunk: Buffer): TarEntry[] {
    let offset = 0;
    // What follows the end mark is padding, however long.
    while (offset < chunk.length && !this.ended) {
      if (this.skip > 0) offset += this.pass(chunk, offset);
      else if (this.extension !== undefined) offset += this.collect(chunk.subarray(offset));
      else offset += this.fill(chunk, offset);
    }
    const found = this.found;
    this.found = [];
    return found;
  }

  /** Call at the end of the stream: a missing end mark is tolerated, as GNU tar and Go do, a cut entry is not. */
  finish(): void {
    if (this.ended) return;
    // Padding may be missing behind the last file, as Go has it.
    if (this.skip > 0 && this.skip < blockSize && this.data === 0 && this.sparseSkip === 0) return;
    if (this.skip > 0 || this.filled > 0 || this.extension !== undefined)
      throw new TarError("the archive is cut short");
  }

  private pass(chunk: Buffer, offset: number): number {
    const count = Math.min(this.skip, chunk.length - offset);
    this.skip -= count;
    const data = Math.min(this.data, count);
    if (data > 0) this.sink?.(chunk.subarray(offset, offset + data));
    this.data -= data;
    return count;
  }

  private collect(bytes: Buffer): number {
    const extension = this.extension;
    if (extension === undefined) return 0;
    const count = Math.min(extension.missing, bytes.length);
    // A copy: the chunk's memory may be used again by whoever made it.
    extension.parts.push(Buffer.from(bytes.subarray(0, count)));
    extension.missing -= count;
    if (extension.missing === 0)
      this.applyExtension(extension.kind, Buffer.concat(extension.parts), extension.size);
    return count;
  }

  private fill(chunk: Buffer, offset: number): number {
    const available = chunk.length - offset;
    if (this.filled === 0 && available >= blockSize) {
      this.header(chunk.subarray(offset, offset + blockSize));
      return blockSize;
    }
    const count = Math.min(blockSize - this.filled, available);
    chunk.copy(this.block, this.filled, offset, offset + count);
    this.filled += count;
    if (this.filled === blockSize) {
      this.filled = 0;
      this.header(this.block);
    }
    return count;
  }

  private header(block: Buffer): void {
    if (this.sparseMap) {
      // More of an old GNU sparse file's map stands between its header and its data.
      this.sparseMap = block[504] === 1;
      if (!this.sparseMap) [this.skip, this.sparseSkip] = [this.sparseSkip, 0];
      return;
    }
    if (block[0] === 0 && block.every((byte) => byte === 0)) {
      this.ended = true;
      return;
    }
    checkSum(block);
    const kind = String.fromCharCode(block[156] ?? 0);
    if ("xgLK".includes(kind)) this.startExtension(kind, numberField(block, 124, 12));
    else this.entry(block, kind);
  }

  private sparseSkip = 0;

  private startExtension(kind: string, size: number): void {
    // Go passes over records for the whole archive, and so does who unpacks with it.
    if (kind === "g") {
      [this.skip, this.data, this.sink] = [padded(size), size, undefined];
      return;
    }
    // Names and PAX records are small, and a made-up size must not fill the memory.
    this.extended += size;
    if (this.extended > limits.layer.tarHeaderBytes)
      throw new TarError(`extension headers of ${this.extended} bytes for one entry are too long`);
    const missing = padded(size);
    this.extension = { kind, size, parts: [], missing };
    if (missing === 0) this.applyExtension(kind, Buffer.alloc(0), 0);
  }

  private applyExtension(kind: string, bytes: Buffer, size: number): void {
    this.extension = undefined;
    const content = bytes.subarray(0, size);
    if (kind === "L") this.next.path = text(content, 0, size);
    else if (kind === "K") this.next.linkname = text(content, 0, size);
    else this.next.records = parseRecords(content);
  }

  private entry(block: Buffer, kind: string): void {
    const { path: longPath, linkname: longLink, records = new Map<string, string>() } = this.next;
    this.next = {};
    this.extended = 0;
    // An empty value takes nothing back: the header's own holds.
    const record = (key: string): string | undefined => records.get(key) || undefined;
    const path = record("GNU.sparse.name") ?? (longPath || undefined) ?? record("path") ?? ustarPath(block);
    const type = kind === "\0" && path.endsWith("/") ? "directory" : entryTypes[kind];
    const stored = recordNumber(record("size"), "size") ?? numberField(block, 124, 12);
    // Links and the like have no data, whatever their size says.
    const data = type === "file" || type === undefined ? stored : 0;
    this.skip = padded(data);
    if (kind === "S" && block[482] === 1) {
      this.sparseMap = true;
      [this.sparseSkip, this.skip] = [this.skip, 0];
    }
    if (type === undefined) return; // A vendor's own kind of entry: no file comes of it.
    const whole = record("GNU.sparse.realsize") ?? record("GNU.sparse.size");
    const realSize = kind === "S" ? numberField(block, 483, 12) : recordNumber(whole, "GNU.sparse.realsize");
    const isLink = type === "hardlink" || type === "symlink";
    const entry: TarEntry = {
      path,
      type,
      size: type === "file" ? (realSize ?? stored) : 0,
      mode: numberField(block, 100, 8) & 0o7777,
      uid: recordNumber(record("uid"), "uid", true) ?? numberField(block, 108, 8, true),
      gid: recordNumber(record("gid"), "gid", true) ?? numberField(block, 116, 8, true),
      capable: records.has(capability),
      linkname: isLink ? ((longLink || undefined) ?? record("linkpath") ?? text(block, 157, 100)) : "",
    };
    for (const name of [entry.path, entry.linkname]) {
      if (Buffer.byteLength(name) > limits.layer.pathBytes)
        throw new TarError(`a path of ${Buffer.byteLength(name)} bytes is too long`);
    }
    this.found.push(entry);
    // What is stored of a sparse file is not its content.
    const isWhole = type === "file" && entry.size === stored && kind !== "S";
    const sink = this.request?.(entry);
    this.sink = isWhole ? sink : undefined;
    this.data = data;
  }
}

function padded(size: number): number {
  return Math.ceil(size / blockSize) * blockSize;
}
