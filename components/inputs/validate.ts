// Checks of the inputs: everything that can be said without looking at the disk or the network.

import {
  BaseImages,
  Compression,
  Engine,
  Recipe,
  type GoImageArgs,
  type GoMultiStageImageArgs,
  type GoSingleStageImageArgs,
} from "../args";
import { knownPlatforms } from "../goSyntax";
import { pushTargetProblem, tagProblem } from "../name";
import { buildStage } from "./buildStage";
import { cache } from "./cacheInput";
import { validateEngine } from "./engineChoice";
import {
  anything,
  atLeast,
  flag,
  isDeferred,
  isPlainObject,
  lateText,
  objectOf,
  oneOf,
  problemsOf,
  text,
  texts,
  type Add,
  type InputTable,
} from "./inputChecks";
import { quoteValue, type Problem } from "./problem";
import { registryAccess } from "./registryAccess";
import { runtimeStage } from "./runtimeStage";
import { growthProblem, sizeProblem } from "./sizeLimit";
import { smokeTest } from "./smokeTestInput";
import type { ComponentType } from "./spec";

const shared: InputTable<GoImageArgs> = {
  source: (add, path, value) => {
    if (value === undefined) add(path, "is required: a directory inside a Go module");
    text((source) => (source.trim() === "" ? "is empty" : undefined))(add, path, value);
  },
  sourceRoot: text((directory) =>
    directory.trim() === "" ? "is empty; leave it out, or name a directory" : undefined,
  ),
  mainPackage: text(mainPackageProblem),
  repository: (add, path, value) => {
    if (value === undefined) add(path, "is required, such as registry.example.com/team/api");
    validateRepository(add, value);
  },
  tags: (add, _, value) => validateTags(add, value),
  platforms: (add, path, value) => validatePlatforms(add, path, value),
  registry: registryAccess,
  build: buildStage,
  baseImages: oneOf(Object.values(BaseImages)),
  maxSize: (add, path, value) => anything(sizeProblem)(add, path, value),
  maxGrowth: (add, path, value) => anything(growthProblem)(add, path, value),
  compression: oneOf(Object.values(Compression)),
  compressionLevel,
  engine: oneOf(Object.values(Engine)),
  builder: text((builder) =>
    /^[A-Za-z0-9][\w.-]*$/.test(builder)
      ? undefined
      : "is not the name of a builder; docker buildx ls lists them",
  ),
  retainOnDelete: (add, path, value, { registry }) => {
    flag(add, path, value);
    if (value !== false || registry?.insecure !== true) return;
    add(
      path,
      "cannot be false together with registry.insecure: the provider deletes only over verified https, so it would delete nothing",
    );
  },
};

const multiStage: InputTable<GoMultiStageImageArgs> = {
  ...shared,
  runtime: runtimeStage,
  recipe: oneOf(Object.values(Recipe)),
  smokeTest,
  cache,
};

/** Every input of each component, with its check. */
export const inputTables = {
  GoMultiStageImage: multiStage,
  GoSingleStageImage: shared satisfies InputTable<GoSingleStageImageArgs>,
};

/** All problems of a component's inputs. */
export function validate(type: ComponentType, args: GoMultiStageImageArgs | undefined): Problem[] {
  if (!isPlainObject(args)) return [{ propertyPath: "args", reason: "are missing" }];
  return problemsOf((add) => {
    objectOf<GoImageArgs>(inputTables[type])(add, "", args);
    if (Array.isArray(args.platforms) && args.platforms.length > 1) validateSeveral(add, type, args);
    if (args.engine === Engine.Docker) validateEngine(add, args.engine, args);
    if (type === "GoMultiStageImage" && args.recipe === Recipe.Classic) validateClassic(add, args);
  });
}

/** One Dockerfile compiles for all of them, on the builder's own platform. */
function validateSeveral(add: Add, type: ComponentType, args: GoMultiStageImageArgs): void {
  if (type === "GoSingleStageImage") {
    add(
      "platforms",
      "has several entries, but GoSingleStageImage compiles in the image that it ships, which a builder can only run for its own " +
        "platform; name one, or use GoMultiStageImage",
    );
  } else if (args.recipe === Recipe.Classic) {
    add(
      "platforms",
      'has several entries, but the recipe "classic" compiles only for the builder\'s own platform; name one, or use the recipe "fast"',
    );
  }
  if (isPlainObject(args.build) && args.build.cgoEnabled === true) {
    add(
      "build.cgoEnabled",
      "needs a C compiler for each of the platforms, but a build image has only one; make one image per platform, each with a " +
        "build.image of its own, or leave cgoEnabled out",
    );
  }
}

/** The original Dockerfile has nothing to set. */
function validateClassic(add: Add, args: GoMultiStageImageArgs): void {
  const fixed = 'the recipe "classic" has no such setting; leave it out or use the recipe "fast"';
  if (args.build !== undefined) add("build", fixed);
  if (args.runtime !== undefined) add("runtime", fixed);
  if (args.smokeTest !== undefined) add("smokeTest", fixed);
  if (args.cache !== undefined) add("cache", fixed);
  if (args.baseImages !== undefined && args.baseImages !== BaseImages.Tag) add("baseImages", fixed);
  if (args.mainPackage !== undefined && args.mainPackage !== ".") add("mainPackage", fixed);
}

/** Problems of repository and tags, as far as they are plain values; a component checks Outputs once they are known. */
export function validateDestination(repository: unknown, tags: unknown): Problem[] {
  return problemsOf((add) => {
    validateRepository(add, repository);
    validateTags(add, tags);
  });
}

function validateRepository(add: Add, repository: unknown): void {
  lateText(pushTargetProblem)(add, "repository", repository);
}

function validateTags(add: Add, tags: unknown): void {
  if (tags === undefined || isDeferred(tags)) return;
  if (!Array.isArray(tags)) return add("tags", `${quoteValue(tags)} is not a list`);
  if (tags.length === 0) add("tags", "is empty; leave it out for latest, or name a tag");
  // Array.from also sees the holes of a sparse list. A tag that comes later is checked then.
  const known = Array.from(tags, (tag: unknown) => (isDeferred(tag) ? "latest" : tag));
  texts(tagProblem)(add, "tags", known);
}

function mainPackageProblem(mainPackage: string): string | undefined {
  const form = "is not a package in the module; write it as go build does, such as . or ./cmd/api";
  if (mainPackage === ".") return undefined;
  return /^\.(\/[A-Za-z0-9_+~@-][A-Za-z0-9_.+~@-]*)*\/?$/.test(mainPackage) ? undefined : form;
}

function compressionLevel(add: Add, path: string, level: unknown, { compression }: GoImageArgs): void {
  const isZstd = compression === Compression.Zstd;
  atLeast(isZstd ? 1 : 0)(add, path, level);
  const most = isZstd ? 22 : 9;
  if (typeof level === "number" && level > most)
    add(path, `${level} is more than ${most}, the highest level`);
}

function validatePlatforms(add: Add, path: string, platforms: unknown): void {
  if (platforms === undefined) return;
  if (!Array.isArray(platforms) || platforms.length === 0) {
    return add(
      path,
      `${quoteValue(platforms)} is not a list of platforms, such as ["linux/amd64", "linux/arm64"]`,
    );
  }
  const seen = new Set<string>();
  texts((platform) => {
    if (!knownPlatforms.includes(platform)) return `is unknown; use ${knownPlatforms.join(" or ")}`;
    if (seen.has(platform)) return "is listed twice";
    seen.add(platform);
    return undefined;
  })(add, path, platforms);
}
