// A seed as an image: what it is made of, and how one is known. It has one layer and a label, and nothing to run: no image that
// somebody deploys looks like that.

import * as crypto from "node:crypto";
import * as fs from "node:fs";
import { Transform, type Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import * as zlib from "node:zlib";
import { limits } from "../limits";
import type { ImageDescription, LayerFile } from "../registry";
import { seedLabel } from "./tagNames";

/** Why an image is not taken for a seed; undefined when it is one. */
export function seedProblem(image: Omit<ImageDescription, "created" | "size">): string | undefined {
  const { labels, isListed, layers, onBuild, runs } = image;
  if (onBuild.length > 0) return "it has ONBUILD instructions, which would run in the build";
  if (!Object.hasOwn(labels, seedLabel)) return `it has no label ${seedLabel}`;
  if (isListed) return "it is an index";
  if (runs) return "it has a program to run";
  return layers === 1 ? undefined : `it has ${layers} layers`;
}

/** A layer, and the digest of its archive. */
export interface SeedLayer extends LayerFile {
  diffId: string;
}

/** Node has had zstd since 22.15; a cold builder unpacks it several times as fast as gzip. */
type Zstd = { createZstdCompress?: () => Transform };

/** Compresses an archive into a file, which must not be there. */
export async function packLayer(archive: Readable, file: string, mayBeZstd: boolean): Promise<SeedLayer> {
  const { createZstdCompress: zstd } = zlib as Zstd;
  const isZstd = mayBeZstd && zstd !== undefined;
  const plain = new Meter(limits.seed.unpackedBytes);
  const packed = new Meter(limits.seed.unpackedBytes);
  await pipeline(
    archive,
    plain,
    // The go command's cache is large and seldom read: a higher level takes longer than it saves.
    isZstd ? zstd() : zlib.createGzip({ level: 4 }),
    packed,
    fs.createWriteStream(file, { flags: "wx", mode: 0o600 }),
  );
  return {
    ...{ file, digest: packed.digest(), size: packed.bytes, diffId: plain.digest() },
    mediaType: `application/vnd.oci.image.layer.v1.tar+${isZstd ? "zstd" : "gzip"}`,
  };
}

/** Passes bytes on, and knows their number and digest. */
class Meter extends Transform {
  bytes = 0;
  private readonly hash = crypto.createHash("sha256");

  constructor(most: number) {
    super({
      transform: (chunk: Buffer, _, done) => {
        this.bytes += chunk.length;
        this.hash.update(chunk);
        if (this.bytes > most) done(new Error(`the seed has more than ${most} bytes`));
        else done(null, chunk);
      },
    });
  }

  digest(): string {
    return `sha256:${this.hash.digest("hex")}`;
  }
}

/** The configuration of a seed. `about` says in a few words what it is for. */
export function seedConfig(layer: SeedLayer, about: string, platform: string, created: Date): Buffer {
  const [os = "", architecture = "", variant] = platform.split("/");
  const time = created.toISOString();
  return Buffer.from(
    JSON.stringify({
      ...{ created: time, architecture, os, ...(variant === undefined ? {} : { variant }) },
      config: { Labels: { [seedLabel]: about } },
      rootfs: { type: "layers", diff_ids: [layer.diffId] },
      history: [{ created: time, created_by: "goimage seed" }],
    }),
  );
}
