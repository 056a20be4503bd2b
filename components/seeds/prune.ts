// Which seeds may go. Pure.

import type { Seed } from "./list";

interface PruneChoice {
  keep: Seed[];
  remove: Seed[];
}

/**
 * Of each module, Go image and platform, the `count` that were made last stay, and each that is marked as the newest. `seeds` are
 * in the order of their age, newest first. Two tags of one digest go together or not at all.
 */
export function chooseOld(seeds: readonly Seed[], count: number): PruneChoice {
  const kept = new Map<string, number>();
  const digests = new Set<string>();
  for (const seed of seeds) {
    const kind = JSON.stringify([seed.about, seed.platform]);
    const before = kept.get(kind) ?? 0;
    if (!seed.newest && before >= count) continue;
    kept.set(kind, before + 1);
    digests.add(seed.digest);
  }
  return {
    keep: seeds.filter(({ digest }) => digests.has(digest)),
    remove: seeds.filter(({ digest }) => !digests.has(digest)),
  };
}
