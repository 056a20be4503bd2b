// Readers of tar: their size, their speed, and what they make of damaged archives, beside Go's archive/tar. Docker, BuildKit and
// containerd unpack images with that: who counts other files than it does tells a wrong size.
import { Readable } from "node:stream";
import type { ReadableWritablePair } from "node:stream/web";
import { readTar } from "../../components/registry/image/tar";
import { readByGo, refused } from "./goTar";
import { medianSeconds, type Libraries } from "./libraries";
import { damagedArchives, largeArchive } from "./tarArchives";

/** What an archive lists, one line each; fails where the reader refuses the archive. */
type Reader = (archive: Buffer) => Promise<string[]>;

export async function compareTarReaders(libraries: Libraries): Promise<string[][]> {
  const readers: Record<string, Reader> = {
    "tar-stream": tarStream((await libraries.load("tar-stream")) as TarStream),
    "modern-tar": modernTar((await libraries.load("modern-tar")) as ModernTar),
    ours,
  };
  const large = largeArchive(libraries.directory);
  const damaged = damagedArchives(libraries.directory);
  const byGo = readByGo(libraries.directory, damaged);
  const rows = [
    [
      "tar",
      "size, packages",
      "read",
      "as Go",
      "takes what Go refuses",
      "refuses what Go takes",
      "lists others",
      "never ends",
    ],
  ];
  for (const [name, reader] of Object.entries(readers)) {
    const seconds = await medianSeconds(async () => void (await reader(large)));
    const verdict = { same: 0, lax: 0, strict: 0, other: 0, hangs: 0 };
    for (const [n, archive] of damaged.entries()) {
      const found = await outcome(reader(archive));
      const expected = byGo[n];
      if (found === expected) verdict.same++;
      else if (found === hangs) verdict.hangs++;
      else if (expected === refused) verdict.lax++;
      else if (found === refused) verdict.strict++;
      else verdict.other++;
    }
    const footprint = reader === ours ? "none" : libraries.alone(name).footprint;
    const counts = [
      `${verdict.same} of ${damaged.length}`,
      verdict.lax,
      verdict.strict,
      verdict.other,
      verdict.hangs,
    ];
    rows.push([name, footprint, `${Math.round(large.length / seconds / 1e6)} MB/s`, ...counts.map(String)]);
  }
  return rows;
}

const hangs = "never ends";

/** A reader has the whole archive at hand: one that takes a second waits for what will not come. */
function outcome(lines: Promise<string[]>): Promise<string> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(hangs), 1000);
    lines
      .then(
        (found) => resolve(found.join("\n")),
        () => resolve(refused),
      )
      .finally(() => clearTimeout(timer));
  });
}

function* pieces(archive: Buffer): Generator<Buffer> {
  for (let at = 0; at < archive.length; at += 65_536) yield archive.subarray(at, at + 65_536);
}

interface Line {
  type: string;
  path: string;
  size: number;
  mode: number;
  uid: number;
  gid: number;
  linkname: string;
}

const line = ({ type, path: name, size, mode, uid, gid, linkname }: Line): string =>
  JSON.stringify([type, name, size, mode, uid, gid, linkname]);

const ours: Reader = async (archive) => {
  const lines: string[] = [];
  for await (const entry of readTar(Readable.from(pieces(archive)))) lines.push(line(entry));
  return lines;
};

/** What both libraries say about an entry. */
interface Header {
  name: string;
  type: string | null;
  size: number;
  mode: number;
  uid: number;
  gid: number;
  linkname?: string | null;
}

/** In our words; undefined for a kind that no file comes of. */
function headerLine(header: Header): string | undefined {
  const types: Record<string, string> = {
    file: "file",
    "contiguous-file": "file",
    directory: "directory",
    fifo: "fifo",
    link: "hardlink",
    symlink: "symlink",
    "character-device": "character",
    "block-device": "block",
  };
  const type = types[header.type ?? ""];
  if (type === undefined) return undefined;
  const size = type === "file" ? header.size : 0;
  const linkname = type.endsWith("link") ? (header.linkname ?? "") : "";
  return line({ ...header, type, path: header.name, size, mode: header.mode & 0o7777, linkname });
}

interface TarStream {
  extract: () => NodeJS.WritableStream & AsyncIterable<{ header: Header; resume(): void }>;
}

const tarStream =
  ({ extract }: TarStream): Reader =>
  async (archive) => {
    const parser = extract();
    const failed = new Promise<never>((_, reject) => parser.once("error", reject));
    failed.catch(() => undefined);
    for (const piece of pieces(archive)) parser.write(piece);
    parser.end();
    const lines: (string | undefined)[] = [];
    const read = async () => {
      for await (const entry of parser) {
        lines.push(headerLine(entry.header));
        entry.resume();
      }
    };
    await Promise.race([read(), failed]);
    return lines.filter((each) => each !== undefined);
  };

interface ModernTar {
  createTarDecoder: (options: {
    strict: boolean;
  }) => ReadableWritablePair<{ header: Header; body: ReadableStream }, Buffer>;
}

const modernTar =
  ({ createTarDecoder }: ModernTar): Reader =>
  async (archive) => {
    const lines: (string | undefined)[] = [];
    const entries = ReadableStream.from(pieces(archive)).pipeThrough(createTarDecoder({ strict: true }));
    for await (const { header, body } of entries as unknown as AsyncIterable<{
      header: Header;
      body: ReadableStream;
    }>) {
      lines.push(headerLine(header));
      await body.cancel();
    }
    return lines.filter((each) => each !== undefined);
  };
