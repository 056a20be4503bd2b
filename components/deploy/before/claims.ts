// What an image keeps others of the program from: its tags, and a repository that is for seeds alone.

import type { ImageSpec, Problem } from "../../inputs";
import type { Situation } from "../pulumi/situation";
import { claimPlaces, knownPlaces, placeProblems } from "../seed/seedPlaces";
import { claimTags, knownTarget, tagProblems } from "./tagClaims";

interface Claims {
  problems: Problem[];
  /** To be called once the image's inputs are known to be valid. */
  claim: () => void;
}

/** What is known of them before the program has ended; `problems` are those of the inputs by themselves. */
export function claimsOf(
  run: Pick<Situation, "mode" | "name">,
  spec: ImageSpec,
  problems: readonly Problem[],
): Claims {
  const isWrong = problems.some(({ propertyPath }) => /^(args|repository|tags)\b/.test(propertyPath));
  const target = isWrong ? undefined : knownTarget(spec);
  const places = knownPlaces(spec);
  return {
    problems: [...(target === undefined ? [] : tagProblems(run, target)), ...placeProblems(run, places)],
    claim: () => {
      if (target !== undefined) claimTags(run.name, target);
      claimPlaces(run.name, places);
    },
  };
}
