// Pulumi's side of an image: the child that builds, what the registry serves afterwards, and what the state says.

export { afterDependencies, hasDependencies, notYet, type Registration } from "./afterDependencies";
export { settleBases } from "./baseImages";
export { builderReady } from "./builder";
export { lastOutputs, parseDeployed, type DeployedImage, type WrittenSeed } from "./deployed";
export { destinationOf, taggedName } from "./destination";
export { findDrift } from "./drift";
export { startProvider } from "./earlyStart";
export { invalidInputs, runError } from "./errors";
export { explainFailures, mergeHooks, tellReasons, watchPushes } from "./hooks";
export { mockedDigest, mockedImage, mockedRef } from "./mocked";
export { announce, warnOfProviderLogin } from "./notices";
export type { Owner } from "./owner";
export { readBack } from "./readBack";
export { repushTrigger } from "./repush";
export { isKnown, isMocked, registerOutputs, sdkProblem } from "./sdk";
export { buildAccess, registryAccess, registryLogin } from "./secrets";
export { seedFor, withTags } from "./seed";
export { claimPlaces, knownPlaces, placeProblems } from "./seedPlaces";
export { stagedContext, workDirectory } from "./stagedContext";
export { claimTags, knownTarget, tagProblems } from "./tagClaims";
export { timeLimits } from "./timeLimit";
export { publishSeed } from "./writeSeed";
