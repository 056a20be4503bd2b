// Makes the seed of an image and pushes it. No resource does that: one that fails would fail the update, and a seed saves time
// and nothing else. The stack's state records what was written, and such a stack trusts nothing else.

import * as fs from "node:fs";
import { aboutSeed, seedDockerfile } from "../../dockerfile";
import { buildArchive, type BuildRequest, type ImageBuild } from "../../engines";
import { hasBuildkitFeatures } from "../../inputs";
import { limits } from "../../limits";
import { isDigest, pushImage, putTag } from "../../registry";
import { packLayer, seedConfig } from "../../seeds";
import type { Decision } from "../before/decide";
import type { Prepared } from "../before/prepare";
import { stagedContext } from "../before/stagedContext";
import { knownBuild } from "../pulumi/hooks";
import { oncePerRun } from "../pulumi/program";
import { say } from "../pulumi/say";
import { valueIfKnown } from "../pulumi/sdk";
import type { Situation } from "../pulumi/situation";
import type { WrittenSeed } from "../state/deployed";
import { ownSeed, sayOnce, type SeedPlace, type Seeds } from "./seedChoice";

/** Seeds that an image of this run has or makes, by repository and tag: images of one module share a seed. */
const ofRun = oncePerRun("seeds", () => new Map<string, Promise<WrittenSeed | undefined>>());

/** What a seed is made with. */
interface SeedBuild {
  seeds: Seeds;
  /** The child that builds the image. */
  child: ImageBuild;
  /** How the image itself is built. */
  request: BuildRequest;
  deciding: Promise<Decision>;
  /** Throws where a base image must not be built on. */
  check: () => Promise<void>;
}

/**
 * Makes the seed once the image is built, unless the stack has it: nobody waits for it but the next runner. Gives what the state is
 * to record, and never fails.
 */
export async function publishSeed(
  run: Situation,
  prepared: Prepared,
  making: SeedBuild,
): Promise<WrittenSeed | undefined> {
  const { seeds, child, deciding } = making;
  const written = (await valueIfKnown(run.deployed))?.writtenSeed;
  if (!seeds.cache.write || run.mode !== "update") return written;
  try {
    const { lost } = (await deciding).seed;
    const place = await valueIfKnown(seeds.place);
    if (place === undefined) return written;
    const own = ownSeed(written, place);
    const last = own?.digest === lost ? undefined : own;
    const key = `${place.repository.name}:${seeds.tags().exact}`;
    if (last !== undefined && isComplete(seeds, last)) {
      ofRun().set(key, Promise.resolve(last));
      return last;
    }
    if (!isDigest(await valueIfKnown(child.digest))) return written;
    const made = ofRun().get(key) ?? make(run, prepared, making, place, last);
    ofRun().set(key, made);
    // A lost seed must not be asked for again.
    return (await made) ?? (lost === undefined ? written : undefined);
  } catch {
    // The build of the image failed; its own error says so.
    return written;
  }
}

function isComplete({ tags }: Seeds, seed: WrittenSeed): boolean {
  const { exact, newest } = tags();
  return [exact, newest].every((tag) => seed.tags.includes(tag));
}

/** Undefined where it cannot be made or pushed; a warning says why. */
async function make(
  run: Situation,
  prepared: Prepared,
  making: SeedBuild,
  place: SeedPlace,
  last: WrittenSeed | undefined,
): Promise<WrittenSeed | undefined> {
  const { repository, access } = place;
  const { exact, newest } = making.seeds.tags();
  const failed = (what: string, error: unknown) =>
    sayOnce(
      "warn",
      `${what}: ${(error as Error).message}. The image is not affected, and the next update tries again`,
      run.component,
    );
  let seed = last?.tags.includes(exact) === true ? last : undefined;
  try {
    seed ??= { repository: repository.name, digest: await push(run, prepared, making, place), tags: [exact] };
  } catch (error) {
    await failed(`no seed was written to ${repository.name}`, error);
    return undefined;
  }
  try {
    await putTag(repository, seed.digest, newest, access);
    return { ...seed, tags: [exact, newest] };
  } catch (error) {
    await failed(`the new seed of ${repository.name} could not be marked as the newest`, error);
    return seed;
  }
}

/** Builds and pushes the seed; gives its digest, which is made of what was pushed. */
async function push(
  run: Situation,
  { plan, work }: Prepared,
  { seeds, request, deciding, check }: SeedBuild,
  { repository, access }: SeedPlace,
): Promise<string> {
  const { component } = run;
  const { exact } = seeds.tags();
  // A seed may be made where the image is not built.
  await check();
  const staged = await stagedContext(run, work, seeds.moduleFiles, "Seed");
  const dockerfile = `${staged}.Dockerfile`;
  work.write(dockerfile, seedDockerfile(plan, seeds.imports(), (await deciding).pins));
  const known = await knownBuild({ ...request, buildArgs: undefined });
  const file = work.path(`${staged}.layer`);
  await say("info", `making the seed ${repository.name}:${exact}`, component);
  try {
    const layer = await buildArchive(
      {
        ...known,
        context: work.path(staged),
        dockerfile: work.path(dockerfile),
        // It has what all platforms need, and no program of any.
        platforms: plan.spec.platforms.slice(0, 1),
      },
      {
        take(archive) {
          // Left behind by a run that was killed, or by a command that could not build.
          fs.rmSync(file, { force: true });
          return packLayer(archive, file, hasBuildkitFeatures(plan.spec.engine));
        },
        step: (step) => void say("info", `seed: ${step}`, component),
        milliseconds: limits.seed.buildMilliseconds,
      },
    );
    // The time of its making is worth recording: nobody expects two seeds to have the same digest.
    const config = seedConfig(layer, aboutSeed(plan), plan.spec.platforms[0] ?? "", new Date());
    const digest = await pushImage(repository, { config, layer }, exact, access);
    await say("info", `the seed is ${repository.name}@${digest}`, component);
    return digest;
  } finally {
    fs.rmSync(file, { force: true });
  }
}
