// Readers of tar: their size, their speed, and what they make of damaged archives, beside Go's archive/tar. Docker, BuildKit and
// containerd unpack images with that: who counts other files than it does tells a wrong size.
import { execFileSync, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { Readable } from "node:stream";
import type { ReadableWritablePair } from "node:stream/web";
import { readTar } from "../../components/registry/image/tar";
import { medianSeconds, type Libraries } from "./libraries";

/** What an archive lists, one line each; fails where the reader refuses the archive. */
type Reader = (archive: Buffer) => Promise<string[]>;

export async function compareTarReaders(libraries: Libraries): Promise<string[][]> {
  const readers: Record<string, Reader> = {
    "ours (components/registry/image)": ours,
    "tar-stream": tarStream((await libraries.load("tar-stream")) as TarStream),
    "modern-tar, strict": modernTar((await libraries.load("modern-tar")) as ModernTar),
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
    const [spec] = name.split(",");
    const footprint = name.startsWith("ours") ? "none" : libraries.alone(spec ?? name).footprint;
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

const refused = "refused";
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
    ...{ file: "file", "contiguous-file": "file", directory: "directory", fifo: "fifo" },
    ...{ link: "hardlink", symlink: "symlink", "character-device": "character", "block-device": "block" },
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

/** 20,000 small files and three large ones, as a layer has. */
function largeArchive(directory: string): Buffer {
  const root = path.join(directory, "large");
  for (let n = 0; n < 20_000; n++) {
    const file = path.join(root, `usr/lib/package${n % 200}/file${n}`);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, Buffer.alloc(n % 6000, n));
  }
  for (let n = 0; n < 3; n++) fs.writeFileSync(path.join(root, `large${n}`), Buffer.alloc(40_000_000, n));
  return tar(root, "pax", ".");
}

const tar = (root: string, format: string, ...names: string[]): Buffer =>
  execFileSync(
    "tar",
    [
      "--sort=name",
      ...(format === "ustar" ? [] : ["--sparse"]),
      `--format=${format}`,
      "-C",
      root,
      "-cf",
      "-",
      ...names,
    ],
    {
      maxBuffer: 2 ** 30,
    },
  );

/** Small archives of each format with one to three wrong bytes in their headers, the same in every run. */
function damagedArchives(directory: string): Buffer[] {
  const root = path.join(directory, "small");
  // Too long for the name's field alone.
  const long = "long".repeat(24);
  fs.mkdirSync(path.join(root, "folder"), { recursive: true });
  fs.writeFileSync(path.join(root, "folder/file"), "hello", { mode: 0o4755 });
  fs.writeFileSync(path.join(root, `folder/${long}`), "x".repeat(700));
  fs.writeFileSync(path.join(root, "sparse"), "");
  fs.truncateSync(path.join(root, "sparse"), 1_000_000);
  fs.symlinkSync(`folder/${long}`, path.join(root, "symlink"));
  fs.linkSync(path.join(root, "folder/file"), path.join(root, "hardlink"));
  const whole = [
    tar(root, "gnu", "folder", "sparse", "symlink", "hardlink"),
    tar(root, "pax", "folder", "sparse", "symlink", "hardlink"),
    tar(root, "ustar", "folder", "hardlink"),
  ];
  let state = 1;
  const random = (below: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * below);
  };
  return Array.from({ length: 6000 }, (_, n) => {
    const archive = Buffer.from(whole[n % whole.length] ?? []);
    const blocks = Array.from({ length: archive.length / 512 }, (_, block) => block * 512).filter((at) =>
      archive.subarray(at, at + 512).some((byte) => byte !== 0),
    );
    const at = blocks[random(blocks.length)] ?? 0;
    for (let times = random(3); times >= 0; times--) archive[at + random(512)] = random(256);
    // In most cases the sum is put right, or the fields would never be looked at.
    if (n % 8 !== 0) {
      archive.write("        ", at + 148);
      const sum = archive.subarray(at, at + 512).reduce((total, byte) => total + byte, 0);
      archive.write(`${sum.toString(8).padStart(6, "0")}\0 `, at + 148);
    }
    return archive;
  });
}

const goReader = `package main

import (
	"archive/tar"
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"io"
	"os"
)

var types = map[byte]string{'0': "file", 0: "file", '7': "file", 'S': "file", '1': "hardlink", '2': "symlink",
	'3': "character", '4': "block", '5': "directory", '6': "fifo"}

func list(archive []byte) (lines []json.RawMessage, err error) {
	reader := tar.NewReader(bytes.NewReader(archive))
	lines = []json.RawMessage{}
	for {
		header, err := reader.Next()
		if err == io.EOF {
			return lines, nil
		}
		if err != nil {
			return nil, err
		}
		kind, known := types[header.Typeflag]
		if !known {
			continue
		}
		size, link := int64(0), ""
		if kind == "file" {
			size = header.Size
		}
		if kind == "hardlink" || kind == "symlink" {
			link = header.Linkname
		}
		var buffer bytes.Buffer
		encoder := json.NewEncoder(&buffer)
		encoder.SetEscapeHTML(false)
		encoder.Encode([]any{kind, header.Name, size, header.Mode & 07777, header.Uid, header.Gid, link})
		lines = append(lines, buffer.Bytes())
		if _, err := io.Copy(io.Discard, reader); err != nil {
			return nil, err
		}
	}
}

func main() {
	input := bufio.NewReader(os.Stdin)
	output := json.NewEncoder(os.Stdout)
	output.SetEscapeHTML(false)
	for {
		var size uint32
		if binary.Read(input, binary.LittleEndian, &size) != nil {
			return
		}
		archive := make([]byte, size)
		io.ReadFull(input, archive)
		lines, err := list(archive)
		if err != nil {
			lines = nil
		}
		output.Encode(lines)
	}
}
`;

/** What Go's archive/tar lists of each. */
function readByGo(directory: string, archives: readonly Buffer[]): string[] {
  const file = path.join(directory, "main.go");
  fs.writeFileSync(file, goReader);
  const input = Buffer.concat(
    archives.flatMap((archive) => {
      const size = Buffer.alloc(4);
      size.writeUInt32LE(archive.length);
      return [size, archive];
    }),
  );
  const { stdout, stderr, status } = spawnSync("go", ["run", file], { input, maxBuffer: 2 ** 30 });
  if (status !== 0) throw new Error(`go run: ${stderr.toString()}`);
  return stdout
    .toString()
    .trim()
    .split("\n")
    .map((text) => JSON.parse(text) as Record<string, unknown>[] | null)
    .map((lines) => lines?.map((each) => JSON.stringify(each)).join("\n") ?? refused);
}
