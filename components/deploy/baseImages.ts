// Which digests the base images of a build have: those of the last deployment, or those of now.

import * as pulumi from "@pulumi/pulumi";
import { BaseImages } from "../args";
import type { BaseDigests } from "../dockerfile";
import { failure } from "./errors";
import type { DeployedImage } from "./deployed";
import { tagDigest } from "../registry";
import { isMocked } from "./sdk";
import { parseImageReference } from "../registry/reference";
import { say } from "./say";

/** Digests by image; empty when tags are left to the builder. Asks registries, also in a preview. */
export function baseDigests(
  component: pulumi.ComponentResource,
  mode: BaseImages,
  images: readonly string[],
  deployed: pulumi.Output<DeployedImage | undefined>,
): pulumi.Output<BaseDigests> {
  if (mode === BaseImages.Tag || isMocked()) return pulumi.output<BaseDigests>({});
  return deployed.apply(async (image) => {
    // scratch is no image: it has no digest and no registry.
    const tagged = [...new Set(images)].filter(
      (name) => name !== "scratch" && parseImageReference(name).digest === undefined,
    );
    const known = image?.baseImages ?? {};
    try {
      const digests = tagged.map(
        async (name) => [name, await digestFor(component, mode, name, known[name])] as const,
      );
      return Object.fromEntries(await Promise.all(digests));
    } catch (error) {
      throw failure((error as Error).message, component);
    }
  });
}

async function digestFor(
  component: pulumi.ComponentResource,
  mode: BaseImages,
  image: string,
  known: string | undefined,
): Promise<string> {
  const { repository, tag } = parseImageReference(image);
  let current: string | undefined;
  try {
    current = await tagDigest(repository, tag);
  } catch (error) {
    // A registry that is out of reach is no reason to fail where the digest is known.
    if (known === undefined)
      throw new Error(`base image ${image}: ${(error as Error).message}`, { cause: error });
    await say(
      "warn",
      `base image ${image} stays at ${known}, not checked: ${(error as Error).message}`,
      component,
    );
    return known;
  }
  if (current === undefined && known === undefined) {
    throw new Error(`base image ${image}: ${repository.name} has no tag ${tag}`);
  }
  if (known === undefined || (mode === BaseImages.Follow && current !== undefined)) return current ?? "";
  if (current !== known) {
    const now = current === undefined ? "is gone" : `has moved to ${current}`;
    await say(
      "info",
      `base image ${image} ${now}; pinned at ${known} until baseImages is "follow"`,
      component,
    );
  }
  return known;
}
