// The inputs of a component as one value in which every default is applied: all that is looked at after validation.

import type { Input } from "@pulumi/pulumi";
import type { BaseImages, Compression, Engine, Recipe, RuntimeStageArgs } from "../args";
import type { GrowthLimit } from "./sizeLimit";

/** The components, by the names of their types. */
export type ComponentType = "GoMultiStageImage" | "GoSingleStageImage";

/** The stage that compiles. */
export interface BuildSpec {
  /** Undefined: golang, of a version that go.mod has a say in. */
  image: string | undefined;
  goVersion: string | undefined;
  flags: readonly string[];
  /** Words for the linker, without quotes. */
  linkerFlags: readonly string[];
  /** With those that other inputs ask for. */
  buildTags: readonly string[];
  env: Readonly<Record<string, string>>;
  cgoEnabled: boolean;
  goProxy: string | undefined;
  goPrivate: string | undefined;
  ssh: boolean;
  sshKnownHosts: string | undefined;
  /** Undefined where they are not needed; their values may come late. */
  netrc: Input<string> | undefined;
  caCertificates: Input<string> | undefined;
}

/** The stage that ships. */
export interface RuntimeSpec {
  image: string;
  /** The input that names it. */
  imageInput: "runtime.image" | "runtime.alpineVersion";
  packages: readonly string[];
  user: string;
  workingDirectory: string;
  env: Readonly<Record<string, string>>;
  volumes: readonly string[];
  exposedPorts: readonly string[];
  labels: Readonly<Record<string, string>>;
  files: readonly string[];
  command: readonly string[] | undefined;
  entrypoint: readonly string[];
  healthcheck: RuntimeStageArgs["healthcheck"];
  stopSignal: string | undefined;
  timezones: boolean;
  /** Where the program is. */
  binary: string;
}

export interface SmokeTestSpec {
  /** The program with its arguments. */
  command: readonly string[];
  http: { port: number; path: string; status: number } | undefined;
  timeoutSeconds: number;
}

export interface CacheSpec {
  /** Where the seeds are; may come late. */
  repository: Input<string>;
  write: boolean;
  newest: boolean;
  /** Digest of the only seed that is taken. */
  trusted: string | undefined;
}

export interface ImageSpec {
  type: ComponentType;
  source: string;
  /** Undefined: the repository. */
  sourceRoot: string | undefined;
  mainPackage: string;
  /** At least one. */
  platforms: readonly string[];
  recipe: Recipe | "singleStage";
  engine: Engine;
  builder: string | undefined;
  build: BuildSpec;
  runtime: RuntimeSpec;
  smokeTest: SmokeTestSpec | undefined;
  cache: CacheSpec | undefined;
  baseImages: BaseImages;
  /** Bytes. */
  maxSize: number | undefined;
  maxGrowth: GrowthLimit | undefined;
  /** Undefined: the builder's own. */
  compression: { type: Compression; level: number | undefined } | undefined;
  retainOnDelete: boolean;
  registry: {
    /** Undefined: the Docker credential store is asked, as it is where both come late and have no value. */
    login: { username: Input<string | undefined>; password: Input<string | undefined> } | undefined;
    insecure: boolean;
  };
  /** May come late, and is checked again then. */
  repository: Input<string>;
  /** As repository. */
  tags: Input<Input<string>[] | undefined>;
}
