// Base images: which ones a recipe begins with, and the digests that they are pinned to.

import * as crypto from "node:crypto";
import { classicBases } from "./classic";
import type { Plan } from "./dockerfile";

export interface BaseImage {
  /** As the input names it. */
  image: string;
  /** The input. */
  input: string;
  /** Whether stages of the image's own platforms begin with it, or those of the builder's. */
  runs: { onTargets: boolean; onBuilder: boolean };
}

/** Digests of base images, by the names that the inputs give them. */
export type BaseDigests = Readonly<Record<string, string>>;

/** What a Dockerfile has of its base images beside their names. */
export interface Pins {
  digests: BaseDigests;
  /** End of the ids of secrets; empty as long as a base image is not known. */
  idSuffix: string;
}

export const noPins: Pins = { digests: {}, idSuffix: "" };

/** Each base image of the recipe once. */
export function basesOf({ spec, golangImage }: Plan): readonly BaseImage[] {
  const { build, recipe, runtime, smokeTest, platforms } = spec;
  const compiles =
    build.image === undefined && build.goVersion !== undefined ? "build.goVersion" : "build.image";
  const ships = { onTargets: true, onBuilder: false };
  switch (recipe) {
    case "classic":
      return classicBases.map((image) => ({ image, input: "recipe", runs: ships }));
    case "singleStage":
      return [{ image: golangImage, input: compiles, runs: ships }];
    case "fast": {
      // apk runs on the builder, and so does the smoke test of several platforms.
      const onBuilder = runtime.packages.length > 0 || (smokeTest !== undefined && platforms.length > 1);
      const onTargets = golangImage === runtime.image;
      return [
        ...(onTargets ? [] : [{ image: golangImage, input: compiles, runs: { onTargets, onBuilder: true } }]),
        {
          image: runtime.image,
          input: runtime.imageInput,
          runs: { onTargets: true, onBuilder: onBuilder || onTargets },
        },
      ].filter(({ image }) => image !== "scratch");
    }
  }
}

/** The digest that the name of an image has itself. */
export function ownDigest(image: string): string | undefined {
  const at = image.indexOf("@");
  return at < 0 ? undefined : image.slice(at + 1);
}

function digestOf(image: string, digests: BaseDigests): string | undefined {
  return Object.hasOwn(digests, image) ? digests[image] : undefined;
}

/**
 * The ids of secrets follow from the digests of all base images. None of these images can hold one, to mount it in instructions of its
 * own, since an image cannot hold its own digest. A build with the same images has the same ids everywhere, so builders share
 * the steps that mount them.
 */
export function pinsFor(plan: Plan, digests: BaseDigests): Pins {
  const all = basesOf(plan).map(({ image }) => ownDigest(image) ?? digestOf(image, digests));
  if (all.includes(undefined)) return { digests, idSuffix: "" };
  const hash = crypto.createHash("sha256").update(JSON.stringify(all)).digest("hex");
  // As long as a digest can be searched for by force, and not shorter: an image could list many ids.
  return { digests, idSuffix: `-${hash.slice(0, 32)}` };
}

export function pinned(image: string, digests: BaseDigests): string {
  const digest = digestOf(image, digests);
  return digest === undefined ? image : `${image}@${digest}`;
}

/** What the image is based on, in the OCI's words (image-spec, annotations). With tags that may move nothing is said. */
export function baseAnnotations(plan: Plan, digests: BaseDigests): Record<string, string> {
  const image = plan.spec.recipe === "singleStage" ? plan.golangImage : plan.spec.runtime.image;
  const digest = plan.spec.baseImages === "tag" ? undefined : digestOf(image, digests);
  if (digest === undefined) return {};
  return { "org.opencontainers.image.base.name": image, "org.opencontainers.image.base.digest": digest };
}
