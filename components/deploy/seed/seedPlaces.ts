// A repository of seeds is for seeds alone. Whoever may push an image, such as the preview of a pull request, could otherwise push
// what other builds start from.

import { isDeferred, type ImageSpec, type Problem } from "../../inputs";
import { parseRepository, pushTargetProblem } from "../../name";
import { oncePerRun } from "../pulumi/program";
import type { Situation } from "../pulumi/situation";

/** Repositories of an image, as far as they are known. */
interface Places {
  repository: string | undefined;
  seeds: string | undefined;
}

/** Names of the components that have images, and seeds, in a repository. */
const claims = oncePerRun("repositories of seeds", () => ({
  repository: new Map<string, string>(),
  seeds: new Map<string, string>(),
}));

const key = (repository: string) => parseRepository(repository).name;

/** Problems of repositories that would have both, in whatever order the program declares its images. */
export function placeProblems(
  { mode, name }: Pick<Situation, "mode" | "name">,
  { repository, seeds }: Places,
): Problem[] {
  const problems: Problem[] = [];
  const add = (propertyPath: string, reason: string) => problems.push({ propertyPath, reason });
  const instead = "give the seeds a repository of their own, to which nothing else is pushed";
  const others = (kind: keyof Places, place: string) => {
    const other = claims()[kind].get(key(place));
    // A unit test makes the same image again and again.
    return mode === "test" && other === name ? undefined : other;
  };
  if (seeds !== undefined) {
    const image =
      repository !== undefined && key(repository) === key(seeds) ? name : others("repository", seeds);
    if (image !== undefined)
      add(
        "cache.repository",
        `${JSON.stringify(seeds)} is the repository of the image "${image}"; ${instead}`,
      );
  }
  const other = repository === undefined ? undefined : others("seeds", repository);
  if (other !== undefined)
    add(
      "repository",
      `${JSON.stringify(repository)} is the cache.repository of the image "${other}"; ${instead}`,
    );
  return problems;
}

/** Claims the repositories for the image `name`, once its inputs are known to be valid. */
export function claimPlaces(name: string, places: Places): void {
  for (const kind of ["repository", "seeds"] as const) {
    const place = places[kind];
    if (place !== undefined && !claims()[kind].has(key(place))) claims()[kind].set(key(place), name);
  }
}

/** The repositories that are known before the program has ended, and are valid. */
export function knownPlaces({ repository, cache }: Pick<ImageSpec, "repository" | "cache">): Places {
  const known = (value: unknown) =>
    !isDeferred(value) && typeof value === "string" && pushTargetProblem(value) === undefined
      ? value
      : undefined;
  return { repository: known(repository), seeds: known(cache?.repository) };
}
