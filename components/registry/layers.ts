// Measures a layer while it streams by: what its files take once unpacked, as `docker images` counts them.
import { createHash } from "node:crypto";
import { posix } from "node:path";
import { pipeline, Transform, type Readable, type Duplex } from "node:stream";
import type * as zlib from "node:zlib";
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
}

/** The blob is not what its manifest says, or cannot be unpacked. */
export class LayerError extends Error {
  override readonly name = "LayerError";
}

type Compression = "none" | "gzip" | "zstd";

// Larger pieces than zlib's usual 16 KiB: the way between zlib's thread and this one is what costs.
const chunkSize = 512 * 1024;

/**
 * Reads the blob to its end, shows its entries to `request`, and throws unless its length and digest are the layer's. Undefined when this Node cannot
 * unpack it: zstd came with Node 22.15, and only takes a single frame (which is what BuildKit writes).
 */
export async function unpackedLayerSize(
  stream: Readable,
  layer: LayerSource,
  request?: DataRequest,
): Promise<LayerMeasure | undefined> {
  const compression = compressionOf(layer.mediaType);
  const unpacker = await openUnpacker(compression);
  if (unpacker === undefined) {
    stream.destroy();
    return undefined;
  }
  const verified = verify(layer);
  const failure = new Promise<Error | null | undefined>((resolve) => {
    const stages = unpacker === "none" ? [stream, verified] : [stream, verified, unpacker];
    pipeline(stages as [Readable, ...Duplex[]], (error) => resolve(error));
  });
  const unpacked: AsyncIterable<Buffer> = unpacker === "none" ? verified : unpacker;
  const files = new UnpackedFiles();
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
    if (trailing !== undefined && compression === "zstd") return undefined;
    throw layerError(trailing ?? error, layer);
  }
  const error = await failure;
  if (compression === "zstd" && moreFrames(unpacker, layer, trailing)) return undefined;
  if (error) throw layerError(trailing ?? error, layer);
  return { size: files.size, entries: files.entries };
}

/** Whether this Node can unpack the layer, so that a blob that cannot be read is not fetched. */
export async function canUnpack(mediaType: string): Promise<boolean> {
  if (compressionOf(mediaType) !== "zstd") return true;
  return ((await import("node:zlib")) as MaybeZstd).createZstdDecompress !== undefined;
}

function compressionOf(mediaType: string): Compression {
  if (/[.+]zstd$/.test(mediaType)) return "zstd";
  if (/[.+]gzip$/.test(mediaType)) return "gzip";
  if (/\.tar$/.test(mediaType)) return "none";
  throw new LayerError(`a layer has the media type ${mediaType}, which is none of tar, gzip or zstd`);
}

interface MaybeZstd {
  createZstdDecompress?: (options: { chunkSize: number }) => Duplex;
}

async function openUnpacker(compression: Compression): Promise<Duplex | "none" | undefined> {
  if (compression === "none") return "none";
  const module: typeof zlib = await import("node:zlib");
  if (compression === "gzip") return module.createGunzip({ chunkSize });
  return (module as MaybeZstd).createZstdDecompress?.({ chunkSize });
}

/** Node's zstd ends at the first frame's end, which can look like a whole archive. */
function moreFrames(unpacker: Duplex | "none", layer: LayerSource, trailing: Error | undefined): boolean {
  return trailing !== undefined && (unpacker as { bytesWritten?: number }).bytesWritten !== layer.size;
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
  if (typeof (error as NodeJS.ErrnoException).syscall === "string" || isConnectionError(error)) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new LayerError(`layer ${layer.digest}: ${reason}`, { cause: error });
}

function isConnectionError(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  return ["ECONNRESET", "EPIPE", "ETIMEDOUT", "ERR_STREAM_PREMATURE_CLOSE", "ABORT_ERR"].includes(code);
}

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

  add(entry: TarEntry): void {
    this.entries++;
    const path = clean(entry.path);
    const inode = entry.type === "directory" ? undefined : this.inodeOf(entry);
    // A second entry for a path replaces the first, as when unpacking; a hard link to itself changes nothing.
    if (this.paths.has(path) && (inode === undefined || this.paths.get(path) !== inode)) {
      this.remove(path, inode !== undefined);
    }
    if (inode !== undefined && this.paths.get(path) !== inode) this.link(inode);
    this.paths.set(path, inode);
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
