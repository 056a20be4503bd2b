// Measures a layer while it streams by: what its files take once unpacked, as `docker images` counts them.
import { createHash } from "node:crypto";
import { posix } from "node:path";
import { Duplex, pipeline, Transform, type Readable } from "node:stream";
import { limits } from "../../limits";
import { isBrokenConnection } from "../client/errors";
import { ImageBudget } from "./budget";
import { ZstdFrames } from "./zstdFrames";
import { readTar, type DataRequest, type TarEntry } from "./tar";

export interface LayerSource {
  mediaType: string;
  digest: string;
  /** Bytes of the blob, compressed. */
  size: number;
}

export interface LayerMeasure {
  /** Bytes of the unpacked files. */
  size: number;
  /** Entries of the archive, directories included. */
  entries: number;
  /** What each path adds to `size`: of several links to a file, the first one has it all. */
  sizes: () => Map<string, number>;
}

/** The blob is not what its manifest says, or cannot be unpacked. */
export class LayerError extends Error {
  override readonly name = "LayerError";
}

type Compression = "none" | "gzip" | "zstd";

// Larger pieces than zlib's usual 16 KiB: the way between zlib's thread and this one is what costs.
const chunkSize = 512 * 1024;

/** Reads the blob to its end, shows its entries to `request`, and throws unless its length and digest are the layer's. */
export async function measureLayer(
  stream: Readable,
  layer: LayerSource,
  request?: DataRequest,
  budget = new ImageBudget(),
): Promise<LayerMeasure> {
  const unpacker = await openUnpacker(compressionOf(layer.mediaType));
  const verified = verify(layer);
  const failure = new Promise<Error | null | undefined>((resolve) => {
    const stages = unpacker === "none" ? [stream, verified] : [stream, verified, unpacker];
    pipeline(stages as [Readable, ...Duplex[]], (error) => resolve(error));
  });
  const unpacked = withinLimits(unpacker === "none" ? verified : unpacker, layer);
  const files = new UnpackedFiles(budget);
  // zlib stops reading at bytes after the compressed data, which then looks like a broken connection.
  let trailing: LayerError | undefined;
  if (unpacker !== "none") {
    unpacker.once("end", () => {
      if (!stream.errored) trailing = new LayerError("there is something else after the compressed data");
    });
  }
  try {
    for await (const entry of readTar(unpacked, request)) files.add(entry);
  } catch (error) {
    // A failure of an earlier stage arrives here as itself; one of the archive must stop the earlier stages.
    stream.destroy();
    files.discard();
    throw layerError(trailing ?? error, layer);
  }
  const error = await failure;
  if (error) {
    files.discard();
    throw layerError(trailing ?? error, layer);
  }
  return { size: files.size, entries: files.entries, sizes: () => files.sizes() };
}

function compressionOf(mediaType: string): Compression {
  if (/[.+]zstd$/.test(mediaType)) return "zstd";
  if (/[.+]gzip$/.test(mediaType)) return "gzip";
  if (/\.tar$/.test(mediaType)) return "none";
  throw new LayerError(`a layer has the media type ${mediaType}, which is none of tar, gzip or zstd`);
}

async function openUnpacker(compression: Compression): Promise<Duplex | "none"> {
  if (compression === "none") return "none";
  if (compression === "zstd") return Duplex.from(unzstd);
  return (await import("node:zlib")).createGunzip({ chunkSize });
}

// A few bytes can stand for a block of 128 KiB: small pieces keep what is unpacked at a time small.
const zstdPiece = 4096;

/** Passes on what is unpacked, up to the limits: a few bytes can stand for more than any disk holds. */
async function* withinLimits(chunks: AsyncIterable<Buffer>, layer: LayerSource): AsyncGenerator<Buffer> {
  const { unpackedBytes, ratio, freeBytes } = limits.layer;
  const most = Math.min(unpackedBytes, freeBytes + ratio * layer.size);
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    if (length > most)
      throw new LayerError(
        `it has more than ${most} bytes unpacked, too many for ${layer.size} compressed ones`,
      );
    yield chunk;
  }
}

/** Not Node's own: Node 20 has none, and later ones read a single frame, where a layer may have several. */
async function* unzstd(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const { Decompress } = await import("fzstd");
  const frames = new ZstdFrames();
  let ready: Buffer[] = [];
  const decompress = new Decompress(({ buffer, byteOffset, length }) => {
    if (length > 0) ready.push(Buffer.from(buffer, byteOffset, length));
  });
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += zstdPiece) {
      const piece = chunk.subarray(at, at + zstdPiece);
      frames.push(piece);
      decompress.push(piece);
      yield* ready;
      ready = [];
    }
  }
  decompress.push(Buffer.alloc(0), true);
  yield* ready;
}

