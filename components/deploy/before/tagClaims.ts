// Two images of one program must not be pushed to one tag: which of them it names afterwards would be chance, and two
// images of one name race in a Docker Engine.

import type { Input } from "@pulumi/pulumi";
import { isDeferred, type ImageSpec, type Problem } from "../../inputs";
import { parseRepository } from "../../name";
import { oncePerRun } from "../pulumi/program";
import type { Situation } from "../pulumi/situation";

/** Where an image is pushed, as the inputs name it. */
interface PushTarget {
  repository: string;
  tags: readonly string[];
}

/** Names of the components that push to a tag. */
const claims = oncePerRun("tags", () => new Map<string, string>());

const claimed = (repository: string, tag: string) => `${parseRepository(repository).name}:${tag}`;

/** Problems of tags that another image of the program has claimed. */
export function tagProblems(
  { mode, name }: Pick<Situation, "mode" | "name">,
  { repository, tags }: PushTarget,
): Problem[] {
  return [...new Set(tags)].flatMap((tag, index) => {
    const other = claims().get(claimed(repository, tag));
    // A unit test makes the same image again and again.
    if (other === undefined || (mode === "test" && other === name)) return [];
    const reason = `"${other}" in this program already pushes to ${repository}:${tag}; give one of them another tag or repository`;
    return [{ propertyPath: `tags[${index}]`, reason }];
  });
}

/** Claims the tags for the image `name`, once its inputs are known to be valid. */
export function claimTags(name: string, { repository, tags }: PushTarget): void {
  for (const tag of tags) claims().set(claimed(repository, tag), name);
}

/** The target where it is known before the program has ended; its tags are then claimed at once. */
export function knownTarget({
  repository,
  tags,
}: Pick<ImageSpec, "repository" | "tags">): PushTarget | undefined {
  const wanted: Input<Input<string>[] | undefined> = tags ?? ["latest"];
  if (isDeferred(repository) || isDeferred(wanted) || (wanted as Input<string>[]).some(isDeferred))
    return undefined;
  return { repository: repository as string, tags: wanted as string[] };
}
