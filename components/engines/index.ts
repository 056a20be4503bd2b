// The engines, each a provider of Pulumi's that builds and pushes, and what to say when one fails. Which one builds is
// chosen in inputs/engine.ts: a pure function of the inputs.

import type { Engine } from "../args";
import { buildkitEngine } from "./buildkit";
import { dockerEngine } from "./docker";
import type { ImageEngine } from "./engine";

export type { BuildRequest, ImageBuild, RegistryLogin } from "./engine";
export { builderProblem, hasAnyBuilder } from "./builder";
export { explainFailure } from "./failures";
export { agentProblems } from "./sshAgent";

export const engines: Record<Engine, ImageEngine> = { docker: dockerEngine, buildkit: buildkitEngine };

/** The provider package of an engine, in the version that the engine's resource asks for. */
export function providerPackage(engine: Engine): { name: string; version: string } {
  const name = engine === "docker" ? "docker" : "docker-build";
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { version } = require(`@pulumi/${name}/package.json`) as { version: string };
  return { name, version: version.replace(/^v/, "") };
}
