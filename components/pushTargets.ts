// Two images of one program must not be pushed to one tag: which of them it names afterwards would be chance, and two
// images of one name race in a Docker Engine.

import { isLate } from "./checker";
import type { Problem } from "./problems";
import { parseRepository } from "./registry/reference";
import { oncePerRun } from "./run";

/** Names of the components that push to a tag. */
const takenTags = oncePerRun(() => new Map<string, string>());

/** Takes the tags for the image `name`; a tag that another one has taken is a problem. */
export function takeTags(name: string, repository: string, tags: readonly string[]): Problem[] {
  const taken = takenTags();
  return [...new Set(tags)].flatMap((tag, index) => {
    const target = `${parseRepository(repository).name}:${tag}`;
    const other = taken.get(target);
    taken.set(target, name);
    if (other === undefined) return [];
    const reason = `${JSON.stringify(tag)} of ${repository} is what "${other}" in this program pushes to; give one of them another tag or repository`;
    return [{ propertyPath: `tags[${index}]`, reason }];
  });
}

/** True when repository and tags are there before the program has ended: they are then taken at once. */
export function isKnown(repository: unknown, tags: unknown): boolean {
  return !isLate(repository) && !isLate(tags) && !(Array.isArray(tags) && tags.some(isLate));
}
