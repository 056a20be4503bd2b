// What a user gives: from raw inputs to a list of problems, or to one spec in which every default is applied. Pure.

export { knownBase, stageNames } from "./baseImage";
export { imageCommands, type ImageCommand } from "./imageCommands";
export { lateSecrets } from "./buildStage";
export { capabilities, type Capability } from "./engineChoice";
export { isDeferred } from "./inputValidator";
export { netrcSecrets } from "./netrc";
export { quoteValue, type Problem } from "./problem";
export { secretWarnings, withoutLineEnd } from "./misplacedSecrets";
export {
  defaultGoVersion,
  defaultUserName,
  hasProblem,
  specOf,
  type BuildSpec,
  type CacheSpec,
  type ComponentType,
  type ImageSpec,
  type RuntimeSpec,
  type SmokeTestSpec,
} from "./spec";
export { needsTimezones, timezoneWarning } from "./timezones";
export { validate, validateDestination } from "./validate";
