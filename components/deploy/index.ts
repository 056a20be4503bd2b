// Pulumi's side of an image: the child that builds, what the registry serves afterwards, and what the state says.

export { claimsOf } from "./before/claims";
export { prepare } from "./before/prepare";
export { build } from "./build";
export { served } from "./image/served";
export { hasDependencies, register, type Registration } from "./pulumi/registration";
export { runMode, situation, type Situation } from "./pulumi/situation";
export { checkSdk, invalidInputs } from "./pulumi/userErrors";
export { outputsOf } from "./state/exported";
