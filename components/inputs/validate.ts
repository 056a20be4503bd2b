// Checks of the inputs: everything that can be said without looking at the disk or the network.

import {
  BaseImages,
  Compression,
  Engine,
  Recipe,
  type GoImageArgs,
  type GoMultiStageImageArgs,
  type GoSingleStageImageArgs,
  type RegistryArgs,
} from "../args";
import { knownPlatforms } from "../goSyntax";
import { pushTargetProblem, tagProblem } from "../name";
import { buildStage } from "./buildStage";
import { cache } from "./cacheInput";
import { engineProblems } from "./engineChoice";
import {
  InputValidator,
  flag,
  isDeferred,
  isPlainObject,
  lateText,
  objectOf,
  oneOf,
  secret,
  text,
  type InputTable,
} from "./inputValidator";
import { quoteValue, type Problem } from "./problem";
import { runtimeStage } from "./runtimeStage";
import { withoutLineEnd } from "./misplacedSecrets";
import { growthProblem, sizeProblem } from "./sizeLimit";
import { smokeTest } from "./smokeTestInput";
import type { ComponentType } from "./spec";

const registry = objectOf<RegistryArgs>(
  { username: secret(oneLine), password: secret(oneLine), insecure: flag },
  (validator, path, { username, password }) => {
    if ((username === undefined) === (password === undefined)) return;
    validator.add(
      path,
      "has one of username and password; give both, or neither to use the Docker credential store",
    );
  },
);

/** The line end of a file that ends with one is left out. */
function oneLine(text: string): string | undefined {
  return /[\r\n]/.test(withoutLineEnd(text)) ? "has several lines; give the value alone" : undefined;
}

