// What a user gives: from raw inputs to a list of problems, or to one spec in which every default is applied. Pure.

export { knownBase, stageNames } from "./baseImage";
export { imageCommands, type ImageCommand } from "./commands";
export { lateSecrets } from "./buildStage";
export { capabilities, type Capability } from "./engine";
export { compareGoVersions, golangTag, newestGoVersion, parseGoVersion, type GoVersion } from "./goVersion";
export { isDeferred } from "./inputValidator";
export { portOf, privateHosts } from "./knownHosts";
export { joinedWords } from "./ldflags";
export { netrcProblem } from "./netrc";
export { commonTarget, goTarget, knownPlatforms } from "./platform";
export { netrcSecrets } from "./netrc";
export { quoteValue, type Problem } from "./problem";
export { lateLoginProblem } from "./registryAccess";
export { secretWarnings, withoutLineEnd } from "./secrets";
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
