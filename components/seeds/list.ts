// The seeds of a repository.

import { ManifestError, describeImage, listTags, tagDigest, type RegistryAccess } from "../registry";
import type { Repository } from "../name";
import { seedProblem } from "./image";
import { inParallel } from "../work";
import { isExactTag, isNewestTag, seedLabel } from "./tagNames";

export interface Seed {
  tag: string;
  digest: string;
  /** Bytes that a pull transfers. */
  size: number;
  /** When it was made, as the image's configuration says; "" where that says nothing. */
  created: string;
  platform: string;
  /** Module and Go image. */
  about: string;
  /** Whether builds without a seed of their own take it. */
  newest: boolean;
}

const parallel = 4;

/** Newest first. In `others` are the tags of everything else, of images too that are tagged as a seed and are none. */
export async function listSeeds(
  repository: Repository,
  access: RegistryAccess,
): Promise<{ seeds: Seed[]; others: string[] }> {
  const tags = await listTags(repository, access);
  const digests = async (wanted: readonly string[]) => {
    const found = await eachOf(
      wanted,
      async (tag) => [tag, await tagDigest(repository, tag, access)] as const,
    );
    // One that went in the meantime is no longer there.
    return found.flatMap(([tag, digest]) => (digest === undefined ? [] : [[tag, digest] as const]));
  };
  const newest = new Set((await digests(tags.filter(isNewestTag))).map(([, digest]) => digest));
  const found = await eachOf(await digests(tags.filter(isExactTag)), async ([tag, digest]) => {
    const image = await describeImage(repository, digest, access).catch((error: unknown) => {
      // What is no image at all is no seed either.
      if (error instanceof ManifestError) return undefined;
      throw error;
    });
    if (image === undefined || seedProblem(image) !== undefined) return undefined;
    const { size, created, platform, labels } = image;
    const about = labels[seedLabel] ?? "";
    return { tag, digest, size, created, platform, about, newest: newest.has(digest) };
  });
  const seeds = found.filter((seed) => seed !== undefined);
  seeds.sort((a, b) => (a.created === b.created ? compare(a.tag, b.tag) : compare(b.created, a.created)));
  const ofSeeds = new Set(seeds.map(({ tag }) => tag));
  return { seeds, others: tags.filter((tag) => !ofSeeds.has(tag)) };
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** What `work` gives for each item, in their order; a few at a time. */
export async function eachOf<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results = new Map<number, R>();
  await inParallel(parallel, items.entries(), async ([n, item]) => void results.set(n, await work(item)));
  return items.map((_, n) => results.get(n) as R);
}
