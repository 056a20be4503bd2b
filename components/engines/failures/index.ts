// What to say about a build or a push that failed.

import { adviceFor, type Attempt } from "./advice";
import { isFailedStep } from "./failedStep";
import { failedOutput, type Rerun } from "./rerun";

/** A build that failed. */
export type FailedBuild = Omit<Attempt, "dockerfile"> & Rerun & { dockerfileText: string };

/** The failed step's output, or what to do about another error; undefined when the errors say enough themselves. */
export async function explainFailure(
  errors: readonly string[],
  build: FailedBuild,
): Promise<string | undefined> {
  if (errors.some(isFailedStep)) return failedOutput(build);
  return adviceFor(errors.join("\n"), { ...build, dockerfile: build.dockerfileText });
}
