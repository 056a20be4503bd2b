// After the push, the registry is asked what it serves: digest, sizes, layers. What did not change since the last
// deployment is taken from the stack's state instead, so that an `up` without changes costs one small request a tag (in
// drift.ts), and a preview none.

import * as pulumi from "@pulumi/pulumi";
import { unknown } from "@pulumi/pulumi/output";
import type { LayerOrigin } from "../../dockerfile";
import type { ImageBuild } from "../../engines";
import type { ImageSpec } from "../../inputs";
import { type RegistryAccess, isDigest, tagDigest } from "../../registry";
import { failedChecks } from "./checks";
import { layersOfAll, type DeployedImage, type ServedImage } from "../state/deployed";
import { refTo, type Destination } from "../before/destination";
import type { Drift } from "../before/drift";
import { failure } from "../pulumi/userErrors";
import { growthDetails } from "./growth";
import { exceededPlatforms } from "./sizeLimits";
import { measureImage } from "./measure";
import { setTags, settleTags, withdrawTag, type PushedImage } from "./imageTags";
import { say } from "../pulumi/say";

export interface ReadBackOptions {
  component: pulumi.ComponentResource;
  spec: ImageSpec;
  build: ImageBuild;
  destination: pulumi.Output<Destination>;
  deployed: pulumi.Output<DeployedImage | undefined>;
  drift: pulumi.Output<Drift | undefined>;
  /** Whether the engine has built and pushed in this update. */
  pushed: () => boolean;
  access: pulumi.Output<RegistryAccess>;
  layerOrigins: readonly LayerOrigin[];
  /** For an image that is meant to pass its checks. */
  warnOnFailedChecks: boolean;
}

/** An image that exceeds a limit. */
class TooLarge extends Error {
  constructor(readonly lines: readonly string[]) {
    super(lines.join("\n"));
  }
}

/** The image as the registry serves it; unknown in a preview unless it is the deployed one. */
export function readBack(options: ReadBackOptions): pulumi.Output<ServedImage> {
  const { component, spec, build, pushed } = options;
  const { destination, deployed, drift, access } = options;
  const inputs = pulumi.all([build.digest, destination, deployed, drift, access]);
  const image = inputs.apply(async ([digest, destination, deployed, drift, access]): Promise<ServedImage> => {
    if (pulumi.runtime.isDryRun()) return previewed(options, digest, destination, deployed);
    const image: PushedImage = { component, build: build.resource, digest, destination, access };
    try {
      if (!isDigest(digest)) {
        throw new Error(
          `the engine gave no digest of what it pushed (${JSON.stringify(digest)}); run pulumi up again`,
        );
      }
      const isDeployed = deployed?.ref === refTo(destination, digest) && deployed.checks.length > 0;
      if (!isDeployed || pushed()) return await acceptedImage(image, deployed, options);
      // A limit may be lower than it was. The image has not grown since it was deployed.
      const exceeded = exceededPlatforms(spec, deployed, deployed);
      if (exceeded.length > 0) {
        const kept = "nothing was pushed: this is the image that the stack has deployed, and it stays";
        throw new TooLarge([...exceeded.flatMap(({ lines, sums }) => [...lines, ...sums]), kept]);
      }
      await settleTags(image, drift);
      return servedOf(deployed);
    } catch (error) {
      const [first = "", ...more] = error instanceof TooLarge ? error.lines : [(error as Error).message];
      throw failure([`${destination.repository.name}: ${first}`, ...more], component);
    }
  });
  // Credentials go in; what comes out is no secret.
  return pulumi.unsecret(image);
}

async function previewed(
  { component, spec }: ReadBackOptions,
  digest: string,
  destination: Destination,
  deployed: DeployedImage | undefined,
): Promise<ServedImage> {
  // An empty digest is what docker-build shows when it does not know.
  if (digest === "" || deployed?.digest !== digest) return unknown as never;
  for (const line of exceededPlatforms(spec, deployed, deployed).flatMap(({ lines }) => lines))
    await say("warn", `${line}; the update will fail`, component);
  return { ...servedOf(deployed), ref: refTo(destination, digest) };
}

/** Measures an image that is not the deployed one, and gives it its tags if the limits of its size let it pass. */
async function acceptedImage(
  image: PushedImage,
  deployed: DeployedImage | undefined,
  { spec, layerOrigins, warnOnFailedChecks }: ReadBackOptions,
): Promise<ServedImage> {
  const { digest, destination, access } = image;
  const { repository, tags } = destination;
  // In parallel, to hide latency.
  const [measured, served] = await Promise.all([
    measureImage({
      repository,
      digest,
      access,
      spec,
      layerOrigins,
      deployed: deployed ? layersOfAll(deployed) : [],
    }),
    tagDigest(repository, tags[0] ?? "", access),
  ]);
  const exceeded = exceededPlatforms(spec, measured, deployed);
  if (exceeded.length > 0) {
    const sums = exceeded.flatMap(({ lines, sums }) => [...lines, ...sums]);
    const { platform } = exceeded[0] ?? {};
    const details = await growthDetails(refTo(destination, digest), deployed?.ref, { access, platform });
    throw new TooLarge([...sums, ...details, await withdrawTag(image, deployed)]);
  }
  await setTags(image, deployed, served);
  if (warnOnFailedChecks) {
    for (const { name, detail } of failedChecks(measured.checks, spec))
      await say("warn", `the image fails the check ${name}: ${detail}`, image.component);
  }
  return { digest, ref: refTo(destination, digest), ...measured };
}

function servedOf(deployed: DeployedImage): ServedImage {
  const { digest, ref, size, unpackedSize, sizeSummary, layers, checks } = deployed;
  const { platformDigests, platformSizes, platformLayers } = deployed;
  return {
    ...{ digest, ref, size, platformDigests, platformSizes, platformLayers },
    ...{ unpackedSize, sizeSummary, layers, checks },
  };
}
