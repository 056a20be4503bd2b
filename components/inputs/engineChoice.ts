// Which engine builds: the choice where none is named, validation, and the documentation's table. The engines themselves are in the
// folder engines.

import { Compression, Engine, type GoMultiStageImageArgs } from "../args";
import type { Add } from "./inputChecks";

/** The engine docker has none of the features below, and the other all of them. */
const features: Readonly<Record<Engine, boolean>> = { docker: false, buildkit: true };

export function hasBuildkitFeatures(engine: Engine): boolean {
  return features[engine];
}

/** BuildKit's features, in words for the documentation. */
export const featureNames = [
  "Previews and updates without changes work with no daemon or builder",
  "Builds one image for several platforms",
  "Builds on a builder that is chosen by name",
  "Secrets for module downloads (netrc, certificate authorities, host keys)",
  "Private modules by SSH, with the keys of an agent",
  "Compiles with no network",
  "Ends a build that takes longer than customTimeouts allow",
  "Runs a smoke test before anything is pushed",
  "Compresses layers with zstd",
  "Compresses at a level of your choice",
  "Gives the same digest for two builds of the same source, without a cache",
  "Pushes to an insecure registry with no setting of the daemon",
  "Deletes the image from the registry with the resource, when asked to",
] as const;

/** The inputs that decide. */
type EngineArgs = Pick<
  GoMultiStageImageArgs,
  "platforms" | "builder" | "build" | "compression" | "compressionLevel" | "smokeTest" | "retainOnDelete"
>;

interface Need {
  input: string;
  /** The value that asks, where others do not. */
  value?: string;
  isAsked: (args: EngineArgs) => boolean;
}

/** The inputs that ask for one of the features. */
export const needs: readonly Need[] = [
  {
    input: "platforms",
    value: '["linux/amd64", "linux/arm64"]',
    isAsked: ({ platforms }) => Array.isArray(platforms) && platforms.length > 1,
  },
  { input: "builder", isAsked: ({ builder }) => builder !== undefined },
  {
    input: "build.caCertificates",
    isAsked: ({ build }) => build?.caCertificates !== undefined,
  },
  { input: "build.netrc", isAsked: ({ build }) => build?.netrc !== undefined },
  {
    input: "compression",
    value: '"zstd"',
    isAsked: (args) => args.compression === Compression.Zstd,
  },
  {
    input: "compressionLevel",
    isAsked: ({ compressionLevel }) => compressionLevel !== undefined,
  },
  {
    input: "build.ssh",
    isAsked: ({ build }) => build?.ssh !== undefined && build.ssh !== false,
  },
  {
    input: "build.sshKnownHosts",
    isAsked: ({ build }) => build?.sshKnownHosts !== undefined,
  },
  { input: "smokeTest", isAsked: ({ smokeTest }) => smokeTest !== undefined },
  {
    input: "retainOnDelete",
    value: "false",
    isAsked: (args) => args.retainOnDelete === false,
  },
];

/** docker, which needs the least, unless an input asks for more. The machine has no say, so that a laptop and CI agree. */
export function selectEngine(args: EngineArgs): Engine {
  return needs.some(({ isAsked }) => isAsked(args)) ? Engine.Buildkit : Engine.Docker;
}

/** An engine that was named, with inputs that it cannot serve. */
export function validateEngine(add: Add, engine: Engine, args: EngineArgs): void {
  if (hasBuildkitFeatures(engine)) return;
  for (const { input } of needs.filter(({ isAsked }) => isAsked(args))) {
    add(
      input,
      `needs a feature of BuildKit that engine "${engine}" does not have; leave engine out, or set it to "buildkit"`,
    );
  }
}
