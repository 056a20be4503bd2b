// After the push, the registry is asked what it serves: digest, sizes, layers. What did not change since the last
// deployment is taken from the stack's state instead, so that an `up` without changes costs one small request a tag (in
// drift.ts), and a preview none.

import * as pulumi from "@pulumi/pulumi";
import { unknown } from "@pulumi/pulumi/output";
import type { GoImageArgs } from "../args";
import { breakdown, exceededLimits } from "./limits";
import { brokenPromises } from "./checks";
import { contributorsOf } from "./growth";
import { parseDeployed, type DeployedImage, type ServedImage } from "./deployed";
import type { Dockerfile } from "../dockerfile/fast";
import type { Drift } from "./drift";
import type { ImageBuild } from "../engines/engine";
import { failure } from "./errors";
import { measureImage } from "./measure";
import type { Repository } from "../registry/reference";
import { putTag, tagDigest, type RegistryAccess } from "../registry";
import { isDigest } from "../registry/image/manifest";
import { isMocked } from "./sdk";

/** Where an image goes. */
export interface Destination {
  repository: Repository;
  /** At least one; the engine pushes the first. */
  tags: string[];
}

/**
 * What this component's outputs were after the last deployment; undefined when there was none. The engine keeps the
 * outputs of a component whose inputs did not change (this one registers none), and answers this invoke from its
 * state, in previews as well.
 */
export function deployedImage(component: pulumi.Resource): pulumi.Output<DeployedImage | undefined> {
  return component.urn.apply(async (urn) => {
    const result = (await pulumi.runtime.invoke("pulumi:pulumi:getResource", { urn })) as { state?: unknown };
    return parseDeployed(result.state);
  });
}

/** What readBack works from. */
export interface ReadBackOptions {
  component: pulumi.ComponentResource;
  build: ImageBuild;
  destination: pulumi.Output<Destination>;
  deployed: pulumi.Output<DeployedImage | undefined>;
  drift: pulumi.Output<Drift | undefined>;
  /** Whether the engine has built and pushed in this update. */
  pushed: () => boolean;
  access: pulumi.Output<RegistryAccess>;
  args: GoImageArgs;
  layerOrigins: Dockerfile["layers"];
  isHardened: boolean;
}

/** The image as the registry serves it; unknown in a preview unless it is the deployed one. */
export function readBack(options: ReadBackOptions): pulumi.Output<ServedImage> {
  const { component, build, args, layerOrigins, isHardened, pushed } = options;
  const { destination, deployed, drift, access } = options;
  const inputs = pulumi.all([build.digest, destination, deployed, drift, access]);
  const image = inputs.apply(async ([digest, destination, deployed, drift, access]): Promise<ServedImage> => {
    if (pulumi.runtime.isDryRun()) {
      // An empty digest is what docker-build shows when it does not know.
      const known = digest !== "" && deployed?.digest === digest;
      if (!known) return unknown as never;
      for (const line of exceededLimits(args, deployed, deployed))
        await pulumi.log.warn(`${line}; the update will fail`, component);
      return { ...servedOf(deployed), ref: refTo(destination, digest) };
    }
    if (isMocked()) return unknown as never;
    const context = { component, build: build.resource, digest, destination, access };
    try {
      if (!isDigest(digest)) {
        throw new Error(
          `the engine gave no digest of what it pushed (${JSON.stringify(digest)}); run pulumi up again`,
        );
      }
      if (deployed?.ref === refTo(destination, digest) && deployed.checks.length > 0 && !pushed()) {
        // A limit may be lower than it was. The image has not grown since it was deployed.
        const exceeded = exceededLimits(args, deployed, deployed);
        if (exceeded.length > 0) {
          const kept = "nothing was pushed: this is the image that the stack has deployed, and it stays";
          throw new Error([...exceeded, ...breakdown(deployed, undefined), kept].join("\n"));
        }
        await settleTags(context, drift);
        return servedOf(deployed);
      }
      return await acceptedImage({ ...context, deployed, args, layerOrigins, isHardened });
    } catch (error) {
      throw failure(`${destination.repository.name}: ${(error as Error).message}`, component);
    }
  });
  // Credentials go in; what comes out is no secret.
  return pulumi.unsecret(image);
}

