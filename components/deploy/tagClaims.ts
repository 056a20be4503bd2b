// Two images of one program must not be pushed to one tag: which of them it names afterwards would be chance, and two
// images of one name race in a Docker Engine.

import { isLate } from "../inputs/inputValidator";
import type { Problem } from "../inputs/problem";
import { parseRepository } from "../registry/reference";
import { oncePerRun } from "./program";
import { isMocked } from "./sdk";

/** Names of the components that push to a tag. */
const takenTags = oncePerRun("tags", () => new Map<string, string>());

const targetOf = (repository: string, tag: string) => `${parseRepository(repository).name}:${tag}`;

/** Problems of tags that another image of the program has taken. */
export function tagProblems(name: string, repository: string, tags: readonly string[]): Problem[] {
  return [...new Set(tags)].flatMap((tag, index) => {
    const other = takenTags().get(targetOf(repository, tag));
    // A unit test makes the same image again and again.
    if (other === undefined || (isMocked() && other === name)) return [];
    const reason = `${JSON.stringify(tag)} of ${repository} is what "${other}" in this program pushes to; give one of them another tag or repository`;
    return [{ propertyPath: `tags[${index}]`, reason }];
  });
}

/** Takes the tags for the image `name`, once nothing is wrong with it any more. */
export function takeTags(name: string, repository: string, tags: readonly string[]): void {
  for (const tag of tags) takenTags().set(targetOf(repository, tag), name);
}

/** True when repository and tags are there before the program has ended: they are then taken at once. */
export function isKnown(repository: unknown, tags: unknown): boolean {
  return !isLate(repository) && !isLate(tags) && !(Array.isArray(tags) && tags.some(isLate));
}
