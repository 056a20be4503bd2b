// What became of the deployed image since: somebody may have deleted it from the registry, or moved its tags. Neither
// provider's refresh sees that (docker's looks at nothing, docker-build's at the digest alone, and only over https), so
// each `up` asks the registry: one small request a tag. The build waits for the answer only if it may be needed.

import { randomUUID } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import type { DeployedImage } from "./deployed";
import { refTo, type Destination } from "./readBack";
import { readImage, tagDigest, type RegistryAccess } from "../registry";
import { RegistryError } from "../registry/client/errors";
import { isMocked, isProtected, valueIfKnown } from "./sdk";

/** What the registry serves now for the deployed image. */
export interface Drift {
  /** The tags of the last deployment that are still wanted, each with the digest behind it, if it is there. */
  tags: { tag: string; digest: string | undefined }[];
  /** The image itself cannot be pulled any more. */
  imageGone: boolean;
}

/** Undefined in a preview, without a deployment to this repository, and where the registry cannot be asked. */
export function findDrift(
  component: pulumi.Resource,
  deployed: pulumi.Output<DeployedImage | undefined>,
  destination: pulumi.Output<Destination>,
  access: pulumi.Output<RegistryAccess>,
): pulumi.Output<Drift | undefined> {
  if (pulumi.runtime.isDryRun() || isMocked()) return pulumi.output(undefined);
  const drift = pulumi.all([deployed, destination, access]).apply(async ([image, wanted, how]) => {
    if (image?.ref !== refTo(wanted, image?.digest ?? "")) return undefined;
    try {
      return await driftOf(image, wanted, how);
    } catch (error) {
      // Nothing may have changed; a registry that is out of reach is no reason to fail then.
      await pulumi.log.warn(`not checked: ${(error as Error).message}`, component);
      return undefined;
    }
  });
  // Credentials go in; what comes out is no secret.
  return pulumi.unsecret(drift);
}

/**
 * A value whose change makes the engine replace the child, that is, build and push again: a new one when the registry
 * has lost the image, else the last deployment's. Only an image that no tag stands for is pushed again without being
 * asked. Where somebody else has pushed to one of its tags, that would take the tag away from them, and two stacks could
 * do so to each other for ever.
 *
 * A build that takes place anyway pushes what is missing, so it does not wait: a registry may be far away.
 */
export async function repairOf(
  component: pulumi.Resource,
  deployed: pulumi.Output<DeployedImage | undefined>,
  drift: pulumi.Output<Drift | undefined>,
  rebuilds: pulumi.Output<boolean>,
): Promise<string> {
  // Not as an Output: that would depend on the component, hence on its child, whose registration waits for this.
  const image = await valueIfKnown(deployed);
  const last = image?.repair ?? "none";
  // Where a repository stays unknown, there is nothing to compare with.
  if (await valueIfKnown(rebuilds)) return last;
  return repairAfter(component, image, await valueIfKnown(drift), last);
}

async function repairAfter(
  component: pulumi.Resource,
  image: DeployedImage | undefined,
  found: Drift | undefined,
  last: string,
): Promise<string> {
  const lost = found?.imageGone === true && found.tags.every(({ digest }) => digest === undefined);
  if (!lost) return last;
  if (isProtected(component)) {
    await pulumi.log.warn(
      `the registry no longer has ${image?.ref}, which this stack has pushed and exports. It is protected, so that it is not ` +
        "replaced, and so not pushed again: take protect away (pulumi state unprotect), then run pulumi up",
      component,
    );
    return last;
  }
  await pulumi.log.warn(
    `the registry no longer has ${image?.ref}, which this stack has pushed and exports; it is pushed again`,
    component,
  );
  // Not a count: an update that fails may leave a new value with the child and the old one with the component.
  return randomUUID();
}

async function driftOf(image: DeployedImage, wanted: Destination, access: RegistryAccess): Promise<Drift> {
  const { repository } = wanted;
  const ours = wanted.tags.filter((tag) => image.tags?.includes(`${repository.familiar}:${tag}`));
  const tags = await Promise.all(
    ours.map(async (tag) => ({ tag, digest: await tagDigest(repository, tag, access) })),
  );
  const isServed = tags.length === 0 || tags.some(({ digest }) => digest === image.digest);
  return { tags, imageGone: !isServed && (await isGone(image, wanted, access)) };
}

async function isGone(image: DeployedImage, wanted: Destination, access: RegistryAccess): Promise<boolean> {
  const known = new Map(image.layers.map((layer) => [layer.digest, layer]));
  try {
    await readImage(wanted.repository, image.digest, { access, known });
    return false;
  } catch (error) {
    if (error instanceof RegistryError && error.status === 404) return true;
    throw error;
  }
}
