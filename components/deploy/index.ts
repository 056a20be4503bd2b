// Pulumi's side of an image: the child that builds, what the registry serves afterwards, and what the state says.

export { baseDigests } from "./baseImages";
export { builderReady } from "./builder";
export { deployedImage, type DeployedImage } from "./deployed";
export { destinationOf, taggedName } from "./destination";
export { findDrift } from "./drift";
export { startProvider } from "./earlyStart";
export { invalidInputs, runError } from "./errors";
export { explainFailures, watchPushes } from "./hooks";
export { mockedDigest, mockedImage, mockedRef } from "./mocked";
export { announce, warnOfProviderLogin } from "./notices";
export type { Owner } from "./owner";
export { readBack } from "./readBack";
export { repushTrigger } from "./repush";
export { isKnown, isMocked, registerOutputs, sdkProblem } from "./sdk";
export { publishSeed, seedFor, withTags } from "./seed";
export { stagedContext, workDirectory } from "./stagedContext";
export { claimTags, knownTarget, tagProblems } from "./tagClaims";
export { timeLimits } from "./timeLimit";