const shared: InputTable<GoImageArgs> = {
  source: (validator, path, value) => {
    if (value === undefined) validator.add(path, "is required: a directory inside a Go module");
    validator.text(path, value, (source) => (source.trim() === "" ? "is empty" : undefined));
  },
  sourceRoot: text((directory) =>
    directory.trim() === "" ? "is empty; leave it out, or name a directory" : undefined,
  ),
  mainPackage: text(mainPackageProblem),
  repository: (validator, path, value) => {
    if (value === undefined) validator.add(path, "is required, such as registry.example.com/team/api");
    validateRepository(validator, value);
  },
  tags: (validator, _, value) => validateTags(validator, value),
  platforms: (validator, path, value) => validatePlatforms(validator, path, value),
  registry,
  build: buildStage,
  baseImages: oneOf(Object.values(BaseImages)),
  maxSize: (validator, path, value) => validator.value(path, value, sizeProblem),
  maxGrowth: (validator, path, value) => validator.value(path, value, growthProblem),
  compression: oneOf(Object.values(Compression)),
  compressionLevel,
  engine: oneOf(Object.values(Engine)),
  builder: text((builder) =>
    /^[A-Za-z0-9][\w.-]*$/.test(builder) ? undefined : "is not a builder's name; docker buildx ls shows them",
  ),
  retainOnDelete: (validator, path, value, { registry }) => {
    validator.flag(path, value);
    if (value !== false || registry?.insecure !== true) return;
    validator.add(
      path,
      "cannot be false together with registry.insecure: the provider deletes over verified https alone, and would delete nothing",
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
  const validator = new InputValidator();
  if (!isPlainObject(args)) return [{ propertyPath: "args", reason: "are missing" }];
  validator.object("", args, inputTables[type]);
  if (Array.isArray(args.platforms) && args.platforms.length > 1) validateSeveral(validator, type, args);
  if (args.engine === Engine.Docker) validator.problems.push(...engineProblems(args.engine, args));
  if (type === "GoMultiStageImage" && args.recipe === Recipe.Classic) validateClassic(validator, args);
  return validator.problems;
}

/** One Dockerfile compiles for all of them, on the builder's own platform. */
function validateSeveral(validator: InputValidator, type: ComponentType, args: GoMultiStageImageArgs): void {
  if (type === "GoSingleStageImage") {
    validator.add(
      "platforms",
      "has several entries, but GoSingleStageImage compiles in the image that it ships, which a builder can only run for its own " +
        "platform; name one, or use GoMultiStageImage",
    );
  } else if (args.recipe === Recipe.Classic) {
    validator.add(
      "platforms",
      'has several entries, but the recipe "classic" compiles for the builder\'s own alone; name one, or use the recipe "fast"',
    );
  }
  if (isPlainObject(args.build) && args.build.cgoEnabled === true) {
    validator.add(
      "build.cgoEnabled",
      "needs a C compiler for each of the platforms, and a build image has one; make an image of each platform, each with a " +
        "build.image for it, or leave cgoEnabled out",
    );
  }
}

/** The original Dockerfile has nothing to set. */
function validateClassic(validator: InputValidator, args: GoMultiStageImageArgs): void {
  const fixed = 'the recipe "classic" has no such setting; leave it out or use the recipe "fast"';
  if (args.build !== undefined) validator.add("build", fixed);
  if (args.runtime !== undefined) validator.add("runtime", fixed);
  if (args.smokeTest !== undefined) validator.add("smokeTest", fixed);
  if (args.cache !== undefined) validator.add("cache", fixed);
  if (args.baseImages !== undefined && args.baseImages !== BaseImages.Tag) validator.add("baseImages", fixed);
  if (args.mainPackage !== undefined && args.mainPackage !== ".") validator.add("mainPackage", fixed);
}

/** Problems of repository and tags, as far as they are plain values; a component checks Outputs once they are known. */
export function validateDestination(repository: unknown, tags: unknown): Problem[] {
  const validator = new InputValidator();
  validateRepository(validator, repository);
  validateTags(validator, tags);
  return validator.problems;
}

function validateRepository(validator: InputValidator, repository: unknown): void {
  lateText(pushTargetProblem)(validator, "repository", repository, {});
}

function validateTags(validator: InputValidator, tags: unknown): void {
  if (tags === undefined || isDeferred(tags)) return;
  if (!Array.isArray(tags)) return validator.add("tags", `${quoteValue(tags)} is not a list`);
  if (tags.length === 0) validator.add("tags", "is empty; leave it out for latest, or name a tag");
  // Array.from also sees the holes of a sparse list. A tag that comes later is checked then.
  const known = Array.from(tags, (tag: unknown) => (isDeferred(tag) ? "latest" : tag));
  validator.texts("tags", known, tagProblem);
}

function mainPackageProblem(mainPackage: string): string | undefined {
  const form = "is not a package in the module; write it as go build does, such as . or ./cmd/api";
  if (mainPackage === ".") return undefined;
  return /^\.(\/[A-Za-z0-9_+~@-][A-Za-z0-9_.+~@-]*)*\/?$/.test(mainPackage) ? undefined : form;
}

function compressionLevel(
  validator: InputValidator,
  path: string,
  level: unknown,
  { compression }: GoImageArgs,
): void {
  const isZstd = compression === Compression.Zstd;
  validator.atLeast(path, level, isZstd ? 1 : 0);
  const most = isZstd ? 22 : 9;
  if (typeof level === "number" && level > most)
    validator.add(path, `${level} is more than ${most}, the highest level`);
}

function validatePlatforms(validator: InputValidator, path: string, platforms: unknown): void {
  if (platforms === undefined) return;
  if (!Array.isArray(platforms) || platforms.length === 0) {
    return validator.add(
      path,
      `${quoteValue(platforms)} is not a list of platforms, such as ["linux/amd64", "linux/arm64"]`,
    );
  }
  const seen = new Set<string>();
  validator.texts(path, platforms, (platform) => {
    if (!knownPlatforms.includes(platform)) return `is unknown; use ${knownPlatforms.join(" or ")}`;
    if (seen.has(platform)) return "is there twice";
    seen.add(platform);
    return undefined;
  });
}
