// The seed of an image with the input cache: an image that an empty builder starts from. Which one a build takes.

import * as pulumi from "@pulumi/pulumi";
import type { Context, WorkDirectory } from "../context";
import { seedArgument, type Pins, type Plan } from "../dockerfile";
import type { BuildRequest } from "../engines";
import type { CacheSpec } from "../inputs";
import { RegistryError, describeImage, tagDigest, type RegistryAccess } from "../registry";
import type { Repository } from "../name";
import { seedProblem } from "../seeds";
import { lazily } from "../work";
import type { DeployedImage, WrittenSeed } from "./deployed";
import type { Destination } from "./destination";
import type { Drift } from "./drift";
import type { Owner } from "./owner";
import { oncePerRun } from "./program";
import { say } from "./say";
import { isMocked, valueIfKnown } from "./sdk";
import { seedTags, type SeedTags } from "./seedTags";

export interface SeedOptions {
  owner: Owner;
  cache: CacheSpec;
  plan: Plan;
  imports: () => readonly string[];
  /** Not asked for where nothing is built or written. */
  tags: () => SeedTags;
  /** The files that name the modules. */
  moduleFiles: Context;
  pins: pulumi.Output<Pins>;
  /** Throws where a base image must not be built on. */
  check: () => Promise<void>;
  /** Of the image. */
  request: Omit<BuildRequest, "buildArgs">;
  destination: pulumi.Output<Destination>;
  access: pulumi.Output<RegistryAccess>;
  work: WorkDirectory;
  deployed: pulumi.Output<DeployedImage | undefined>;
}

/** The options with the tags that follow from them. */
export function withTags(options: Omit<SeedOptions, "tags">): SeedOptions {
  const { plan, imports, moduleFiles } = options;
  return { ...options, tags: lazily(() => seedTags(plan, imports(), moduleFiles.hash)) };
}

export interface SeedPlace {
  repository: Repository;
  access: RegistryAccess;
}

/** Where the seeds are, and how to read and write there. */
export function placeOf({ destination, access }: SeedOptions): pulumi.Output<SeedPlace | undefined> {
  const place = pulumi.all([destination, access]).apply(([{ repository, seeds }, login]) => {
    // Credentials are for the registry that they were given for.
    return seeds && { repository: seeds, access: seeds.domain === repository.domain ? login : {} };
  });
  return pulumi.unsecret(place);
}

/** What is known when a build may start. */
export interface BuildState {
  /** Whether the image is certainly built. */
  rebuilds: pulumi.Output<boolean>;
  drift: pulumi.Output<Drift | undefined>;
}

export interface SeedChoice {
  /** Build arguments that name the seed. */
  args: Record<string, string>;
  /** What the stack has written and the registry has lost. */
  lost?: string;
}

/**
 * The seed as build arguments. They are inputs of the child, so a seed that appears or goes must not change them: without
 * a build they stay those of the last one. A promise, as in stagedContext.
 */
export async function seedFor(options: SeedOptions, state: BuildState): Promise<SeedChoice> {
  const { component } = options.owner;
  const deployed = await valueIfKnown(options.deployed);
  const last = { args: deployed?.seed ?? {} };
  if (pulumi.runtime.isDryRun() || isMocked()) return last;
  const isBuilt = deployed === undefined || (await valueIfKnown(state.rebuilds)) === true;
  if (!isBuilt && (await valueIfKnown(state.drift))?.imageGone !== true) return last;
  const place = await valueIfKnown(placeOf(options));
  if (place === undefined) return { args: {} };
  const { name } = place.repository;
  try {
    return await chosen(options, place, deployed?.writtenSeed);
  } catch (error) {
    // A seed saves time and nothing else.
    const reason = (error as Error).message;
    await sayOnce("warn", `${name} is not readable, so there is no seed: ${reason}`, component);
    return { args: {} };
  }
}

async function chosen(
  options: SeedOptions,
  place: SeedPlace,
  written: WrittenSeed | undefined,
): Promise<SeedChoice> {
  const { cache, owner } = options;
  const { name, asWritten } = place.repository;
  const own = ownSeed(written, place);
  const digest = cache.write ? own?.digest : (cache.trusted ?? (await taggedSeed(options, place)));
  if (digest === undefined) {
    const how = cache.write ? "this update makes one" : "an update with cache.write makes one";
    await sayOnce("info", `there is no seed in ${name} yet; ${how}`);
    return { args: {} };
  }
  const image = await describeImage(place.repository, digest, place.access).catch((error: unknown) => {
    if (error instanceof RegistryError && error.status === 404) return undefined;
    throw error;
  });
  if (image === undefined) {
    const now = cache.write ? ", so this update makes another one" : ", so there is no seed";
    await sayOnce(cache.write ? "info" : "warn", `${name} no longer has the seed ${digest}${now}`);
    return { args: {}, lost: digest };
  }
  const problem = seedProblem(image);
  if (problem !== undefined) {
    await sayOnce("warn", `${name}@${digest} is not used as a seed: ${problem}`, owner.component);
    return { args: {} };
  }
  return { args: { [seedArgument]: `${asWritten}@${digest}` } };
}

/** What the tags say: only asked for where others write. */
async function taggedSeed(
  { cache, tags }: SeedOptions,
  { repository, access }: SeedPlace,
): Promise<string | undefined> {
  const { exact, newest } = tags();
  const digest = await tagDigest(repository, exact, access);
  return digest ?? (cache.newest ? tagDigest(repository, newest, access) : undefined);
}

/** The seed that the stack has written there; one for other dependencies too, of which some may be the same. */
export function ownSeed(
  written: WrittenSeed | undefined,
  { repository }: SeedPlace,
): WrittenSeed | undefined {
  return written?.repository === repository.name ? written : undefined;
}

const said = oncePerRun("seed messages", () => new Set<string>());

/** Of several images with one seed, the first says it. */
export async function sayOnce(
  level: "info" | "warn",
  text: string,
  component?: pulumi.Resource,
): Promise<void> {
  if (said().has(text)) return;
  said().add(text);
  await say(level, text, component);
}
