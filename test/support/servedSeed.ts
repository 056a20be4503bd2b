// A seed in the fake registry, and images that look like one in part.

import { mediaTypes } from "../../components/registry/image/manifest";
import type { FakeRegistry } from "./fakeRegistry";
import { gzipLayer, layerType } from "./servedImage";
import { frozen } from "./frozen";

export interface ServedSeed {
  tags?: readonly string[];
  /** Fields of the configuration's own, in place of the label. */
  config?: object;
  created?: string;
  layers?: number;
  /** Bytes of each layer's file, by which seeds differ. */
  size?: number;
}

export const seedLabels = frozen({ Labels: { "goimage.seed": "example.com/api, golang:1.23" } });

/** Puts it into the registry; gives its digest. */
export function serveSeed(
  registry: FakeRegistry,
  { tags = [], config = {}, created = "2026-01-01T00:00:00Z", layers = 1, size = 10 }: ServedSeed = {},
): string {
  const document = { os: "linux", architecture: "amd64", created, config: { ...seedLabels, ...config } };
  const bytes = Buffer.from(JSON.stringify({ ...document, tags }));
  const blobs = Array.from({ length: layers }, (_, n) => gzipLayer(size + n));
  const manifest = {
    ...{ schemaVersion: 2, mediaType: mediaTypes.ociManifest },
    config: { mediaType: "c", digest: registry.addBlob(bytes), size: bytes.length },
    layers: blobs.map((blob) => ({
      mediaType: layerType,
      digest: registry.addBlob(blob),
      size: blob.length,
    })),
  };
  const digest = registry.addManifest(manifest, mediaTypes.ociManifest);
  for (const tag of tags) registry.addManifest(manifest, mediaTypes.ociManifest, tag);
  return digest;
}
