// The inputs of a component as one value in which every default is applied: all that is looked at after validation.

import { Output, type Input } from "@pulumi/pulumi";
import {
  BaseImages,
  Compression,
  Recipe,
  type BuildStageArgs,
  type Engine,
  type GoMultiStageImageArgs,
  type RuntimeStageArgs,
  type SmokeTestArgs,
} from "../args";
import { defaultPlatform } from "../goSyntax";
import { selectEngine } from "./engineChoice";
import { isDeferred, isPlainObject } from "./inputValidator";
import { linkerWords } from "./ldflags";
import type { Problem } from "./problem";
import { growthLimit, parseSize, type GrowthLimit } from "./sizeLimit";

/** The components, by the names of their types. */
export type ComponentType = "GoMultiStageImage" | "GoSingleStageImage";

/** The Go version of the classic recipe, and the oldest that is chosen by default. */
export const defaultGoVersion = "1.23";
export const defaultAlpineVersion = "3.20.3";
export const defaultUser = "65532:65532";
export const defaultUserName = "nonroot";

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
    /** Undefined: the Docker credential store is asked. */
    login: { username: Input<string>; password: Input<string> } | undefined;
    insecure: boolean;
  };
  /** May come late, and is checked again then. */
  repository: Input<string>;
  /** As repository. */
  tags: Input<Input<string>[] | undefined>;
}

/**
 * The spec of inputs of which some may be wrong: an input with a problem counts as not given, so that what is wrong with the
 * others can still be found on the disk. It is built from only when there is no problem.
 */
export function specOf(
  type: ComponentType,
  given: GoMultiStageImageArgs | undefined,
  problems: readonly Problem[],
): Readonly<ImageSpec> {
  const args = rightOnes(given, problems);
  const { registry } = args;
  const runtime = runtimeSpec(args.runtime ?? {});
  const spec: ImageSpec = {
    type,
    source: args.source ?? "",
    sourceRoot: args.sourceRoot,
    mainPackage: args.mainPackage ?? ".",
    platforms: args.platforms ?? [defaultPlatform],
    recipe: type === "GoSingleStageImage" ? "singleStage" : (args.recipe ?? Recipe.Fast),
    engine: args.engine ?? selectEngine(args),
    builder: args.builder,
    build: buildSpec(args.build ?? {}, runtime),
    runtime,
    smokeTest: args.smokeTest && smokeTestSpec(args.smokeTest, runtime),
    cache: args.cache && {
      repository: args.cache.repository ?? "",
      write: args.cache.write ?? false,
      newest: args.cache.newest ?? false,
      trusted: args.cache.trusted,
    },
    baseImages: args.baseImages ?? BaseImages.Tag,
    maxSize: parseSize(args.maxSize),
    maxGrowth: growthLimit(args.maxGrowth),
    compression: compressionSpec(args),
    retainOnDelete: args.retainOnDelete ?? true,
    registry: {
      login:
        registry?.username === undefined || registry.password === undefined
          ? undefined
          : { username: registry.username, password: registry.password },
      insecure: registry?.insecure ?? false,
    },
    repository: args.repository ?? "",
    tags: args.tags,
  };
  return frozen(spec);
}

/** True when an input, or one in it, has a problem. */
export function hasProblem(input: keyof GoMultiStageImageArgs, problems: readonly Problem[]): boolean {
  return problems.some(({ propertyPath }) => ["args", input].includes(/^\w*/.exec(propertyPath)?.[0] ?? ""));
}

function rightOnes(args: unknown, problems: readonly Problem[]): Partial<GoMultiStageImageArgs> {
  if (!isPlainObject(args)) return {};
  const right = Object.entries(args).filter(
    ([input]) => !hasProblem(input as keyof GoMultiStageImageArgs, problems),
  );
  return Object.fromEntries(right);
}

function buildSpec(args: BuildStageArgs, { timezones }: RuntimeSpec): BuildSpec {
  return {
    image: args.image,
    goVersion: args.goVersion,
    flags: args.flags ?? [],
    linkerFlags: (args.ldflags ?? []).flatMap((entry) => linkerWords(entry).words ?? []),
    // The time zone database comes with a build tag of Go's own: unlike one in a directory that ZONEINFO names it also
    // serves the variable TZ, needs nothing of the build image, and works on an image that has no other file.
    buildTags: [...(args.buildTags ?? []), ...(timezones ? ["timetzdata"] : [])],
    env: args.env ?? {},
    cgoEnabled: args.cgoEnabled ?? false,
    goProxy: args.goProxy,
    goPrivate: args.goPrivate,
    ssh: args.ssh ?? false,
    sshKnownHosts: args.sshKnownHosts,
    netrc: args.netrc,
    caCertificates: args.caCertificates,
  };
}

const binaryName = "main";

function runtimeSpec(args: RuntimeStageArgs): RuntimeSpec {
  const workingDirectory = args.workingDirectory ?? "/app";
  const binary = `${workingDirectory === "/" ? "" : workingDirectory}/${binaryName}`;
  return {
    image: args.image ?? `alpine:${args.alpineVersion ?? defaultAlpineVersion}`,
    imageInput:
      args.image === undefined && args.alpineVersion !== undefined
        ? "runtime.alpineVersion"
        : "runtime.image",
    packages: args.packages ?? [],
    user: args.user ?? defaultUser,
    workingDirectory,
    // Without cgo Go's user.Current fails where neither /etc/passwd nor $USER names the user. HOME is set by whatever runs a container.
    env: { USER: defaultUserName, ...args.env },
    volumes: args.volumes ?? [],
    exposedPorts: args.exposedPorts ?? [],
    labels: args.labels ?? {},
    files: args.files ?? [],
    command: args.command,
    entrypoint: args.entrypoint ?? [binary],
    healthcheck: args.healthcheck,
    stopSignal: args.stopSignal,
    timezones: args.timezones ?? false,
    binary,
  };
}

function smokeTestSpec(args: SmokeTestArgs, { entrypoint, command }: RuntimeSpec): SmokeTestSpec {
  const { http } = args;
  return {
    command: [...entrypoint, ...(args.args ?? command ?? [])],
    http: http && { port: http.port, path: http.path ?? "/", status: http.status ?? 200 },
    timeoutSeconds: args.timeoutSeconds ?? 30,
  };
}

/** gzip at no level of its own is what the builder does anyway, so that naming it changes nothing. */
function compressionSpec(args: Partial<GoMultiStageImageArgs>): ImageSpec["compression"] {
  const { compression: type = Compression.Gzip, compressionLevel: level } = args;
  return type === Compression.Gzip && level === undefined ? undefined : { type, level };
}

/** A copy that nothing can change any more; what comes late stays what it is. */
function frozen<T>(value: T): T {
  if (isDeferred(value) || Output.isInstance(value)) return value;
  if (Array.isArray(value)) return Object.freeze(value.map(frozen)) as T;
  if (!isPlainObject(value)) return value;
  const entries = Object.entries(value).map(([name, field]) => [name, frozen(field as unknown)] as const);
  return Object.freeze(Object.fromEntries(entries)) as T;
}
