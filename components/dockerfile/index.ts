// From a plan to the text of a Dockerfile, and where each layer of the result comes from. Pure.

import type { BaseDigests } from "./bases";
import { classic } from "./classic";
import type { Dockerfile, Plan } from "./dockerfile";
import { fast } from "./fast";
import { singleStage } from "./singleStage";

export { baseAnnotations, type BaseDigests } from "./bases";
export type { Dockerfile, LayerOrigin, Plan } from "./dockerfile";
export { hints } from "./hints";
export { aboutSeed, seedDockerfile } from "./seed";
export { netrcSecrets, secretValues } from "./steps/privateModules";
export { seedArgument } from "./steps/seed";

/** Renders the recipe of the plan's spec. */
export function render(plan: Plan, digests: BaseDigests = {}): Dockerfile {
  switch (plan.spec.recipe) {
    case "classic":
      return classic;
    case "fast":
      return fast(plan, digests);
    case "singleStage":
      return singleStage(plan, digests);
  }
}
