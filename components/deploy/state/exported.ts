// What a component exports, and what it keeps beside that in the stack's state.

import type * as pulumi from "@pulumi/pulumi";
import type { GoImageOutputs, ImageLayer } from "../../outputs";
import { taggedName } from "../before/destination";
import type { Prepared } from "../before/prepare";
import type { Child } from "../build";
import type { Served } from "../image/readBack";
import type { Registration } from "../pulumi/registration";
import type { ServedImage, WrittenSeed } from "./deployed";

/** Kept in the state beside the outputs, for goimage's own use. The names are those of 0.1.0. */
interface KeptState {
  /** The last trigger. */
  repair: pulumi.Output<string>;
  /** Build arguments that name the seed. */
  seed?: pulumi.Output<Record<string, string>>;
  /** Base images that need no second look. */
  inspectedBases: pulumi.Output<Record<string, string>>;
  /** The seed that the stack wrote last. */
  writtenSeed?: pulumi.Output<WrittenSeed | undefined>;
  /** Where the build context is, which a new name of the stack does not change. */
  context: pulumi.Output<string>;
  /** With several platforms: the layers of those after the first, which need no download again. */
  platformLayers?: pulumi.Output<Record<string, ImageLayer[]>>;
}

export function outputsOf(
  { spec, staged, files, context, destination }: Prepared,
  { decision, dockerfile, seed, writtenSeed }: Child,
  { digest, ref, image, ofBuild }: Served,
): Registration<GoImageOutputs> {
  const ofImage = <K extends keyof ServedImage>(name: K) => image.apply((served) => served[name]);
  const outputs: GoImageOutputs = {
    digest,
    ref,
    size: ofImage("size"),
    platformDigests: ofImage("platformDigests"),
    platformSizes: ofImage("platformSizes"),
    unpackedSize: ofImage("unpackedSize"),
    sizeSummary: ofImage("sizeSummary"),
    layers: ofImage("layers"),
    checks: ofImage("checks"),
    sourceHash: ofBuild(staged.hash, (last) => last.sourceHash),
    sourceFiles: ofBuild(files, (last) => last.sourceFiles),
    baseImages: ofBuild(
      decision.apply(({ pins }) => ({ ...pins.digests })),
      (last) => last.baseImages,
    ),
    dockerfile: ofBuild(dockerfile, (last) => last.dockerfile),
    tags: destination.apply((where) => where.tags.map((tag) => taggedName(where, tag))),
  };
  const kept: KeptState = {
    repair: decision.apply(({ trigger }) => trigger),
    context,
    inspectedBases: ofBuild(
      decision.apply(({ inspectedBases }) => inspectedBases),
      (last) => last.inspectedBases,
    ),
    ...(seed && { seed: ofBuild(seed, (last) => last.seed) }),
    ...(writtenSeed && { writtenSeed }),
    ...(spec.platforms.length > 1 && { platformLayers: ofImage("platformLayers") }),
  };
  return { outputs, all: { ...outputs, ...kept } };
}
