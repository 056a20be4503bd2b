// The tags of an image: set after a push, put back where they are gone, taken from nobody.

import type * as pulumi from "@pulumi/pulumi";
import { putTag, type RegistryAccess } from "../../registry";
import type { DeployedImage } from "../state/deployed";
import { refTo, taggedName, type Destination } from "../before/destination";
import type { Drift } from "../before/drift";
import { say } from "../pulumi/say";

/** An image that is in the registry, and where its tags are. */
export interface PushedImage {
  component: pulumi.ComponentResource;
  /** The child that pushed. */
  build: pulumi.CustomResource;
  digest: string;
  destination: Destination;
  access: RegistryAccess;
}

/**
 * After a push: points the tags that the engine does not push to the image, and checks the one that it does, which
 * points to `served`.
 */
export async function setTags(
  image: PushedImage,
  deployed: DeployedImage | undefined,
  served: string | undefined,
): Promise<void> {
  const { digest, access, destination } = image;
  const { repository, tags } = destination;
  const [pushed = "", ...others] = tags;
  // An image that exceeded a limit was withdrawn from the tag; now that the limit lets it pass, it gets the tag back. A tag
  // that is gone again is nobody's.
  if (served === undefined || (served !== digest && served === deployed?.digest)) others.push(pushed);
  else if (served !== digest) await warnOfTag(image, pushed, served);
  for (const tag of others) await putTag(repository, digest, tag, access);
}

/**
 * Without a push: sets tags that are new or gone, which takes them from nobody. One that points to something else was
 * pushed by somebody else, perhaps another stack with the same tag; the two would move it to and fro for ever, so it is
 * left to the user. An image that cannot be pulled must not be exported.
 */
export async function settleTags(image: PushedImage, drift: Drift | undefined): Promise<void> {
  const { digest, access, destination } = image;
  if (drift === undefined) return;
  if (drift.imageGone) {
    throw new Error(
      `the registry no longer has ${digest}, which this stack has pushed and exports. ${await remedy(image)}`,
    );
  }
  for (const tag of destination.tags) {
    const served = drift.tags.find((known) => known.tag === tag)?.digest;
    if (served === undefined) await putTag(destination.repository, digest, tag, access);
    else if (served !== digest) await warnOfTag(image, tag, served);
  }
}

/**
 * An image that is not accepted is under its first tag already, and under no other; what was there before this stack's last update
 * comes back. Says where each tag points.
 */
export async function withdrawTag(image: PushedImage, deployed: DeployedImage | undefined): Promise<string> {
  const { destination, access } = image;
  const [tag = ""] = destination.tags;
  const [name = "", ...others] = destination.tags.map((each) => taggedName(destination, each));
  const before = deployed?.ref === refTo(destination, deployed?.digest ?? "") ? deployed : undefined;
  const kept = others.filter((tag) => before?.tags?.includes(tag));
  const unset = others.filter((tag) => !kept.includes(tag));
  const rest = [
    ...(kept.length === 0 ? [] : [`; still at the previous image: ${kept.join(", ")}`]),
    ...(unset.length === 0 ? [] : [`; not set: ${unset.join(", ")}`]),
  ].join("");
  if (before?.tags?.includes(name) !== true)
    return `${name} points to this image, since there was none before; the stack does not export it`.concat(
      rest,
    );
  await putTag(destination.repository, before.digest, tag, access);
  return `the stack keeps the previous image, and ${name} points to it again: ${before.digest}`.concat(rest);
}

async function warnOfTag(image: PushedImage, tag: string, served: string): Promise<void> {
  await say(
    "warn",
    `${taggedName(image.destination, tag)} points to ${served}, not to ${image.digest}, which this stack ` +
      `has pushed and exports. ${await remedy(image)}`,
    image.component,
  );
}

async function remedy({ build }: PushedImage): Promise<string> {
  const urn = await new Promise<string>((resolve) => build.urn.apply(resolve));
  return `To push it again and take its tags: pulumi up --replace '${urn}'`;
}
