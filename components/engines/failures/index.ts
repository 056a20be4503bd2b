// What to say about a build or a push that failed.

import { adviceFor, type Attempt } from "./advice";
import { isFailedStep, isOutOfTime } from "./failedStep";
import { failedOutput, hangingStep, type Rerun } from "./rerun";

export { failedLines } from "./rerun";

/** A build that failed. */
type FailedBuild = Omit<Attempt, "dockerfile"> & Rerun & { dockerfileText: string };

/** The failed step's output, or what to do about another error; undefined when the errors say enough themselves. */
export async function explainFailure(
  errors: readonly string[],
  build: FailedBuild,
): Promise<string | undefined> {
  const message = errors.join("\n");
  const step = isOutOfTime(message) ? await hangingStep(build) : undefined;
  if (step !== undefined) {
    return (
      "the build timed out (customTimeouts; two hours by default). Run pulumi up again; it stopped at this " +
      `step: ${step}`
    );
  }
  if (errors.some(isFailedStep)) return failedOutput(build);
  return adviceFor(message, { ...build, dockerfile: build.dockerfileText });
}
