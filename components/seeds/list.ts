// The seeds of a repository.

import { describeImage, inParallel, listTags, tagDigest, type RegistryAccess } from "../registry";
import type { Repository } from "../registry/reference";
import { isExactTag, isNewestTag, seedLabel } from "./tags";

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

/** Newest first. Tags that are no seed's are in `others`. */
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
  const seeds = await eachOf(await digests(tags.filter(isExactTag)), async ([tag, digest]) => {
    const { size, created, platform, labels } = await describeImage(repository, digest, access);
    const seed: Seed = {
      tag,
      digest,
      size,
      created,
      platform,
      about: labels[seedLabel] ?? "",
      newest: newest.has(digest),
    };
    return seed;
  });
  seeds.sort((a, b) => (a.created === b.created ? compare(a.tag, b.tag) : compare(b.created, a.created)));
  return { seeds, others: tags.filter((tag) => !isExactTag(tag) && !isNewestTag(tag)) };
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** What `work` gives for each item, in their order; a few at a time. */
export async function eachOf<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results = new Map<number, R>();
  await inParallel(parallel, items.entries(), async ([n, item]) => void results.set(n, await work(item)));
  return items.map((_, n) => results.get(n) as R);
}
