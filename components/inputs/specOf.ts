// From the inputs to the spec: every default is applied here, and no input is passed over.

import { Output } from "@pulumi/pulumi";
import {
  BaseImages,
  Compression,
  Recipe,
  type BuildStageArgs,
  type CacheArgs,
  type GoMultiStageImageArgs,
  type RegistryArgs,
  type RuntimeStageArgs,
  type SmokeTestArgs,
  type SmokeTestHttpArgs,
} from "../args";
import { defaultPlatform } from "../goSyntax";
import { selectEngine } from "./engineChoice";
import { isDeferred, isPlainObject } from "./inputChecks";
import { linkerWords } from "./ldflags";
import type { Problem } from "./problem";
import { growthLimit, parseSize } from "./sizeLimit";
import type { BuildSpec, CacheSpec, ComponentType, ImageSpec, RuntimeSpec, SmokeTestSpec } from "./spec";

/** The Go version of the classic recipe, and the oldest that is chosen by default. */
export const defaultGoVersion = "1.23";
const defaultAlpineVersion = "3.20.3";
const defaultUser = "65532:65532";
export const defaultUserName = "nonroot";

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
  const {
    source = "",
    sourceRoot,
    mainPackage = ".",
    platforms = [defaultPlatform],
    recipe = Recipe.Fast,
    engine = selectEngine(args),
    builder,
    build,
    runtime: runtimeArgs,
    smokeTest,
    cache,
    baseImages = BaseImages.Tag,
    maxSize,
    maxGrowth,
    compression,
    compressionLevel,
    retainOnDelete = true,
    registry,
    repository = "",
    tags,
    ...rest
  } = args;
  allUsed(rest);
  const runtime = runtimeSpec(runtimeArgs ?? {});
  const spec: ImageSpec = {
    type,
    source,
    sourceRoot,
    mainPackage,
    platforms,
    recipe: type === "GoSingleStageImage" ? "singleStage" : recipe,
    engine,
    builder,
    build: buildSpec(build ?? {}, runtime),
    runtime,
    smokeTest: smokeTest && smokeTestSpec(smokeTest, runtime),
    cache: cache && cacheSpec(cache),
    baseImages,
    maxSize: parseSize(maxSize),
    maxGrowth: growthLimit(maxGrowth),
    compression: compressionSpec(compression, compressionLevel),
    retainOnDelete,
    registry: registrySpec(registry ?? {}),
    repository,
    tags,
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
  const {
    image,
    goVersion,
    flags = [],
    ldflags = [],
    buildTags = [],
    env = {},
    cgoEnabled = false,
    goProxy,
    goPrivate,
    netrc,
    caCertificates,
    ssh = false,
    sshKnownHosts,
    ...rest
  } = args;
  allUsed(rest);
  return {
    image,
    goVersion,
    flags,
    linkerFlags: ldflags.flatMap((entry) => linkerWords(entry).words ?? []),
    // The time zone database comes with a build tag of Go's own: unlike one in a directory that ZONEINFO names it also
    // serves the variable TZ, needs nothing of the build image, and works on an image that has no other file.
    buildTags: [...buildTags, ...(timezones ? ["timetzdata"] : [])],
    env,
    cgoEnabled,
    goProxy,
    goPrivate,
    ssh,
    sshKnownHosts,
    netrc,
    caCertificates,
  };
}

const binaryName = "main";

function runtimeSpec(args: RuntimeStageArgs): RuntimeSpec {
  const {
    image,
    alpineVersion,
    packages = [],
    user = defaultUser,
    workingDirectory = "/app",
    env = {},
    volumes = [],
    exposedPorts = [],
    labels = {},
    files = [],
    command,
    entrypoint,
    healthcheck,
    stopSignal,
    timezones = false,
    ...rest
  } = args;
  allUsed(rest);
  const binary = `${workingDirectory === "/" ? "" : workingDirectory}/${binaryName}`;
  return {
    image: image ?? `alpine:${alpineVersion ?? defaultAlpineVersion}`,
    imageInput:
      image === undefined && alpineVersion !== undefined ? "runtime.alpineVersion" : "runtime.image",
    packages,
    user,
    workingDirectory,
    // Without cgo Go's user.Current fails where neither /etc/passwd nor $USER names the user. HOME is set by whatever runs a container.
    env: { USER: defaultUserName, ...env },
    volumes,
    exposedPorts,
    labels,
    files,
    command,
    entrypoint: entrypoint ?? [binary],
    healthcheck,
    stopSignal,
    timezones,
    binary,
  };
}

function smokeTestSpec(smokeTest: SmokeTestArgs, { entrypoint, command }: RuntimeSpec): SmokeTestSpec {
  const { args = command ?? [], http, timeoutSeconds = 30, ...rest } = smokeTest;
  allUsed(rest);
  return { command: [...entrypoint, ...args], http: http && httpSpec(http), timeoutSeconds };
}

function httpSpec({ port, path = "/", status = 200, ...rest }: SmokeTestHttpArgs): SmokeTestSpec["http"] {
  allUsed(rest);
  return { port, path, status };
}

function cacheSpec(args: CacheArgs): CacheSpec {
  const { repository, write = false, newest = false, trusted, ...rest } = args;
  allUsed(rest);
  return { repository: repository ?? "", write, newest, trusted };
}

function registrySpec({
  username,
  password,
  insecure = false,
  ...rest
}: RegistryArgs): ImageSpec["registry"] {
  allUsed(rest);
  const isGiven = username !== undefined && password !== undefined;
  return { login: isGiven ? { username, password } : undefined, insecure };
}

/** gzip at no level of its own is what the builder does anyway, so that naming it changes nothing. */
function compressionSpec(type: Compression = Compression.Gzip, level?: number): ImageSpec["compression"] {
  return type === Compression.Gzip && level === undefined ? undefined : { type, level };
}

/** What is left of some inputs once each has been taken: nothing, or this does not compile and names those that are left. */
function allUsed<Rest extends object>(
  _rest: Rest & ([keyof Rest] extends [never] ? unknown : `the spec has no ${keyof Rest & string}`),
): void {}

/** A copy that nothing can change any more; what comes late stays what it is. */
function frozen<T>(value: T): T {
  if (isDeferred(value) || Output.isInstance(value)) return value;
  if (Array.isArray(value)) return Object.freeze(value.map(frozen)) as T;
  if (!isPlainObject(value)) return value;
  const entries = Object.entries(value).map(([name, field]) => [name, frozen(field as unknown)] as const);
  return Object.freeze(Object.fromEntries(entries)) as T;
}
