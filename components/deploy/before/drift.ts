// What became of the deployed image since: somebody may have deleted it from the registry, or moved its tags. Neither
// provider's refresh sees that (docker's looks at nothing, docker-build's at the digest alone, and only over https), so
// each `up` asks the registry: one small request a tag. The build waits for the answer only if it may be needed.

import * as pulumi from "@pulumi/pulumi";
import { layersOfAll, type DeployedImage } from "../state/deployed";
import { refTo, taggedName, type Destination } from "./destination";
import { type RegistryAccess, RegistryError, readImage, tagDigest } from "../../registry";
import { say } from "../pulumi/say";
import type { Situation } from "../pulumi/situation";

/** What the registry serves now for the deployed image. */
export interface Drift {
  /** The tags of the last deployment that are still wanted, each with the digest behind it, if it is there. */
  tags: { tag: string; digest: string | undefined }[];
  /** The image itself cannot be pulled any more. */
  imageGone: boolean;
}

/** Undefined in a preview, without a deployment to this repository, and where the registry cannot be asked. */
export function findDrift(
  { mode, component, deployed }: Situation,
  destination: pulumi.Output<Destination>,
  access: pulumi.Output<RegistryAccess>,
): pulumi.Output<Drift | undefined> {
  if (mode !== "update") return pulumi.output(undefined);
  const drift = pulumi.all([deployed, destination, access]).apply(async ([image, wanted, how]) => {
    if (image?.ref !== refTo(wanted, image?.digest ?? "")) return undefined;
    try {
      return await driftOf(image, wanted, how);
    } catch (error) {
      // An update without changes must not fail because the registry is out of reach.
      await say("warn", `not checked: ${(error as Error).message}`, component);
      return undefined;
    }
  });
  // Credentials go in; what comes out is no secret.
  return pulumi.unsecret(drift);
}

/** Whether nothing stands for the image any more: neither its digest nor one of its tags. */
export function isLost(found: Drift | undefined): boolean {
  return found?.imageGone === true && found.tags.every(({ digest }) => digest === undefined);
}

async function driftOf(image: DeployedImage, wanted: Destination, access: RegistryAccess): Promise<Drift> {
  const { repository } = wanted;
  const ours = wanted.tags.filter((tag) => image.tags?.includes(taggedName(wanted, tag)));
  const tags = await Promise.all(
    ours.map(async (tag) => ({ tag, digest: await tagDigest(repository, tag, access) })),
  );
  const isServed = tags.length === 0 || tags.some(({ digest }) => digest === image.digest);
  return { tags, imageGone: !isServed && (await isGone(image, wanted, access)) };
}

async function isGone(image: DeployedImage, wanted: Destination, access: RegistryAccess): Promise<boolean> {
  const known = new Map(layersOfAll(image).map((layer) => [layer.digest, layer]));
  try {
    await readImage(wanted.repository, image.digest, { access, known });
    return false;
  } catch (error) {
    if (error instanceof RegistryError && error.status === 404) return true;
    throw error;
  }
}
