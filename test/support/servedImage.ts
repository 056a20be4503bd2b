// An image in the fake registry, and the state of a deployment that has it.

import { gzipSync } from "node:zlib";
import type { DeployedImage } from "../../components/deploy/state/deployed";
import { mediaTypes } from "../../components/registry/image/manifest";
import type { FakeRegistry } from "./fakeRegistry";
import { tarData, tarEnd, tarHeader } from "./tar";

export const layerType = "application/vnd.oci.image.layer.v1.tar+gzip";

/** A layer with one file of so many bytes; layers of the same size have the same digest. */
export function gzipLayer(size: number): Buffer {
  return gzipSync(
    Buffer.concat([tarHeader("main", { size }), tarData(Buffer.alloc(size, size % 251)), tarEnd]),
  );
}

export interface ServedOptions {
  /** Bytes of each layer's file. */
  sizes: readonly number[];
  user?: string;
  tag?: string;
}

/** Instruction of the last layer, which is the binary's; the others are the base's. */
export const binaryInstruction = "COPY /app/main";

/** Puts an image into the registry; gives its digest. */
export function serveImage(registry: FakeRegistry, { sizes, user = "65532", tag }: ServedOptions): string {
  const blobs = sizes.map(gzipLayer);
  const history = sizes.map((size, n) => ({
    created_by: n === sizes.length - 1 ? `${binaryInstruction} # buildkit` : `ADD ${size}`,
  }));
  const document = { os: "linux", architecture: "amd64", config: { User: user }, history };
  const config = Buffer.from(JSON.stringify(document));
  const layers = blobs.map((bytes) => ({
    ...{ mediaType: layerType, digest: registry.addBlob(bytes), size: bytes.length },
  }));
  const { ociManifest } = mediaTypes;
  const described = { mediaType: "c", digest: registry.addBlob(config), size: config.length };
  return registry.addManifest(
    { schemaVersion: 2, mediaType: ociManifest, config: described, layers },
    ociManifest,
    tag,
  );
}

/** What the state has of an image; nothing of it was read from a registry. */
export function deployedAs(
  registry: FakeRegistry,
  digest: string,
  change: Partial<DeployedImage> = {},
): DeployedImage {
  const repository = registry.repository.asWritten;
  return {
    ...{ digest, ref: `${repository}@${digest}`, size: 300, unpackedSize: 900, sizeSummary: "small" },
    platformDigests: { "linux/amd64": digest },
    platformSizes: { "linux/amd64": 300 },
    platformLayers: {},
    layers: [],
    checks: [{ name: "nonRootUser", passed: true, detail: "the user is 65532" }],
    tags: [`${repository}:latest`],
    isMeasured: true,
    ...change,
  };
}
