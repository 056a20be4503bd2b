// How long a build with its push may take.

import type * as pulumi from "@pulumi/pulumi";
import { capabilities, type ImageSpec } from "../../inputs";
import type { Situation } from "../pulumi/situation";

/** Longer than any build of a Go service that ends; what hangs would else hang until a pipeline's own limit. */
const usual: pulumi.CustomTimeouts = { create: "2h", update: "2h" };

/** The component's own limits, which its child does not inherit, before the usual ones. */
export function timeLimits(
  { customTimeouts }: Pick<Situation, "customTimeouts">,
  { engine }: Pick<ImageSpec, "engine">,
): pulumi.CustomResourceOptions {
  if (!capabilities[engine].timeLimits) return customTimeouts === undefined ? {} : { customTimeouts };
  return { customTimeouts: { ...usual, ...customTimeouts } };
}
