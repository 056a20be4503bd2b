/** The registry asked and written with nothing of goimage's in between. */
import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { decompress } from "fzstd";

const accepted = [
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
].join(", ");

export interface Descriptor {
  mediaType: string;
  digest: string;
  size: number;
  platform?: { architecture: string };
}

interface Manifest {
  mediaType: string;
  config: Descriptor;
  layers: Descriptor[];
}

export const sha256 = (data: Buffer): string => `sha256:${createHash("sha256").update(data).digest("hex")}`;

const base = (repository: string): string => {
  const slash = repository.indexOf("/");
  return `http://${repository.slice(0, slash)}/v2/${repository.slice(slash + 1)}`;
};

/** Digest of what the registry serves for a tag; undefined when there is nothing. */
export async function servedDigest(repository: string, tag = "latest"): Promise<string | undefined> {
  const response = await fetch(`${base(repository)}/manifests/${tag}`, {
    method: "HEAD",
    headers: { accept: accepted },
  });
  return response.ok ? (response.headers.get("docker-content-digest") ?? undefined) : undefined;
}

/** The manifest of one image; of an index, this machine's. */
export async function fetchManifest(repository: string, reference = "latest"): Promise<Manifest> {
  const response = await fetch(`${base(repository)}/manifests/${reference}`, {
    headers: { accept: accepted },
  });
  if (!response.ok) throw new Error(`${repository}:${reference} gives ${response.status}`);
  const found = (await response.json()) as Manifest & { manifests?: Descriptor[] };
  if (!found.manifests) return found;
  const architecture = process.arch === "arm64" ? "arm64" : "amd64";
  const own = found.manifests.find(({ platform }) => platform?.architecture === architecture);
  if (!own) throw new Error(`${repository}:${reference} has no image for ${architecture}`);
  return fetchManifest(repository, own.digest);
}

export async function fetchBlob(repository: string, digest: string): Promise<Buffer> {
  const response = await fetch(`${base(repository)}/blobs/${digest}`);
  if (!response.ok) throw new Error(`${repository} gives ${response.status} for ${digest}`);
  return Buffer.from(await response.arrayBuffer());
}

/** Bytes of config and layers: what a pull transfers. */
export const transferSize = ({ config, layers }: Manifest): number =>
  layers.reduce((sum, { size }) => sum + size, config.size);

/** The unpacked layers, the last first. */
async function* unpackedLayers(repository: string): AsyncGenerator<Buffer> {
  const { layers } = await fetchManifest(repository);
  for (const { digest, mediaType } of layers.reverse()) {
    const blob = await fetchBlob(repository, digest);
    yield mediaType.endsWith("zstd") ? Buffer.from(decompress(blob)) : gunzipSync(blob);
  }
}

/** Whether the served image has a text in one of its files. */
export async function contains(repository: string, text: string): Promise<boolean> {
  for await (const layer of unpackedLayers(repository)) if (layer.includes(text)) return true;
  return false;
}

/** Size of the largest file in the image's last layer that has any: the program. */
export async function largestFile(repository: string): Promise<number> {
  for await (const layer of unpackedLayers(repository)) {
    let largest = 0;
    for (let offset = 0; offset + 512 <= layer.length && layer[offset] !== 0;) {
      const size = parseInt(layer.toString("latin1", offset + 124, offset + 136), 8);
      if (/[0\0]/.test(String.fromCharCode(layer[offset + 156] ?? 1))) largest = Math.max(largest, size);
      offset += 512 + Math.ceil(size / 512) * 512;
    }
    if (largest > 0) return largest;
  }
  return 0;
}

/** Uploads a blob in the fewest requests that a registry allows, unless it is there. */
export async function pushBlob(repository: string, data: Buffer): Promise<string> {
  const digest = sha256(data);
  if ((await fetch(`${base(repository)}/blobs/${digest}`, { method: "HEAD" })).ok) return digest;
  const begun = await fetch(`${base(repository)}/blobs/uploads/`, { method: "POST" });
  const place = new URL(begun.headers.get("location") ?? "", base(repository));
  place.searchParams.set("digest", digest);
  const headers = { "content-type": "application/octet-stream" };
  await mustBeCreated(await fetch(place, { method: "PUT", headers, body: new Uint8Array(data) }));
  return digest;
}

export async function pushManifest(repository: string, manifest: object, tag = "latest"): Promise<void> {
  const mediaType = "application/vnd.oci.image.manifest.v1+json";
  const body = JSON.stringify({ schemaVersion: 2, mediaType, ...manifest });
  const headers = { "content-type": mediaType };
  await mustBeCreated(await fetch(`${base(repository)}/manifests/${tag}`, { method: "PUT", headers, body }));
}

async function mustBeCreated(response: Response): Promise<void> {
  if (response.status !== 201)
    throw new Error(`the registry answered ${response.status} to ${response.url}: ${await response.text()}`);
}
