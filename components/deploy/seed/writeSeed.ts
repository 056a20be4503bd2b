// Makes the seed of an image and pushes it. No resource does that: one that fails would fail the update, and a seed saves time
// and nothing else. The stack's state records what was written, and such a stack trusts nothing else.

import * as fs from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { aboutSeed, noPins, seedDockerfile } from "../../dockerfile";
import { buildArchive, type ImageBuild } from "../../engines";
import { capabilities } from "../../inputs";
import { limits } from "../../limits";
import { isDigest, pushImage, putTag } from "../../registry";
import { packLayer, seedConfig } from "../../seeds";
import type { WrittenSeed } from "../state/deployed";
import { knownBuild } from "../pulumi/hooks";
import { oncePerRun } from "../pulumi/program";
import { say } from "../pulumi/say";
import { isMocked, valueIfKnown } from "../pulumi/sdk";
import { ownSeed, placeOf, sayOnce, type SeedChoice, type SeedOptions, type SeedPlace } from "./seedChoice";
import { stagedContext } from "../before/stagedContext";

/** Seeds that an image of this run has or makes, by repository and tag: images of one module share a seed. */
const seeds = oncePerRun("seeds", () => new Map<string, Promise<WrittenSeed | undefined>>());

/**
 * Makes the seed once the image is built, unless the stack has it: nobody waits for it but the next runner. Gives what the state is
 * to record, and never fails.
 */
export async function publishSeed(
  options: SeedOptions,
  image: ImageBuild,
  choice: pulumi.Output<SeedChoice>,
): Promise<WrittenSeed | undefined> {
  const written = (await valueIfKnown(options.deployed))?.writtenSeed;
  if (!options.cache.write || pulumi.runtime.isDryRun() || isMocked()) return written;
  try {
    const lost = (await valueIfKnown(choice))?.lost;
    const place = await valueIfKnown(placeOf(options));
    if (place === undefined) return written;
    const own = ownSeed(written, place);
    const last = own?.digest === lost ? undefined : own;
    const key = `${place.repository.name}:${options.tags().exact}`;
    if (last !== undefined && isComplete(options, last)) {
      seeds().set(key, Promise.resolve(last));
      return last;
    }
    if (!isDigest(await valueIfKnown(image.digest))) return written;
    const making = seeds().get(key) ?? made(options, place, last);
    seeds().set(key, making);
    // What was lost is not to be asked for again.
    return (await making) ?? (lost === undefined ? written : undefined);
  } catch {
    // The image failed, which is told elsewhere.
    return written;
  }
}

function isComplete({ tags }: SeedOptions, seed: WrittenSeed): boolean {
  const { exact, newest } = tags();
  return [exact, newest].every((tag) => seed.tags.includes(tag));
}

/** Undefined where it cannot be made or pushed; a warning says why. */
async function made(
  options: SeedOptions,
  place: SeedPlace,
  last: WrittenSeed | undefined,
): Promise<WrittenSeed | undefined> {
  const { component } = options.owner;
  const { repository, access } = place;
  const { exact, newest } = options.tags();
  const failed = (what: string, error: unknown) =>
    sayOnce(
      "warn",
      `${what}: ${(error as Error).message}. The image is not affected, and the next update tries again`,
      component,
    );
  let seed = last?.tags.includes(exact) === true ? last : undefined;
  try {
    seed ??= { repository: repository.name, digest: await push(options, place), tags: [exact] };
  } catch (error) {
    await failed(`no seed was written to ${repository.name}`, error);
    return undefined;
  }
  try {
    await putTag(repository, seed.digest, newest, access);
    return { ...seed, tags: [exact, newest] };
  } catch (error) {
    await failed(`the newest seed of ${repository.name} is not marked`, error);
    return seed;
  }
}

/** Builds and pushes the seed; gives its digest, which is made of what was pushed. */
async function push(options: SeedOptions, { repository, access }: SeedPlace): Promise<string> {
  const { owner, plan, imports, moduleFiles, pins, work } = options;
  const { component } = owner;
  const { exact } = options.tags();
  // A seed may be made where the image is not built.
  await options.check();
  const staged = await stagedContext(component, work, moduleFiles, "Seed");
  const dockerfile = `${staged}.Dockerfile`;
  work.write(dockerfile, seedDockerfile(plan, imports(), (await valueIfKnown(pins)) ?? noPins));
  const known = await knownBuild({ ...options.request, buildArgs: undefined });
  const file = work.path(`${staged}.layer`);
  await say("info", `makes the seed ${repository.name}:${exact}`, component);
  try {
    const layer = await buildArchive(
      {
        ...known,
        ...{ context: work.path(staged), dockerfile: work.path(dockerfile) },
        // It has what all platforms need, and no program of any.
        platforms: plan.spec.platforms.slice(0, 1),
      },
      {
        take(archive) {
          // Left behind by a run that was killed, or by a command that could not build.
          fs.rmSync(file, { force: true });
          return packLayer(archive, file, capabilities[plan.spec.engine].zstd);
        },
        step: (step) => void say("info", `seed: ${step}`, component),
        milliseconds: limits.seed.buildMilliseconds,
      },
    );
    // Its age is worth knowing, and its digest nothing that anybody waits for.
    const config = seedConfig(layer, aboutSeed(plan), plan.spec.platforms[0] ?? "", new Date());
    const digest = await pushImage(repository, { config, layer }, exact, access);
    await say("info", `the seed is ${repository.name}@${digest}`, component);
    return digest;
  } finally {
    fs.rmSync(file, { force: true });
  }
}
