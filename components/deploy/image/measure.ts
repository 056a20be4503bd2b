// Reads a pushed image from the registry: sizes, layers with their origins, checks.

import type { ImageCheck, ImageLayer } from "../../outputs";
import { isWholeLayer } from "../state/measured";
import { checksOfAll, imageChecks } from "./checks";
import type { LayerOrigin } from "../../dockerfile";
import { imageCommands, needsTimezones, type ImageSpec } from "../../inputs";
import { readImage, type MeasuredLayer, type RegistryImage, type RegistryAccess } from "../../registry";
import type { Repository } from "../../name";
import { sizeSummary } from "./sizeSummary";

/** A measured image; every field is an output of the components. */
export interface MeasuredImage {
  size: number;
  /** By platform. */
  platformDigests: Record<string, string>;
  platformSizes: Record<string, number>;
  /** Of the platforms after the first. */
  platformLayers: Record<string, ImageLayer[]>;
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
  const [platform = "", ...otherPlatforms] = spec.platforms;
  const commands = imageCommands(spec.runtime);
  const looked = [...new Set(commands.flatMap(({ paths }) => paths))];
  const known = measuredLayers(options.deployed, looked);
  const reading = { access, known, program: spec.runtime.binary, commands: looked };
  // The others are read below.
  const sizes = otherPlatforms.length === 0;
  const image = await readImage(repository, digest, { ...reading, sizes, platform });
  // What they have in common with the first one is not downloaded again.
  for (const layer of image.layers) known.set(layer.digest, layer);
  const others = await Promise.all(
    otherPlatforms.map((other) => readImage(repository, digest, { ...reading, platform: other })),
  );
  const layersOf = ({ layers }: RegistryImage): ImageLayer[] =>
    layers.map(({ createdBy, ...layer }) => ({ ...layer, origin: originOf(createdBy, layerOrigins) }));
  const layers = layersOf(image);
  const otherLayers = others.map(layersOf);
  const timezones = needsTimezones(spec.runtime);
  const checks = [image, ...others].map(({ user }, n) =>
    imageChecks({ user, layers: [layers, ...otherLayers][n] ?? [], timezones, commands }),
  );
  const { size, unpackedSize } = image;
  const platforms = Object.entries(
    others.length === 0 ? image.platforms : namedPlatforms(spec.platforms, [image, ...others]),
  );
  return {
    size,
    platformDigests: Object.fromEntries(platforms.map(([name, { digest: own }]) => [name, own])),
    platformSizes: Object.fromEntries(platforms.map(([name, { size: own }]) => [name, own])),
    platformLayers: Object.fromEntries(otherPlatforms.map((name, n) => [name, otherLayers[n] ?? []])),
    unpackedSize,
    sizeSummary: sizeSummary(size, unpackedSize, layers),
    layers,
    checks: checksOfAll(spec.platforms, checks),
  };
}

/** By the names that the inputs have. */
function namedPlatforms(
  names: readonly string[],
  images: readonly RegistryImage[],
): RegistryImage["platforms"] {
  const chosen = images.map(({ platforms }) => Object.values(platforms)[0]);
  return Object.fromEntries(names.flatMap((name, n) => (chosen[n] ? [[name, chosen[n]] as const] : [])));
}

/** Layers of the last deployment of which all is known that is asked now. */
function measuredLayers(
  layers: readonly ImageLayer[],
  commands: readonly string[],
): Map<string, MeasuredLayer> {
  // An older version of this package may have written less: of a program that a script starts, nothing.
  const measured = layers.filter(
    (layer) =>
      isWholeLayer(layer) &&
      !(layer.origin === "binary" && layer.contents.program === undefined) &&
      commands.every((path) => Object.hasOwn(layer.contents.commands ?? {}, path)),
  );
  return new Map(measured.map(({ digest, unpackedSize, contents }) => [digest, { unpackedSize, contents }]));
}

/** Where a layer comes from, by the entry that the build left in the image's history. */
export function originOf(
  createdBy: string | undefined,
  origins: readonly LayerOrigin[],
): ImageLayer["origin"] {
  return origins.find((layer) => createdBy?.startsWith(layer.createdBy))?.origin ?? "base";
}
