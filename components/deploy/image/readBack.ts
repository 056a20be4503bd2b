// After the push, the registry is asked what it serves: digest, sizes, layers. What did not change since the last
// deployment is taken from the stack's state instead, so that an `up` without changes costs one small request a tag (in
// drift.ts), and a preview none.

import * as pulumi from "@pulumi/pulumi";
import { unknown } from "@pulumi/pulumi/output";
import type { ImageSpec } from "../../inputs";
import { isDigest, tagDigest } from "../../registry";
import { refTo } from "../before/destination";
import type { Prepared } from "../before/prepare";
import type { Child } from "../build";
import { say } from "../pulumi/say";
import type { Situation } from "../pulumi/situation";
import { failure } from "../pulumi/userErrors";
import { layersOfAll, type DeployedImage, type ServedImage } from "../state/deployed";
import { failedChecks } from "./checks";
import { growthDetails } from "./growth";
import { setTags, settleTags, withdrawTag, type PushedImage } from "./imageTags";
import { measureImage } from "./measure";
import { exceededPlatforms } from "./sizeLimits";

/** What the component exports of an image. */
export interface Served {
  digest: pulumi.Output<string>;
  ref: pulumi.Output<string>;
  image: pulumi.Output<ServedImage>;
  /** What is said of the image's source: `now`, or `last` where the deployed image is exported, which this update has left alone. */
  ofBuild: <T>(now: pulumi.Input<T>, last: (image: DeployedImage) => T | undefined) => pulumi.Output<T>;
}

/** Where nothing is left alone: in a preview and in a unit test. */
export const asNow: Served["ofBuild"] = <T>(now: pulumi.Input<T>) => pulumi.output(now) as pulumi.Output<T>;

/** An image that exceeds a limit. */
class TooLarge extends Error {
  constructor(readonly lines: readonly string[]) {
    super(lines.join("\n"));
  }
}

/** In an update: the image as the registry serves it. */
export function readBack(run: Situation, prepared: Prepared, child: Child): Served {
  const { component, deployed } = run;
  const { spec, destination, access, drift } = prepared;
  const inputs = pulumi.all([child.build.digest, destination, deployed, drift, access]);
  const image = inputs.apply(async ([digest, where, last, found, login]): Promise<ServedImage> => {
    const image: PushedImage = {
      component,
      build: child.build.resource,
      digest,
      destination: where,
      access: login,
    };
    try {
      if (!isDigest(digest)) {
        throw new Error(
          `the engine reported no valid digest for the image that it pushed (${JSON.stringify(digest)}); run pulumi up again`,
        );
      }
      const isDeployed = last?.ref === refTo(where, digest) && last.isMeasured;
      if (!isDeployed || child.pushed()) return await acceptedImage(image, last, spec, child);
      // A limit may be lower than it was. The image has not grown since it was deployed.
      const exceeded = exceededPlatforms(spec, last, last);
      if (exceeded.length > 0) {
        const kept = "nothing was pushed: the stack has this image deployed already, and keeps it";
        throw new TooLarge([...exceeded.flatMap(({ lines, sums }) => [...lines, ...sums]), kept]);
      }
      await settleTags(image, found);
      return servedOf(last);
    } catch (error) {
      const [first = "", ...more] = error instanceof TooLarge ? error.lines : [(error as Error).message];
      throw failure([`${where.repository.name}: ${first}`, ...more], component);
    }
  });
  // The credentials are secret, but the result does not contain them.
  const served = pulumi.unsecret(image);
  return {
    digest: served.apply(({ digest }) => digest),
    ref: served.apply(({ ref }) => ref),
    image: served,
    // --target of another resource and a refresh leave the child alone. No Output stands between: Pulumi follows each way that leads to
    // a rejected one, and one more step between them took all memory where an image was too large.
    ofBuild: <T>(now: pulumi.Input<T>, last: (image: DeployedImage) => T | undefined) =>
      pulumi.all([served, deployed, now]).apply(([{ digest }, before, fresh]) => {
        const isLast = before?.digest === digest && !child.pushed();
        return ((isLast ? last(before) : undefined) ?? fresh) as T;
      }),
  };
}

/** In a preview: the deployed image if nothing will be built; otherwise nothing is known. */
export function foresee(run: Situation, { spec, destination }: Prepared, { build }: Child): Served {
  const kept = pulumi.all([build.digest, run.deployed]).apply(([digest, deployed]): DeployedImage => {
    // An empty digest is what docker-build shows when it does not know.
    return digest !== "" && deployed?.digest === digest ? deployed : (unknown as never);
  });
  const known = pulumi.all([kept, destination]);
  const image = known.apply(async ([deployed, where]): Promise<ServedImage> => {
    for (const line of exceededPlatforms(spec, deployed, deployed).flatMap(({ lines }) => lines))
      await say("warn", `${line}; the update will fail`, run.component);
    return deployed.isMeasured
      ? { ...servedOf(deployed), ref: refTo(where, deployed.digest) }
      : (unknown as never);
  });
  return {
    digest: kept.apply(({ digest }) => digest),
    ref: known.apply(([{ digest }, where]) => refTo(where, digest)),
    image,
    ofBuild: asNow,
  };
}

/** Measures an image that is not the deployed one, and gives it its tags if the limits of its size let it pass. */
async function acceptedImage(
  image: PushedImage,
  deployed: DeployedImage | undefined,
  spec: ImageSpec,
  { layers: layerOrigins, isHardened }: Pick<Child, "layers" | "isHardened">,
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
  if (isHardened) {
    for (const { name, detail } of failedChecks(measured.checks, spec))
      await say("warn", `the image fails the check ${name}: ${detail}`, image.component);
  }
  return { digest, ref: refTo(destination, digest), ...measured };
}

function servedOf(deployed: DeployedImage): ServedImage {
  const { digest, ref, size, unpackedSize, sizeSummary, layers, checks } = deployed;
  const { platformDigests, platformSizes, platformLayers } = deployed;
  return {
    digest,
    ref,
    size,
    platformDigests,
    platformSizes,
    platformLayers,
    unpackedSize,
    sizeSummary,
    layers,
    checks,
  };
}
