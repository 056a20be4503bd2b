// From a plan to the text of a Dockerfile, and where each layer of the result comes from. Pure.

import { noPins, type Pins } from "./bases";
import { classic } from "./classic";
import type { Dockerfile, Plan } from "./dockerfile";
import { fast } from "./fast";
import { singleStage } from "./singleStage";

export {
  baseAnnotations,
  basesOf,
  noPins,
  ownDigest,
  pinsFor,
  type BaseDigests,
  type BaseImage,
  type Pins,
} from "./bases";
export type { Dockerfile, LayerOrigin, Plan } from "./dockerfile";
export { hints } from "./hints";
export { aboutSeed, seedDockerfile } from "./seedDockerfile";
export { secretValues, sshId } from "./steps/privateModules";
export { seedArgument } from "./steps/seedStage";

/** Renders the recipe of the plan's spec. */
export function render(plan: Plan, pins: Pins = noPins): Dockerfile {
  switch (plan.spec.recipe) {
    case "classic":
      return classic;
    case "fast":
      return fast(plan, pins);
    case "singleStage":
      return singleStage(plan, pins);
  }
}
