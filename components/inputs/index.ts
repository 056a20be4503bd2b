// What a user gives: from raw inputs to a list of problems, or to one spec in which every default is applied. Pure.

export { knownBase, stageNames } from "./baseImage";
export { imageCommands, type ImageCommand } from "./imageCommands";
export { lateSecrets } from "./buildStage";
export { hasBuildkitFeatures } from "./engineChoice";
export { isDeferred } from "./inputChecks";
export { netrcSecrets } from "./netrc";
export { quoteValue, type Problem } from "./problem";
export { lateLoginProblem } from "./registryAccess";
export { secretWarnings, withoutLineEnd } from "./misplacedSecrets";
export type { BuildSpec, CacheSpec, ComponentType, ImageSpec, RuntimeSpec, SmokeTestSpec } from "./spec";
export { defaultGoVersion, defaultUserName, hasProblem, specOf } from "./specOf";
export { needsTimezones, timezoneWarning } from "./timezones";
export { validate, validateDestination } from "./validate";
