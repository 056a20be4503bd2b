// The seed of an image with the input cache: an image that an empty builder starts from. Which one a build takes.

import * as pulumi from "@pulumi/pulumi";
import { readContext, type Context } from "../../context";
import { seedArgument } from "../../dockerfile";
import type { CacheSpec } from "../../inputs";
import { RegistryError, describeImage, tagDigest, type RegistryAccess } from "../../registry";
import type { Repository } from "../../name";
import { seedProblem } from "../../seeds";
import { lazily } from "../../work";
import type { Prepared } from "../before/prepare";
import { oncePerRun } from "../pulumi/program";
import { say } from "../pulumi/say";
import { valueIfKnown } from "../pulumi/sdk";
import type { WrittenSeed } from "../state/deployed";
import { seedTags, type SeedTags } from "./seedTags";

/** The seeds of an image: what they are made of, and where they are. */
export interface Seeds {
  cache: CacheSpec;
  imports: () => readonly string[];
  /** Not asked for where nothing is built or written. */
  tags: () => SeedTags;
  /** The files that name the modules. */
  moduleFiles: Context;
  /** Undefined where no repository is known. */
  place: pulumi.Output<SeedPlace | undefined>;
}

export interface SeedPlace {
  repository: Repository;
  access: RegistryAccess;
}

export interface SeedChoice {
  /** Build arguments that name the seed. */
  args: Record<string, string>;
  /** What the stack has written and the registry has lost. */
  lost?: string;
}

/** Undefined without the input cache. */
export function seedsOf({ spec: { cache }, source, plan, destination, access }: Prepared): Seeds | undefined {
  if (cache === undefined) return undefined;
  const moduleFiles = readContext(source.tree, source.service.moduleFiles);
  const place = pulumi.all([destination, access]).apply(([{ repository, seeds }, login]) => {
    // Credentials are for the registry that they were given for.
    return seeds && { repository: seeds, access: seeds.domain === repository.domain ? login : {} };
  });
  return {
    cache,
    imports: source.imports,
    tags: lazily(() => seedTags(plan, source.imports(), moduleFiles.hash)),
    moduleFiles,
    place: pulumi.unsecret(place),
  };
}

/**
 * The seed that a build starts from, as build arguments. They are inputs of the child, so a seed that appears or goes must not change
 * them: this is asked only where the image is built.
 */
export async function chooseSeed(
  component: pulumi.Resource,
  seeds: Seeds,
  written: WrittenSeed | undefined,
): Promise<SeedChoice> {
  // Where the destination is not valid, the child's registration says so.
  const place = await valueIfKnown(seeds.place).catch(() => undefined);
  if (place === undefined) return { args: {} };
  try {
    return await chosen(component, seeds, place, written);
  } catch (error) {
    // A seed saves time and nothing else.
    const reason = (error as Error).message;
    await sayOnce(
      "warn",
      `${place.repository.name} is not readable, so there is no seed: ${reason}`,
      component,
    );
    return { args: {} };
  }
}

async function chosen(
  component: pulumi.Resource,
  seeds: Seeds,
  place: SeedPlace,
  written: WrittenSeed | undefined,
): Promise<SeedChoice> {
  const { cache } = seeds;
  const { name, asWritten } = place.repository;
  const own = ownSeed(written, place);
  const digest = cache.write ? own?.digest : (cache.trusted ?? (await taggedSeed(seeds, place)));
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
    await sayOnce("warn", `${name}@${digest} is not used as a seed: ${problem}`, component);
    return { args: {} };
  }
  return { args: { [seedArgument]: `${asWritten}@${digest}` } };
}

/** What the tags say: only asked for where others write. */
async function taggedSeed(
  { cache, tags }: Seeds,
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
