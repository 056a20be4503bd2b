// An image that no builder has made: what a recipe's last stage says, of files that a test can afford.

import * as crypto from "node:crypto";
import * as path from "node:path";
import { gzipSync } from "node:zlib";
import { digestOf } from "../../../support/digest";
import { tarData, tarEnd, tarHeader } from "../../../support/tar";

/** What a push sends: the blobs first, then the manifest that names them. */
export interface PrebuiltImage {
  blobs: Buffer[];
  manifest: string;
}

/** A layer's files, by absolute path. */
type Files = Record<string, Buffer>;

const types = {
  layer: "application/vnd.oci.image.layer.v1.tar+gzip",
  config: "application/vnd.oci.image.config.v1+json",
  manifest: "application/vnd.oci.image.manifest.v1+json",
};

/** The same Dockerfile and context give the same bytes, and others give other ones, as with a reproducible build. */
export function prebuiltImage(dockerfile: string, context: Readonly<Record<string, Buffer>>): PrebuiltImage {
  const stage = lastStage(dockerfile);
  const last = (keyword: string) => stage.findLast((each) => each.keyword === keyword)?.rest;
  const command = JSON.parse(last("ENTRYPOINT") ?? last("CMD") ?? "[]") as string[];
  const workingDirectory = last("WORKDIR") ?? "/";
  const program = path.posix.resolve(workingDirectory, command[0] ?? "main");
  // Its bytes are those of the source, so that a larger source is a larger program.
  const binary = Buffer.concat([
    elfHeader,
    ...Object.entries(context).flatMap(([name, data]) => [Buffer.from(name), data]),
  ]);
  const copies = stage.filter(({ keyword }) => keyword === "COPY");
  const layers = [baseFiles];
  const history: object[] = [{ created_by: "ADD alpine-minirootfs.tar.gz / # buildkit" }];
  for (const instruction of stage) {
    const { keyword, rest } = instruction;
    const createdBy =
      keyword === "COPY" ? `COPY ${rest.replace(/--\S+ /g, "")} # buildkit` : `${keyword} ${rest}`;
    const isLayer = keyword === "COPY" || keyword === "WORKDIR" || keyword === "RUN";
    history.push({ created_by: createdBy, ...(!isLayer && { empty_layer: true }) });
    if (isLayer) layers.push(instruction === copies.at(-1) ? { [program]: binary } : {});
  }
  const archives = layers.map(archive);
  const blobs = archives.map((tar) => gzipSync(tar));
  const config = Buffer.from(
    JSON.stringify({
      ...{ architecture: "amd64", os: "linux" },
      config: { User: last("USER") ?? "", WorkingDir: workingDirectory, Entrypoint: command },
      rootfs: { type: "layers", diff_ids: archives.map(digestOf) },
      history,
    }),
  );
  const manifest = {
    ...{ schemaVersion: 2, mediaType: types.manifest },
    config: descriptor(types.config, config),
    layers: blobs.map((blob) => descriptor(types.layer, blob)),
  };
  return { blobs: [...blobs, config], manifest: JSON.stringify(manifest) };
}

interface Instruction {
  keyword: string;
  rest: string;
}

/** Our recipes write one instruction a line. */
function lastStage(dockerfile: string): Instruction[] {
  const instructions = dockerfile
    .split("\n")
    .map((line) => /^([A-Z]+) (.*)$/.exec(line))
    .filter((match) => match !== null)
    .map(([, keyword = "", rest = ""]) => ({ keyword, rest }));
  return instructions.slice(instructions.findLastIndex(({ keyword }) => keyword === "FROM") + 1);
}

const descriptor = (mediaType: string, data: Buffer) => ({
  mediaType,
  digest: digestOf(data),
  size: data.length,
});

/** A program for 64 bits that names no interpreter. */
const elfHeader = Buffer.alloc(64);
elfHeader.write("7f454c46020101", "hex");

/** Bytes that do not compress, the same in every run. */
function noise(length: number): Buffer {
  const cipher = crypto.createCipheriv("aes-128-ctr", Buffer.alloc(16), Buffer.alloc(16));
  return cipher.update(Buffer.alloc(length));
}

/** What the checks look for in a base image, and enough bytes to exceed a limit in megabytes. */
const baseFiles: Files = {
  "/bin/busybox": noise(1_200_000),
  "/etc/ssl/certs/ca-certificates.crt": Buffer.from("-----BEGIN CERTIFICATE-----\n"),
  "/lib/apk/db/installed": Buffer.from("\nP:musl\n\nP:busybox\n"),
};

/** A tar archive of executable files. */
function archive(files: Files): Buffer {
  const entries = Object.entries(files).flatMap(([name, data]) => [
    tarHeader(name.slice(1), { size: data.length, mode: 0o755 }),
    tarData(data),
  ]);
  return Buffer.concat([...entries, tarEnd]);
}
