// The seed of an image with the input cache: an image that an empty builder starts from. Which one a build takes, and the child
// that makes a new one.

import * as crypto from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import type { Context, WorkDirectory } from "../context";
import { seedArguments, seedDockerfile, type BaseDigests, type Plan } from "../dockerfile";
import { engines, type BuildRequest, type ImageBuild } from "../engines";
import { capabilities, isDeferred, type CacheSpec } from "../inputs";
import { isDigest, putTag, tagDigest, type RegistryAccess } from "../registry";
import { parseRepository, pushTargetProblem, type Repository } from "../registry/reference";
import { exactTag, newestTag } from "../seeds/tags";
import type { DeployedImage } from "./deployed";
import type { Drift } from "./drift";
import { invalidInputs } from "./errors";
import { explainFailures, watchPushes } from "./hooks";
import type { Owner } from "./owner";
import { oncePerRun } from "./program";
import { isMocked, valueIfKnown } from "./sdk";
import { lazily } from "../source";
import { stagedContext } from "./stagedContext";
import { timeLimits } from "./timeLimit";

/** Tags of seeds in their repository. */
export interface SeedTags {
  /** Of the one for exactly these dependencies. */
  exact: string;
  /** Of the newest for this module, platform and toolchain: what it has of other versions is no use, and does no harm. */
  newest: string;
}

/**
 * Tags for what a seed is made of. The digest of the image that compiles is no part of it: the go command takes a compiled
 * package only from the same toolchain, and flags, environment and C sources are part of its own keys.
 */
export function seedTags(plan: Plan, imports: readonly string[], moduleFiles: string): SeedTags {
  const { engine, platforms } = plan.spec;
  // Caches of one builder are apart by project, seeds are not.
  const text = (names: readonly string[]) => seedDockerfile({ ...plan, cacheNamespace: "" }, names);
  // A builder of Docker Engine 20.10 does not read what buildkit compresses with zstd.
  const hash = (...parts: readonly string[]) =>
    crypto
      .createHash("sha256")
      .update(JSON.stringify([engine, platforms, ...parts]))
      .digest("hex")
      .slice(0, 20);
  const modules = plan.service.modules.map((module) => module.path).sort();
  return {
    exact: exactTag(hash(text(imports), moduleFiles)),
    newest: newestTag(hash(text([]), ...modules)),
  };
}

export interface SeedOptions {
  owner: Owner;
  cache: CacheSpec;
  plan: Plan;
  imports: () => readonly string[];
  /** Not asked for where nothing is built or written. */
  tags: () => SeedTags;
  /** The files that name the modules. */
  moduleFiles: Context;
  baseImages: pulumi.Output<BaseDigests>;
  /** Of the image, for where the seed is pushed and how. */
  request: Omit<BuildRequest, "buildArgs">;
  access: pulumi.Output<RegistryAccess>;
  work: WorkDirectory;
}

/** The options with the tags that follow from them. */
export function withTags(options: Omit<SeedOptions, "tags">): SeedOptions {
  const { plan, imports, moduleFiles } = options;
  return { ...options, tags: lazily(() => seedTags(plan, imports(), moduleFiles.hash)) };
}

interface Place {
  repository: Repository;
  access: RegistryAccess;
}

/** Where the seeds are, and how to read and write there. */
function placeOf({ owner, cache, request, access }: SeedOptions): pulumi.Output<Place> {
  return pulumi.all([cache.repository, request.registry, access]).apply(([text, registry, login]) => {
    const problem = pushTargetProblem(text);
    if (problem !== undefined) {
      const reason = `${JSON.stringify(text)} ${problem}`;
      throw invalidInputs(owner.type, owner.name, [{ propertyPath: "cache.repository", reason }]);
    }
    const repository = parseRepository(text);
    // Credentials are for the registry that they were given for.
    return { repository, access: repository.domain === registry ? login : {} };
  });
}

/** What is known when a build may start. */
export interface BuildState {
  deployed: pulumi.Output<DeployedImage | undefined>;
  /** Whether the image is certainly built. */
  rebuilds: pulumi.Output<boolean>;
  drift: pulumi.Output<Drift | undefined>;
}

/**
 * Build arguments that name the seed. They are inputs of the child, so a seed that appears or goes must not change them: without
 * a build they stay those of the last one. A promise, as in stagedContext.
 */
