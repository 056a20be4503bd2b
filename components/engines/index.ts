// The engines, each a provider of Pulumi's that builds and pushes, and what to say when one fails. Which one builds is
// chosen in inputs/engineChoice.ts: a pure function of the inputs.

import type { Engine } from "../args";
import { buildkitEngine } from "./buildkit";
import { dockerEngine } from "./docker";
import type { ImageEngine } from "./engine";

export type { BuildRequest, ImageBuild, RegistryLogin } from "./engine";
export { buildArchive } from "./archive";
export { builderProblem, hasAnyBuilder } from "./builder";
export { explainFailure } from "./failures";
export { agentProblems } from "./sshAgent";

export const engines: Record<Engine, ImageEngine> = { docker: dockerEngine, buildkit: buildkitEngine };

/** The engines' providers, as Pulumi names them; each has its package below @pulumi/. */
export const providers: Record<Engine, string> = { docker: "docker", buildkit: "docker-build" };
