// Base images of a build: which digests it begins with, and whether the last build began with the same ones.

import { BaseImages } from "../../args";
import { changedFiles } from "../../context";
import { basesOf, pinsFor, render, type BaseDigests, type Pins, type Plan } from "../../dockerfile";
import { parseImageReference, sameDomain } from "../../name";
import { isKnown, valueIfKnown } from "../pulumi/sdk";
import type { Situation } from "../pulumi/situation";
import { parseDeployed, recordedBuild, type DeployedImage, type RecordedBuild } from "../state/deployed";
import { pinnedDigests, type BaseReading, type Chosen } from "./baseReading";
import type { Prepared } from "./prepare";

/** What the state has of the last build. */
export interface LastBuild extends RecordedBuild {
  image: DeployedImage | undefined;
  /** Digests of the base images that the image still has. */
  digests: Record<string, string>;
  hasOtherFiles: boolean;
}

/** Undefined where the engine has passed the component over: nothing is known then. */
export async function lastBuild(
  { state }: Situation,
  { plan, files }: Prepared,
): Promise<LastBuild | undefined> {
  if (!(await isKnown(state))) return undefined;
  const outputs = await valueIfKnown(state);
  const recorded = recordedBuild(outputs);
  const { baseImages = {}, sourceFiles } = recorded;
  const names = basesOf(plan).map(({ image }) => image);
  return {
    ...recorded,
    image: parseDeployed(outputs),
    digests: Object.fromEntries(Object.entries(baseImages).filter(([image]) => names.includes(image))),
    hasOtherFiles: sourceFiles !== undefined && changedFiles(sourceFiles, files).length > 0,
  };
}

/** The classic recipe is what it is, to the byte. */
export function digestsFor({ spec }: Plan, chosen: Chosen): BaseDigests {
  return spec.recipe === "classic" ? {} : pinnedDigests(chosen);
}

/** The pins with which the Dockerfile is the deployed one, or undefined where something has changed. */
export function unchangedPins(plan: Plan, digests: BaseDigests, last: LastBuild): Pins | undefined {
  const { dockerfile, hasOtherFiles, image } = last;
  if (hasOtherFiles) return undefined;
  const pins = pinsFor(plan, digests);
  // Not recorded: there is nothing to compare with.
  const isSame = dockerfile === undefined ? image !== undefined : render(plan, pins).text === dockerfile;
  return isSame ? pins : undefined;
}

/** How the base images are read. */
export async function readingOf(
  { mode, component }: Situation,
  { plan, destination, access }: Pick<Prepared, "plan" | "destination" | "access">,
): Promise<BaseReading> {
  const { spec } = plan;
  const { login, insecure } = spec.registry;
  // The registry that is pushed to may have base images as well. Both may come late, or never.
  const isNeeded = login !== undefined || insecure;
  const where = isNeeded ? await valueIfKnown(destination).catch(() => undefined) : undefined;
  const how = where && (await valueIfKnown(access));
  const brief = spec.baseImages === BaseImages.Tag && spec.build.netrc === undefined && !spec.build.ssh;
  return {
    component,
    spec,
    bases: basesOf(plan),
    access: (image) => {
      const { domain } = parseImageReference(image).repository;
      const isOurs = where !== undefined && sameDomain(where.repository.domain) === sameDomain(domain);
      return { ...(isOurs ? how : {}), brief };
    },
    isEarly: mode === "preview" && isNeeded && how === undefined,
  };
}
