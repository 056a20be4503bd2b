// The hints of all steps.

import { hints as ofPackages } from "./steps/alpinePackages";
import { hints as ofCompiler } from "./steps/goBuild";
import { hints as ofSmokeTest } from "./steps/smokeTest";

const all = [...ofCompiler, ...ofSmokeTest, ...ofPackages];

/** What to do about a failed step whose lines do not say it themselves. */
export function hints(
  { stage, lines }: { stage: string; lines: readonly string[] },
  platform: string,
): string[] {
  return all
    .filter((hint) => hint.stage === undefined || hint.stage === stage)
    .filter(({ when }) => lines.some((line) => when.test(line)))
    .map((hint) => hint.say(platform));
}
