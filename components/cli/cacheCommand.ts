// `goimage cache ls` and `goimage cache prune`: the seeds of a repository.
import { digestsListed, removeImage, tagDigest } from "../registry";
import { chooseOld, eachOf, listSeeds, type Seed } from "../seeds";
import { loadReport } from "../report";
import { humanSize } from "../text";
import type { CacheArguments } from "./arguments";

export async function cache(args: CacheArguments): Promise<void> {
  const { repository, insecure } = args;
  const { seeds, others } = await listSeeds(repository, { insecure });
  if (seeds.length === 0) return say(`${repository.name} has no seeds`);
  if (args.command === "ls") return say(listed(seeds));
  const { keep, remove } = chooseOld(seeds, args.keep);
  if (remove.length === 0) return say(`${repository.name} has ${count(keep)}, and all of them stay`);
  if (!args.remove) {
    say(listed(remove));
    return say(`These ${remove.length} of ${count(seeds)} would be removed; --yes removes them.`);
  }
  await refuseShared(args, remove, others);
  for (const { digest, tag } of distinct(remove)) {
    await removeImage(repository, digest, { insecure });
    say(`removed ${repository.asWritten}:${tag}`);
  }
  say(`${repository.name} has ${count(keep)} left`);
}

/** Removing an image takes all its tags, and it out of every index: one that anything else stands for or lists stays. */
async function refuseShared(
  { repository, insecure }: CacheArguments,
  seeds: readonly Seed[],
  others: readonly string[],
): Promise<void> {
  const digests = new Set(seeds.map(({ digest }) => digest));
  const uses = await eachOf(others, async (tag) => {
    const digest = await tagDigest(repository, tag, { insecure });
    if (digest === undefined) return undefined;
    if (digests.has(digest)) return { tag, how: "is the same image as" };
    const listed = await digestsListed(repository, digest, { insecure });
    return listed.some((each) => digests.has(each)) ? { tag, how: "lists" } : undefined;
  });
  const use = uses.find((each) => each !== undefined);
  if (use === undefined) return;
  throw new Error(
    `${repository.asWritten}:${use.tag} ${use.how} one of the seeds, which would be removed with it; nothing was removed. ` +
      "Remove that tag first, or keep more seeds",
  );
}

const distinct = (seeds: readonly Seed[]): Seed[] => [
  ...new Map(seeds.map((seed) => [seed.digest, seed])).values(),
];
const count = (seeds: readonly Seed[]): string => (seeds.length === 1 ? "1 seed" : `${seeds.length} seeds`);

function listed(seeds: readonly Seed[]): string {
  const rows = seeds.map(({ tag, created, size, platform, about, newest, digest }) => [
    tag,
    created.replace(/T(\d\d:\d\d).*$/, " $1"),
    humanSize(size),
    platform,
    newest ? "newest" : "",
    about,
    digest,
  ]);
  const columns = ["tag", "made (UTC)", "size", "platform", "", "for", "digest"].map((title) => ({
    title,
    number: title === "size",
  }));
  return loadReport().textTable({ columns, rows });
}

function say(text: string): void {
  process.stdout.write(`${text.trimEnd()}\n`);
}
