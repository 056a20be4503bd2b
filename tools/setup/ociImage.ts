/** Writes an image into a registry over HTTP: no Docker needed. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { Readable } from "node:stream";
import { SetupError } from "./exec";

export interface Layer {
  /** A tar.gz file. */
  readonly file: string;
  /** Digest of the file, and of the tar inside it. */
  readonly digest: string;
  readonly diffId: string;
}

export interface ImageConfig {
  readonly Env?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly WorkingDir?: string;
  readonly Labels?: Readonly<Record<string, string>>;
}

interface Platform {
  readonly architecture: string;
  readonly os: string;
}

interface PlatformImage extends Platform {
  readonly layer: Layer;
  readonly config: ImageConfig;
  /** What `docker history` says of the layer. */
  readonly comment: string;
}

const types = {
  layer: "application/vnd.oci.image.layer.v1.tar+gzip",
  config: "application/vnd.oci.image.config.v1+json",
  manifest: "application/vnd.oci.image.manifest.v1+json",
  index: "application/vnd.oci.image.index.v1+json",
} as const;

interface Descriptor {
  mediaType: string;
  digest: string;
  size: number;
  platform?: Platform;
}

const sha256 = (data: Buffer): string => `sha256:${createHash("sha256").update(data).digest("hex")}`;

const describeJson = (mediaType: string, value: unknown) => {
  const data = Buffer.from(JSON.stringify(value));
  return { data, descriptor: { mediaType, digest: sha256(data), size: data.length } };
};

/** Config and manifest of one platform. Without times, so that the same layer always gives the same digest. */
async function buildImage({ layer, config, comment, os, architecture }: PlatformImage) {
  const rootfs = { type: "layers", diff_ids: [layer.diffId] };
  const configJson = describeJson(types.config, {
    architecture,
    os,
    config,
    rootfs,
    history: [{ created_by: "goimage set-up", comment }],
  });
  const layers: Descriptor[] = [
    { mediaType: types.layer, digest: layer.digest, size: (await stat(layer.file)).size },
  ];
  const body = { schemaVersion: 2, mediaType: types.manifest, config: configJson.descriptor, layers };
  return { configJson, manifest: describeJson(types.manifest, body), platform: { architecture, os }, layer };
}

/** Pushes an index of the platforms under `repository:tag`, unless the registry has it. True if it was pushed. */
export async function pushImage(
  registry: string,
  repository: string,
  tag: string,
  platforms: readonly PlatformImage[],
): Promise<boolean> {
  const base = `http://${registry}/v2/${repository}`;
  const images = await Promise.all(platforms.map(buildImage));
  const manifests: Descriptor[] = images.map(({ manifest, platform }) => ({
    ...manifest.descriptor,
    platform,
  }));
  const index = describeJson(types.index, { schemaVersion: 2, mediaType: types.index, manifests });
  const head = await fetch(`${base}/manifests/${tag}`, { method: "HEAD", headers: { accept: types.index } });
  if (head.headers.get("docker-content-digest") === index.descriptor.digest) return false;
  for (const { configJson, manifest, layer } of images) {
    await pushBlob(base, layer.digest, layer.file);
    await pushBlob(base, configJson.descriptor.digest, configJson.data);
    await putManifest(base, manifest.descriptor.digest, manifest.data, types.manifest);
  }
  await putManifest(base, tag, index.data, types.index);
  return true;
}

async function putManifest(base: string, name: string, body: Buffer, type: string): Promise<void> {
  await mustBe(
    201,
    await fetch(`${base}/manifests/${name}`, { method: "PUT", headers: { "content-type": type }, body }),
  );
}

async function pushBlob(base: string, digest: string, content: Buffer | string): Promise<void> {
  if ((await fetch(`${base}/blobs/${digest}`, { method: "HEAD" })).ok) return;
  const upload = await mustBe(202, await fetch(`${base}/blobs/uploads/`, { method: "POST" }));
  const place = new URL(upload.headers.get("location") ?? "", base);
  place.searchParams.set("digest", digest);
  const size = typeof content === "string" ? (await stat(content)).size : content.length;
  const body = typeof content === "string" ? Readable.toWeb(createReadStream(content)) : content;
  const headers = { "content-type": "application/octet-stream", "content-length": String(size) };
  // `duplex` is what fetch asks for with a streamed body; lib.dom's type has not got it everywhere.
  const request = { method: "PUT", headers, body, duplex: "half" } as RequestInit;
  await mustBe(201, await fetch(place, request));
}

async function mustBe(status: number, response: Response): Promise<Response> {
  if (response.status === status) return response;
  const text = (await response.text()).slice(0, 300);
  throw new SetupError(`the registry answered ${response.status} to ${response.url}: ${text}`);
}
