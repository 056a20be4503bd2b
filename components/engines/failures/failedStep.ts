// Finds the step that failed, or that has not ended, in a builder's messages and output.

/** True for the message of BuildKit, old or new, about a RUN that exited with an error. */
export function isFailedStep(message: string): boolean {
  return /executor failed running|did not complete successfully/.test(message);
}

/** True for a build or a push that had no more time. */
export function isOutOfTime(message: string): boolean {
  return /context deadline exceeded|DeadlineExceeded/.test(message);
}

/** The last step that began and has not ended, as the builder names it. */
export function unfinishedStep(output: string): string | undefined {
  const begun = [...output.matchAll(/^#(\d+) (\[.+|exporting .+|importing .+)$/gm)];
  const isEnded = (step: string) => new RegExp(`^#${step} (DONE|CACHED|ERROR|CANCELED)\\b`, "m").test(output);
  return begun.findLast(([, step = ""]) => !isEnded(step))?.[2];
}

/** The step that failed, and its lines without the number and time that each begins with. */
export interface FailedStep {
  /** Name of its stage in the Dockerfile. */
  stage: string;
  lines: string[];
}

/** Read from output such as "#12 [build 6/7] RUN ...", "#12 0.303 main.go:9:10: undefined: x" and "#12 ERROR: ...". */
export function failedStep(output: string): FailedStep | undefined {
  const step = /^#(\d+) ERROR: .*/m.exec(output)?.[1];
  if (step === undefined) return undefined;
  // A stage of another platform has that before its name.
  const stage = new RegExp(`^#${step} \\[(?:\\S+ )?(\\S+) +\\d+/\\d+\\]`, "m").exec(output)?.[1] ?? "";
  const ofStep = new RegExp(`^#${step} \\d+\\.\\d+ (.*)$`, "gm");
  return { stage, lines: [...output.matchAll(ofStep)].map((match) => match[1] ?? "") };
}
