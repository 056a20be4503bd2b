// The registry asked with nothing of ours in between, to check what the components say.

import assert from "node:assert/strict";
import { digestOf } from "../../../support/digest";

const accepted = [
  "application/vnd.docker.distribution.manifest.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.oci.image.index.v1+json",
].join(", ");

interface Descriptor {
  digest: string;
  size: number;
  mediaType: string;
}

export interface Manifest {
  mediaType: string;
  config: Descriptor;
  layers: Descriptor[];
  annotations?: Record<string, string>;
}

export interface ImageConfig {
  architecture: string;
  config: Record<string, unknown>;
  history: { created?: string; created_by?: string }[];
}

/** The manifest behind a tag or digest and the digest of its bytes; undefined when there is none. */
export async function fetchManifest(repository: string, reference: string) {
  const response = await request(repository, `manifests/${reference}`);
  if (response.status === 404) return undefined;
  assert.equal(response.status, 200);
  const body = Buffer.from(await response.arrayBuffer());
  const digest = digestOf(body);
  return { digest, text: body.toString(), manifest: JSON.parse(body.toString()) as Manifest };
}

export async function fetchConfig(repository: string, manifest: Manifest): Promise<ImageConfig> {
  return (await (await request(repository, `blobs/${manifest.config.digest}`)).json()) as ImageConfig;
}

export async function fetchBlob(repository: string, digest: string): Promise<Buffer> {
  return Buffer.from(await (await request(repository, `blobs/${digest}`)).arrayBuffer());
}

/** Deletes a manifest, and with it all its tags. */
export async function deleteManifest(repository: string, digest: string): Promise<void> {
  assert.equal((await request(repository, `manifests/${digest}`, { method: "DELETE" })).status, 202);
}

/** Deletes an image with all its blobs, as if the repository had never had it. */
export async function deleteImage(repository: string, digest: string): Promise<void> {
  const served = await fetchManifest(repository, digest);
  assert.ok(served);
  await deleteManifest(repository, digest);
  for (const blob of [served.manifest.config, ...served.manifest.layers]) {
    assert.equal((await request(repository, `blobs/${blob.digest}`, { method: "DELETE" })).status, 202);
  }
}

/** Puts a manifest under a tag or its digest. */
export async function putManifest(repository: string, reference: string, manifest: string): Promise<void> {
  const { mediaType } = JSON.parse(manifest) as Manifest;
  const headers = { "content-type": mediaType };
  const response = await request(repository, `manifests/${reference}`, {
    method: "PUT",
    headers,
    body: manifest,
  });
  assert.equal(response.status, 201);
}

/** Uploads a blob, unless the repository has it. */
export async function putBlob(repository: string, blob: Buffer): Promise<void> {
  const digest = digestOf(blob);
  if ((await request(repository, `blobs/${digest}`, { method: "HEAD" })).ok) return;
  const upload = await request(repository, "blobs/uploads/", { method: "POST" });
  assert.equal(upload.status, 202);
  const place = new URL(upload.headers.get("location") ?? "", upload.url);
  place.searchParams.set("digest", digest);
  assert.equal((await fetch(place, { method: "PUT", body: blob as never })).status, 201);
}

/** Bytes that a pull transfers. */
export function transferSize(manifest: Manifest): number {
  return manifest.layers.reduce((sum, layer) => sum + layer.size, manifest.config.size);
}

function request(repository: string, rest: string, init: RequestInit = {}): Promise<Response> {
  const slash = repository.indexOf("/");
  const url = `http://${repository.slice(0, slash)}/v2/${repository.slice(slash + 1)}/${rest}`;
  return fetch(url, { ...init, headers: { accept: accepted, ...init.headers } });
}
