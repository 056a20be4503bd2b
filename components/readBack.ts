// After the push, the registry is asked what it serves: digest, sizes, layers. What did not change since the last
// deployment is taken from the stack's state instead, so that an `up` without changes costs one small request, and a
// preview none.

import * as pulumi from "@pulumi/pulumi";
import { unknown } from "@pulumi/pulumi/output";
import type { GoImageArgs } from "./args";
import { brokenPromises } from "./checks";
import type { Dockerfile } from "./dockerfile/recipes";
import { failure } from "./failure";
import type { ImageBuild, RegistryLogin } from "./engines/engine";
import type { Repository } from "./registry/reference";
import { breakdown, exceededLimits } from "./budget";
import { contributorsOf } from "./contributors";
import { measureImage, type MeasuredImage } from "./measure";
import { putTag, tagDigest, type RegistryAccess } from "./registry";

/** Where an image goes. */
export interface Destination {
  repository: Repository;
  /** At least one; the engine pushes the first. */
  tags: string[];
}

/** What the registry serves for a digest. */
export interface ServedImage extends MeasuredImage {
  digest: string;
  /** Repository with digest. */
  ref: string;
}

/** What the stack's state has of the last deployment. */
export interface DeployedImage extends ServedImage {
  dockerfile?: string;
  /** Full references. */
  tags?: string[];
  /** Digests of base images, by name. */
  baseImages?: Record<string, string>;
  /** Hashes of the files that the build read, by path. */
  sourceFiles?: Record<string, string>;
}

/**
 * What this component's outputs were after the last deployment; undefined when there was none. The engine keeps the
 * outputs of a component whose inputs did not change (this one registers none), and answers this invoke from its
 * state, in previews as well.
 */
export function deployedImage(component: pulumi.Resource): pulumi.Output<DeployedImage | undefined> {
  return component.urn.apply(async (urn) => {
    const result = (await pulumi.runtime.invoke("pulumi:pulumi:getResource", { urn })) as { state?: unknown };
    const state = (result.state ?? {}) as Partial<DeployedImage>;
    const whole =
      typeof state.digest === "string" && typeof state.size === "number" && Array.isArray(state.layers);
    return whole ? (state as DeployedImage) : undefined;
  });
}

/** What readBack works from. */
export interface ReadBackOptions {
  component: pulumi.ComponentResource;
  build: ImageBuild;
  destination: pulumi.Output<Destination>;
  deployed: pulumi.Output<DeployedImage | undefined>;
  login: RegistryLogin | undefined;
  args: GoImageArgs;
  layerOrigins: Dockerfile["layers"];
  isHardened: boolean;
}

/** The image as the registry serves it; unknown in a preview unless it is the deployed one. */
export function readBack(options: ReadBackOptions): pulumi.Output<ServedImage> {
  const { component, build, args, layerOrigins, isHardened } = options;
  const inputs = pulumi.all([options.build.digest, options.destination, options.deployed, options.login]);
  const image = inputs.apply(async ([digest, destination, deployed, login]): Promise<ServedImage> => {
    if (pulumi.runtime.isDryRun()) {
      // An empty digest is what docker-build shows when it does not know.
      const known = digest !== "" && deployed?.digest === digest;
      return known ? { ...servedOf(deployed), ref: refTo(destination, digest) } : (unknown as never);
    }
    const access: RegistryAccess = { ...login, insecure: args.registry?.insecure === true };
    try {
      return await servedImage({
        component,
        build: build.resource,
        digest,
        destination,
        deployed,
        access,
        args,
        layerOrigins,
        isHardened,
      });
    } catch (error) {
      throw failure(`${destination.repository.name}: ${(error as Error).message}`, component);
    }
  });
  // Credentials go in; what comes out is no secret.
  return pulumi.unsecret(image);
}

interface ServedImageOptions {
  component: pulumi.ComponentResource;
  /** The child that pushed. */
  build: pulumi.CustomResource;
  digest: string;
  destination: Destination;
  deployed: DeployedImage | undefined;
  access: RegistryAccess;
  args: GoImageArgs;
  layerOrigins: Dockerfile["layers"];
  isHardened: boolean;
}

