// Finds the step that failed, or that has not ended, in a builder's messages and output.

/** True for the message of BuildKit, old or new, about a RUN that exited with an error. */
export function isFailedStep(message: string): boolean {
  return /executor failed running|did not complete successfully/.test(message);
}

/** True for a build or a push that timed out. */
export function isOutOfTime(message: string): boolean {
  return /context deadline exceeded|DeadlineExceeded/.test(message);
}

/** The last step that began and has not ended, as the builder names it. */
export function unfinishedStep(output: string): string | undefined {
  const running = new Map<string, string>();
  for (const { step, text } of stepLines(output)) {
    // Begun again, a step is the last one again.
    if (/^(\[|exporting |importing )./.test(text)) {
      running.delete(step);
      running.set(step, text);
    } else if (/^(DONE|CACHED|ERROR|CANCELED)\b/.test(text)) running.delete(step);
  }
  return [...running.values()].at(-1);
}

/** The step that failed, and its lines without the number and time that each begins with. */
interface FailedStep {
  /** Name of its stage in the Dockerfile. */
  stage: string;
  lines: string[];
}

/** Read from output such as "#12 [build 6/7] RUN ...", "#12 0.303 main.go:9:10: undefined: x" and "#12 ERROR: ...". */
export function failedStep(output: string): FailedStep | undefined {
  const all = stepLines(output);
  const failed = all.find(({ text }) => text.startsWith("ERROR: "))?.step;
  if (failed === undefined) return undefined;
  const ofStep = all.filter(({ step }) => step === failed).map(({ text }) => text);
  // A stage of another platform has that before its name.
  const stages = ofStep.map((text) => /^\[(?:\S+ )?(\S+) +\d+\/\d+\]/.exec(text)?.[1]);
  const lines = ofStep.flatMap((text) => /^\d+\.\d+ ([^]*)$/.exec(text)?.[1] ?? []);
  return { stage: stages.find((stage) => stage !== undefined) ?? "", lines };
}

/** The lines that name a step, such as "#12 DONE". One pass: a build may print megabytes, and thousands of steps. */
function stepLines(output: string): { step: string; text: string }[] {
  return output.split("\n").flatMap((line) => {
    const [, step, text] = /^#(\d{1,9}) ([^]*?)\r?$/.exec(line) ?? [];
    return step === undefined || text === undefined ? [] : [{ step, text }];
  });
}
