// How long a build with its push may take.

import type * as pulumi from "@pulumi/pulumi";
import { hasBuildkitFeatures, type ImageSpec } from "../../inputs";
import type { Situation } from "../pulumi/situation";

/** Longer than any build of a Go service that ends; a build that hangs would otherwise hang until the pipeline's own limit. */
const usual: pulumi.CustomTimeouts = { create: "2h", update: "2h" };

/** The component's own limits, which its child does not inherit, before the usual ones. */
export function timeLimits(
  { customTimeouts }: Pick<Situation, "customTimeouts">,
  { engine }: Pick<ImageSpec, "engine">,
): pulumi.CustomResourceOptions {
  if (!hasBuildkitFeatures(engine)) return customTimeouts === undefined ? {} : { customTimeouts };
  return { customTimeouts: { ...usual, ...customTimeouts } };
}
