// Pulumi's side of an image: the child that builds, what the registry serves afterwards, and what the state says.

export { afterDependencies, hasDependencies, notYet, type Registration } from "./pulumi/afterDependencies";
export { settleBases } from "./before/baseImages";
export { builderReady } from "./before/builderReady";
export { lastOutputs, parseDeployed, type DeployedImage, type WrittenSeed } from "./state/deployed";
export { destinationOf, taggedName } from "./before/destination";
export { findDrift } from "./before/drift";
export { startProvider } from "./before/earlyStart";
export { invalidInputs, runError } from "./pulumi/userErrors";
export { explainFailures, mergeHooks, tellReasons, watchPushes } from "./pulumi/hooks";
export { mockedDigest, mockedImage, mockedRef } from "./image/mocked";
export { announce, warnOfProviderLogin } from "./before/notices";
export type { Owner } from "./pulumi/owner";
export { readBack } from "./image/readBack";
export { repushTrigger } from "./before/repush";
export { isKnown, isMocked, registerOutputs, sdkProblem } from "./pulumi/sdk";
export { buildAccess, registryLogin } from "./before/buildAccess";
export { seedFor, withTags } from "./seed/seedChoice";
export { claimPlaces, knownPlaces, placeProblems } from "./seed/seedPlaces";
export { stagedContext, workDirectory } from "./before/stagedContext";
export { claimTags, knownTarget, tagProblems } from "./before/tagClaims";
export { timeLimits } from "./before/timeLimit";
export { publishSeed } from "./seed/writeSeed";
