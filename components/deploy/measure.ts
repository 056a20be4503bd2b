// Reads a pushed image from the registry: sizes, layers with their origins, checks.

import type { ImageCheck, ImageLayer } from "../outputs";
import { imageChecks } from "./checks";
import type { LayerOrigin } from "../dockerfile";
import type { ImageSpec } from "../inputs";
import { readImage, type MeasuredLayer, type RegistryAccess } from "../registry";
import type { Repository } from "../registry/reference";
import { sizeSummary } from "../text";

/** A measured image; every field is an output of the components. */
export interface MeasuredImage {
  size: number;
  /** By platform. */
  platformSizes: Record<string, number>;
  unpackedSize: number;
  sizeSummary: string;
  layers: ImageLayer[];
  checks: ImageCheck[];
}

export interface MeasureOptions {
  repository: Repository;
  digest: string;
  access: RegistryAccess;
  spec: Pick<ImageSpec, "platforms" | "runtime">;
  layerOrigins: readonly LayerOrigin[];
  /** Layers of the last deployment; those that are in this image too, such as the base's, are not downloaded again. */
  deployed: readonly ImageLayer[];
}

export async function measureImage(options: MeasureOptions): Promise<MeasuredImage> {
  const { repository, digest, access, spec, layerOrigins } = options;
  const image = await readImage(repository, digest, {
    access,
    known: measuredLayers(options.deployed),
    sizes: true,
    platform: spec.platforms[0],
  });
  const layers = image.layers.map(({ createdBy, ...layer }) => ({
    ...layer,
    origin: originOf(createdBy, layerOrigins),
  }));
  const { size, platformSizes, unpackedSize, user } = image;
  return {
    size,
    platformSizes,
    unpackedSize,
    sizeSummary: sizeSummary(size, unpackedSize, layers),
    layers,
    checks: imageChecks({ user, layers, timezones: spec.runtime.timezones }),
  };
}

function measuredLayers(layers: readonly ImageLayer[]): Map<string, MeasuredLayer> {
  // An older version of this package may have written less.
  const measured = layers.filter((layer) => "unpackedSize" in layer && "contents" in layer);
  return new Map(measured.map(({ digest, unpackedSize, contents }) => [digest, { unpackedSize, contents }]));
}

/** Where a layer comes from, by the entry that the build left in the image's history. */
export function originOf(
  createdBy: string | undefined,
  origins: readonly LayerOrigin[],
): ImageLayer["origin"] {
  return origins.find((layer) => createdBy?.startsWith(layer.createdBy))?.origin ?? "base";
}