/** Under mocks, what they give: the digest, or nothing. The rest stays unknown. */
export function mockedDigest(build: ImageBuild): pulumi.Output<string> {
  return build.digest.apply((digest) => (isDigest(digest) ? digest : (unknown as never)));
}

interface PushedImage {
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
async function setTags(image: NewImage, served: string | undefined): Promise<void> {
  const { digest, access, destination } = image;
  const { repository, tags } = destination;
  const [pushed = "", ...others] = tags;
  // An image that exceeded a limit was withdrawn from the tag; now that the limit lets it pass, it gets the tag back.
  if (served !== digest && served === image.deployed?.digest) others.push(pushed);
  else if (served !== digest) await warnOfTag(image, pushed, served ?? "nothing");
  for (const tag of others) await putTag(repository, digest, tag, access);
}

/**
 * Without a push: sets tags that are new or gone, which takes them from nobody. One that points to something else was
 * pushed by somebody else, perhaps another stack with the same tag; the two would move it to and fro for ever, so it is
 * left to the user. An image that cannot be pulled must not be exported.
 */
async function settleTags(image: PushedImage, drift: Drift | undefined): Promise<void> {
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

async function warnOfTag(image: PushedImage, tag: string, served: string): Promise<void> {
  await pulumi.log.warn(
    `${image.destination.repository.familiar}:${tag} points to ${served}, not to ${image.digest}, which this stack ` +
      `has pushed and exports. ${await remedy(image)}`,
    image.component,
  );
}

async function remedy({ build }: PushedImage): Promise<string> {
  const urn = await new Promise<string>((resolve) => build.urn.apply(resolve));
  return `To push it again and take its tags: pulumi up --replace '${urn}'`;
}

interface NewImage extends PushedImage {
  deployed: DeployedImage | undefined;
  args: GoImageArgs;
  layerOrigins: Dockerfile["layers"];
  isHardened: boolean;
}

/** Measures an image that is not the deployed one, and gives it its tags if the limits of its size let it pass. */
async function acceptedImage(image: NewImage): Promise<ServedImage> {
  const { digest, destination, deployed, args, access } = image;
  const { repository, tags } = destination;
  // At once: a registry may be far away.
  const [measured, served] = await Promise.all([
    measureImage({ ...image, repository, deployed: deployed?.layers ?? [] }),
    tagDigest(repository, tags[0] ?? "", access),
  ]);
  const exceeded = exceededLimits(args, measured, deployed);
  if (exceeded.length > 0) {
    const sums = breakdown(measured, deployed);
    const details = await contributorsOf(refTo(destination, digest), deployed?.ref, access);
    throw new Error([...exceeded, ...sums, ...details, await withdrawTag(image)].join("\n"));
  }
  await setTags(image, served);
  if (image.isHardened) {
    for (const { name, detail } of brokenPromises(measured.checks, args))
      await pulumi.log.warn(`the image fails the check ${name}: ${detail}`, image.component);
  }
  return { digest, ref: refTo(destination, digest), ...measured };
}

/** The engine has pushed the image under the tag already; what was there before this stack's last update comes back. */
async function withdrawTag({ deployed, destination, access }: NewImage): Promise<string> {
  const { repository, tags } = destination;
  const [tag = ""] = tags;
  const name = `${repository.familiar}:${tag}`;
  if (deployed?.ref !== refTo(destination, deployed?.digest ?? "") || !deployed.tags?.includes(name))
    return `${name} points to this image, since there was none before; the stack does not export it`;
  await putTag(repository, deployed.digest, tag, access);
  return `the stack keeps the previous image, and ${name} points to it again: ${deployed.digest}`;
}

function servedOf(deployed: DeployedImage): ServedImage {
  const { digest, ref, size, platformSizes, unpackedSize, sizeSummary, layers, checks } = deployed;
  return { digest, ref, size, platformSizes, unpackedSize, sizeSummary, layers, checks };
}

/** Repository with digest. */
export function refTo({ repository }: Destination, digest: string): string {
  return `${repository.familiar}@${digest}`;
}