export async function seedFor(options: SeedOptions, state: BuildState): Promise<Record<string, string>> {
  const { component } = options.owner;
  const deployed = await valueIfKnown(state.deployed);
  const last = deployed?.seed ?? {};
  if (pulumi.runtime.isDryRun() || isMocked()) return last;
  const isBuilt = deployed === undefined || (await valueIfKnown(state.rebuilds)) === true;
  if (!isBuilt && (await valueIfKnown(state.drift))?.imageGone !== true) return last;
  const place = await valueIfKnown(pulumi.unsecret(placeOf(options)));
  if (place === undefined) return {};
  const { name: repository } = place.repository;
  const tags = options.tags();
  try {
    const found = await findSeed(place, tags);
    if (found === undefined)
      await sayOnce("info", `there is no seed in ${repository} yet; an update with cache.write makes one`);
    return found ?? {};
  } catch (error) {
    // A seed saves time and nothing else.
    const reason = (error as Error).message;
    await sayOnce("warn", `${repository} is not readable, so there is no seed: ${reason}`, component);
    return {};
  }
}

async function findSeed(
  { repository, access }: Place,
  tags: SeedTags,
): Promise<Record<string, string> | undefined> {
  const named = (digest: string) => `${repository.asWritten}@${digest}`;
  const exact = await tagDigest(repository, tags.exact, access);
  if (exact !== undefined)
    return { [seedArguments.seed]: named(exact), [seedArguments.modules]: named(exact) };
  const newest = await tagDigest(repository, tags.newest, access);
  return newest === undefined ? undefined : { [seedArguments.seed]: named(newest) };
}

const said = oncePerRun("seed messages", () => new Set<string>());

async function sayOnce(level: "info" | "warn", text: string, component?: pulumi.Resource): Promise<void> {
  if (said().has(text)) return;
  said().add(text);
  await pulumi.log[level](text, component);
}

/** Seeds that an image of this run makes, by their repository. */
const made = oncePerRun("seeds", () => new Map<unknown, Set<string>>());

/** Images of one module share a seed: the first one makes it. */
function isFirst(repository: CacheSpec["repository"], tag: string): boolean {
  const place = isDeferred(repository) ? repository : parseRepository(repository as string).name;
  const tags = made().get(place) ?? new Set();
  made().set(place, tags);
  if (tags.has(tag)) return false;
  tags.add(tag);
  return true;
}

/** Whether the image's credentials are certainly the seed's, too. */
function isSameRegistry(...repositories: [CacheSpec["repository"], CacheSpec["repository"]]): boolean {
  const [one, other] = repositories;
  if (isDeferred(one) || isDeferred(other)) return one === other;
  return parseRepository(one as string).domain === parseRepository(other as string).domain;
}

/**
 * Registers the child that makes the seed, after the image's: nobody waits for it but the next runner. Ends when the seed is
 * there and is the newest.
 */
export async function publishSeed(options: SeedOptions, image: ImageBuild): Promise<void> {
  const { owner, cache, plan, imports, moduleFiles, baseImages, work } = options;
  const { component, name } = owner;
  const { reproducibleDigests, zstd } = capabilities[plan.spec.engine];
  if (!cache.write) return;
  const tags = options.tags();
  if (!isFirst(cache.repository, tags.exact)) return;
  const place = placeOf(options);
  const context = pulumi.output(stagedContext(component, work, moduleFiles, "Seed"));
  const dockerfile = context.apply((directory) => `${directory}.Dockerfile`);
  const dockerfileText = pulumi.all([baseImages, dockerfile]).apply(([digests, file]) => {
    const text = seedDockerfile(plan, imports(), digests);
    work.write(file, text);
    return text;
  });
  const request: BuildRequest = {
    ...options.request,
    ...{ context, dockerfile, dockerfileText, sourceHash: moduleFiles.hash },
    // Its age is worth knowing, and its digest nothing that anybody waits for: its configuration has the time of the build.
    buildArgs: reproducibleDigests
      ? pulumi.output<Record<string, string>>({ SOURCE_DATE_EPOCH: "" })
      : undefined,
    annotations: pulumi.output<Record<string, string>>({}),
    image: pulumi.unsecret(place.apply(({ repository }) => `${repository.asWritten}:${tags.exact}`)),
    registry: pulumi.unsecret(place.apply(({ repository }) => repository.domain)),
    // It has what all platforms need, and no program of any.
    platforms: plan.spec.platforms.slice(0, 1),
    login: isSameRegistry(cache.repository, plan.spec.repository) ? options.request.login : undefined,
    compression: zstd ? { type: "zstd", level: undefined } : undefined,
  };
  const watch = watchPushes(component, "seed");
  const seed = engines[plan.spec.engine](`${name}-seed`, request, {
    parent: component,
    dependsOn: [image.resource],
    retainOnDelete: true,
    ...timeLimits(owner, plan.spec),
    hooks: { ...explainFailures(component, request, "seed"), ...watch.hooks },
  });
  const digest = await valueIfKnown(seed.digest).catch(() => undefined);
  const known = await valueIfKnown(place);
  if (!isDigest(digest) || known === undefined || !watch.pushed()) return;
  await putTag(known.repository, digest, tags.newest, known.access).catch((error: unknown) =>
    pulumi.log.warn(`the newest seed is not marked: ${(error as Error).message}`, component),
  );
}