async function servedImage(options: ServedImageOptions): Promise<ServedImage> {
  const { digest, deployed, destination } = options;
  if (!/^sha256:[0-9a-f]{64}$/.test(digest)) {
    throw new Error(
      `the engine gave no digest of what it pushed (${JSON.stringify(digest)}); run pulumi up again`,
    );
  }
  if (deployed?.ref === refTo(destination, digest) && deployed.checks !== undefined) {
    // Nothing was pushed; a registry that is out of reach is no reason to fail.
    await verifyTags(options).catch((error: Error) =>
      pulumi.log.warn(`not checked: ${error.message}`, options.component),
    );
    return servedOf(deployed);
  }
  const { repository } = destination;
  const image = await measureImage({ ...options, repository, deployed: deployed?.layers ?? [] });
  const exceeded = exceededLimits(options.args, image, deployed);
  if (exceeded.length > 0) {
    const sums = breakdown(image, deployed);
    const details = await contributorsOf(refTo(destination, digest), deployed?.ref, options.access);
    throw new Error([...exceeded, ...sums, ...details, await withdrawTag(options)].join("\n"));
  }
  await verifyTags(options);
  if (options.isHardened) {
    for (const { name, detail } of brokenPromises(image.checks, options.args))
      await pulumi.log.warn(`the image fails the check ${name}: ${detail}`, options.component);
  }
  return { digest, ref: refTo(destination, digest), ...image };
}

/** Points the tags that the engine does not push to the image, and checks the one that it does. */
async function verifyTags(options: ServedImageOptions): Promise<void> {
  const { digest, access, destination } = options;
  const { repository, tags } = destination;
  const [pushed = "", ...others] = tags;
  const served = await tagDigest(repository, pushed, access);
  // An image that exceeded a limit was withdrawn from the tag; now that the limit lets it pass, it gets the tag back.
  if (served !== digest && served === options.deployed?.digest) others.push(pushed);
  else await checkTag(options, pushed, served);
  for (const tag of others) await putTag(repository, digest, tag, access);
}

/** The fields that an older version of this package did not write are as if nothing were known. */
function servedOf(deployed: DeployedImage): ServedImage {
  const { digest, ref, size, unpackedSize, layers } = deployed;
  const { platformSizes = {}, sizeSummary = "", checks = [] } = deployed as Partial<DeployedImage>;
  return { digest, ref, size, platformSizes, unpackedSize, sizeSummary, layers, checks };
}

function refTo({ repository }: Destination, digest: string): string {
  return `${repository.familiar}@${digest}`;
}

/** The engine has pushed the image under the tag already; what was there before this stack's last update comes back. */
async function withdrawTag({ deployed, destination, access }: ServedImageOptions): Promise<string> {
  const { repository, tags } = destination;
  const [tag = ""] = tags;
  const name = `${repository.familiar}:${tag}`;
  if (deployed?.ref !== refTo(destination, deployed?.digest ?? "") || !deployed.tags?.includes(name))
    return `${name} points to this image, since there was none before; the stack does not export it`;
  await putTag(repository, deployed.digest, tag, access);
  return `the stack keeps the previous image, and ${name} points to it again: ${deployed.digest}`;
}

/** The tag must point to what was pushed; when it does not, somebody else has moved it, which the user should know. */
async function checkTag(options: ServedImageOptions, tag: string, served: string | undefined): Promise<void> {
  const { component, build, digest, destination } = options;
  if (served === digest) return;
  const name = `${destination.repository.familiar}:${tag}`;
  const now = served === undefined ? "is not in the registry" : `points to ${served}`;
  await pulumi.log.warn(
    `${name} ${now}, not to ${digest}, which this stack has pushed and exports. ` +
      `To push it again: pulumi up --replace '${await urnOf(build)}'`,
    component,
  );
}

function urnOf(resource: pulumi.Resource): Promise<string> {
  return new Promise((resolve) => resource.urn.apply(resolve));
}
