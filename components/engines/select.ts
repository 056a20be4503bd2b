// Which engine builds: a pure function of the inputs, so that a laptop and CI agree.

import { Compression, Engine, type GoImageArgs, type GoMultiStageImageArgs } from "../args";
import type { Problem } from "../inputs/problem";
import { buildkitEngine } from "./buildkit";
import { dockerEngine } from "./docker";
import type { ImageEngine } from "./engine";

export type { BuildRequest, ImageBuild } from "./engine";

const engines: Record<Engine, ImageEngine> = { docker: dockerEngine, buildkit: buildkitEngine };

type AnyArgs = GoImageArgs & Pick<GoMultiStageImageArgs, "smokeTest">;

export function chosenEngine(args: AnyArgs): Engine {
  return args.engine ?? (buildkitInputs(args).length > 0 ? Engine.Buildkit : Engine.Docker);
}

export function engineNamed(engine: Engine): ImageEngine {
  return engines[engine];
}

/** Whether the compile step can be cut off from the network: Docker Engine 20.10 has no RUN --network. */
export function isolatesCompiler(args: AnyArgs): boolean {
  return chosenEngine(args) === Engine.Buildkit;
}

/** Inputs that only the docker-build provider can serve. */
function buildkitInputs(args: AnyArgs): string[] {
  const given: [string, unknown][] = [
    ["builder", args.builder],
    ["build.caCertificates", args.build?.caCertificates],
    ["build.netrc", args.build?.netrc],
    ["compression", args.compression === Compression.Zstd ? true : undefined],
    ["compressionLevel", args.compressionLevel],
    ["build.ssh", args.build?.ssh === false ? undefined : args.build?.ssh],
    ["build.sshKnownHosts", args.build?.sshKnownHosts],
    ["smokeTest", args.smokeTest],
    // Only false asks for something, and the docker provider deletes nothing from a registry.
    ["retainOnDelete", args.retainOnDelete === false ? false : undefined],
  ];
  return given.flatMap(([name, value]) => (value === undefined ? [] : [name]));
}

/** Problems of engine "docker" with inputs that it cannot serve. */
export function bareEngineProblems(args: AnyArgs): Problem[] {
  return buildkitInputs(args).map((input) => ({
    propertyPath: input,
    reason:
      'needs a feature of BuildKit that engine "docker" has not; leave engine out, or set it to "buildkit"',
  }));
}
