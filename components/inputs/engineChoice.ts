// What each engine can do, as data: the choice of the engine, validation and the README's table read it. The engines
// themselves are in the folder engines.

import { Compression, Engine, type GoMultiStageImageArgs } from "../args";
import type { Problem } from "./problem";

/** What an image may want of its engine, in words for the README. */
export const capabilityNames = {
  previewsOffline: "Previews and updates without changes work with no daemon or builder",
  severalPlatforms: "Builds one image for several platforms",
  builders: "Builds on a builder that is chosen by name",
  buildSecrets: "Secrets for module downloads (netrc, certificate authorities, host keys)",
  sshAgent: "Private modules by SSH, with the keys of an agent",
  isolatedSteps: "Compiles with no network",
  timeLimits: "Ends a build that takes longer than customTimeouts allow",
  smokeTests: "Runs a smoke test before anything is pushed",
  zstd: "Compresses layers with zstd",
  compressionLevels: "Compresses at a level of your choice",
  reproducibleDigests: "Gives the same digest for two builds of the same source, without a cache",
  insecureRegistries: "Pushes to an insecure registry with no setting of the daemon",
  deletesImages: "Deletes the image from the registry with the resource, when asked to",
} as const;

export type Capability = keyof typeof capabilityNames;

export const capabilities: Readonly<Record<Engine, Readonly<Record<Capability, boolean>>>> = {
  docker: {
    previewsOffline: false,
    severalPlatforms: false,
    builders: false,
    buildSecrets: false,
    sshAgent: false,
    isolatedSteps: false,
    timeLimits: false,
    smokeTests: false,
    zstd: false,
    compressionLevels: false,
    reproducibleDigests: false,
    insecureRegistries: false,
    deletesImages: false,
  },
  buildkit: {
    previewsOffline: true,
    severalPlatforms: true,
    builders: true,
    buildSecrets: true,
    sshAgent: true,
    isolatedSteps: true,
    timeLimits: true,
    smokeTests: true,
    zstd: true,
    compressionLevels: true,
    reproducibleDigests: true,
    insecureRegistries: true,
    deletesImages: true,
  },
};

/** The inputs that decide. */
type EngineArgs = Pick<
  GoMultiStageImageArgs,
  "platforms" | "builder" | "build" | "compression" | "compressionLevel" | "smokeTest" | "retainOnDelete"
>;

interface Need {
  input: string;
  /** The value that asks, where others do not. */
  value?: string;
  capability: Capability;
  isAsked: (args: EngineArgs) => boolean;
}

/** The inputs that ask something of the engine. */
export const needs: readonly Need[] = [
  {
    input: "platforms",
    value: '["linux/amd64", "linux/arm64"]',
    capability: "severalPlatforms",
    isAsked: ({ platforms }) => Array.isArray(platforms) && platforms.length > 1,
  },
  { input: "builder", capability: "builders", isAsked: ({ builder }) => builder !== undefined },
  {
    input: "build.caCertificates",
    capability: "buildSecrets",
    isAsked: ({ build }) => build?.caCertificates !== undefined,
  },
  { input: "build.netrc", capability: "buildSecrets", isAsked: ({ build }) => build?.netrc !== undefined },
  {
    input: "compression",
    value: '"zstd"',
    capability: "zstd",
    isAsked: (args) => args.compression === Compression.Zstd,
  },
  {
    input: "compressionLevel",
    capability: "compressionLevels",
    isAsked: ({ compressionLevel }) => compressionLevel !== undefined,
  },
  {
    input: "build.ssh",
    capability: "sshAgent",
    isAsked: ({ build }) => build?.ssh !== undefined && build.ssh !== false,
  },
  {
    input: "build.sshKnownHosts",
    capability: "buildSecrets",
    isAsked: ({ build }) => build?.sshKnownHosts !== undefined,
  },
  { input: "smokeTest", capability: "smokeTests", isAsked: ({ smokeTest }) => smokeTest !== undefined },
  {
    input: "retainOnDelete",
    value: "false",
    capability: "deletesImages",
    isAsked: (args) => args.retainOnDelete === false,
  },
];

/** Engines in the order in which they are chosen: docker needs the least of a machine. */
const preferred: readonly Engine[] = [Engine.Docker, Engine.Buildkit];

/** The first engine that can do what the inputs ask for: never a matter of the machine, so that a laptop and CI agree. */
export function selectEngine(args: EngineArgs): Engine {
  return preferred.find((engine) => unmetNeeds(engine, args).length === 0) ?? Engine.Buildkit;
}

/** Problems of an engine that was named, with inputs that it cannot serve. */
export function engineProblems(engine: Engine, args: EngineArgs): Problem[] {
  return unmetNeeds(engine, args).map(({ input }) => ({
    propertyPath: input,
    reason: `needs a feature of BuildKit that engine "${engine}" does not have; leave engine out, or set it to "buildkit"`,
  }));
}

function unmetNeeds(engine: Engine, args: EngineArgs): Need[] {
  return needs.filter(({ capability, isAsked }) => isAsked(args) && !capabilities[engine][capability]);
}