/** Passes the blob on; fails at its end when it was another blob, and before when it is too long. */
function verify(layer: LayerSource): Transform {
  const hash = createHash("sha256");
  let length = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done): void {
      length += chunk.length;
      hash.update(chunk);
      if (length > layer.size)
        done(new LayerError(`the registry serves more than the ${layer.size} bytes promised`));
      else done(null, chunk);
    },
    flush(done): void {
      const actual = `sha256:${hash.digest("hex")}`;
      if (length !== layer.size)
        done(new LayerError(`the registry serves ${length} bytes, not ${layer.size}`));
      else if (actual !== layer.digest)
        done(new LayerError(`the bytes that the registry serves are ${actual}`));
      else done();
    },
  });
}

function layerError(error: unknown, layer: LayerSource): unknown {
  // Errors of the connection keep their code: the caller tries again on some of them.
  if (typeof (error as NodeJS.ErrnoException).syscall === "string" || isBrokenConnection(error)) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new LayerError(`layer ${layer.digest}: ${reason}`, { cause: error });
}

const mostLooks = 20_000_000;

interface Inode {
  size: number;
  links: number;
}

/**
 * Counts as docker's overlay2 driver does (directory.Size): files once however many links they have, a symbolic link
 * as the length of its target, directories and devices as nothing. Whiteouts are empty files, so they add nothing.
 */
export class UnpackedFiles {
  entries = 0;
  size = 0;
  /** Directories are undefined. */
  private readonly paths = new Map<string, Inode | undefined>();

  private pathBytes = 0;
  private looks = 0;

  constructor(private readonly budget: ImageBudget) {}

  /** Of a layer that could not be read: nothing of it is kept. */
  discard(): void {
    this.budget.giveBack(this.entries, this.pathBytes);
  }

  add(entry: TarEntry): void {
    this.entries++;
    const path = clean(entry.path);
    this.pathBytes += path.length;
    this.budget.add(path.length);
    const inode = entry.type === "directory" ? undefined : this.inodeOf(entry);
    // A second entry for a path replaces the first, as when unpacking; a hard link to itself changes nothing.
    if (this.paths.has(path) && (inode === undefined || this.paths.get(path) !== inode)) {
      this.remove(path, inode !== undefined);
    }
    if (inode !== undefined && this.paths.get(path) !== inode) this.link(inode);
    this.paths.set(path, inode);
  }

  sizes(): Map<string, number> {
    const seen = new Set<Inode>();
    const sizes = new Map<string, number>();
    for (const [path, inode] of this.paths) {
      if (inode === undefined) continue;
      sizes.set(path, seen.has(inode) ? 0 : inode.size);
      seen.add(inode);
    }
    return sizes;
  }

  private inodeOf(entry: TarEntry): Inode {
    if (entry.type === "hardlink") {
      // Without its target in this layer there is nothing to share: such an archive does not unpack either.
      return this.paths.get(clean(entry.linkname)) ?? { size: 0, links: 0 };
    }
    return { size: entry.type === "symlink" ? Buffer.byteLength(entry.linkname) : entry.size, links: 0 };
  }

  private link(inode: Inode): void {
    if (inode.links === 0) this.size += inode.size;
    inode.links++;
  }

  private remove(path: string, replacesDirectory: boolean): void {
    const inode = this.paths.get(path);
    this.paths.delete(path);
    if (inode !== undefined) this.unlink(inode);
    else if (replacesDirectory) this.removeBelow(path);
  }

  private removeBelow(directory: string): void {
    // Each look at all paths costs; no builder replaces directories over and over in one layer.
    this.looks += this.paths.size;
    if (this.looks > mostLooks) throw new LayerError("it replaces directories by files too often");
    for (const path of [...this.paths.keys()]) {
      if (path.startsWith(`${directory}/`)) this.remove(path, false);
    }
  }

  private unlink(inode: Inode): void {
    inode.links--;
    if (inode.links === 0) this.size -= inode.size;
  }
}

/** "./a/", "/a" and "a" are one path. */
function clean(path: string): string {
  return posix.join("/", path).replace(/(?<=.)\/$/, "");
}
