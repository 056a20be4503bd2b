// One closure for an image of several platforms.

import type { Closure } from "./closure";

/** What the builds of several platforms read together. */
export function joined(closures: readonly Closure[]): Closure {
  const [first, ...others] = closures;
  if (first === undefined) throw new Error("no closure");
  if (others.length === 0) return first;
  const all = <T>(of: (closure: Closure) => Iterable<T>): Set<T> =>
    new Set(closures.flatMap((closure) => [...of(closure)]));
  const problems = closures.flatMap((closure) => closure.problems);
  const reasons = problems.map(({ propertyPath, reason }) => `${propertyPath} ${reason}`);
  return {
    files: [...all(({ files }) => files)].sort(),
    wholeModule: closures.find(({ wholeModule }) => wholeModule !== undefined)?.wholeModule,
    secrets: [...all(({ secrets }) => secrets)].sort(),
    required: all(({ required }) => required),
    // Inputs name these files, whatever the platform.
    leftOut: first.leftOut,
    broken: first.broken,
    problems: problems.filter((_, n) => reasons.indexOf(reasons[n] ?? "") === n),
  };
}
