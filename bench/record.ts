/** What a run leaves behind, and what the next one may take over from it. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { chart, headline } from "./chart";
import { goals, judge } from "./goals";
import type { Repetitions } from "./lab";
import type { Comparison, Result } from "./model";
import { markdownReport } from "./report";
import { Results } from "./stats";

/** The figures that one machine gave, comparison by comparison. */
export interface Run {
  readonly machine: Readonly<Record<string, string>>;
  readonly repetitions: Repetitions;
  /** Names of the comparisons that came to their end. */
  readonly finished: string[];
  readonly results: Results;
}

/** What may differ between the sittings of one run. */
const changing = new Set(["date", "load before"]);

const lasting = ({ machine, repetitions }: Pick<Run, "machine" | "repetitions">): string =>
  JSON.stringify([Object.entries(machine).filter(([name]) => !changing.has(name)), repetitions]);

/**
 * The run to go on with, which `results.json` of the directory holds, without what did not come to its end. Figures of
 * another machine, other tools or another number of repetitions do not belong into one table: an error says so.
 */
export function takenUp(directory: string, fresh: Run): Run {
  const file = join(directory, "results.json");
  if (!existsSync(file)) return fresh;
  const { machine, repetitions, finished, results } = JSON.parse(readFileSync(file, "utf8")) as Omit<
    Run,
    "results"
  > & { results: Result[] };
  if (lasting({ machine, repetitions }) !== lasting(fresh))
    throw new Error(
      `${file} is of another machine, other tools or another number of repetitions; leave out --continue to replace it`,
    );
  const kept = results.filter(({ comparison }) => finished.includes(comparison));
  return { machine, repetitions, finished, results: new Results(kept) };
}

export const verdictsOf = (results: Results) => goals.map((goal) => judge(goal, results));

/** Written after each comparison, so that a run that is stopped leaves what it had. */
export function writeRun(directory: string, comparisons: readonly Comparison[], run: Run): void {
  const { machine, repetitions, finished, results } = run;
  const verdicts = verdictsOf(results);
  const measured = verdicts.filter(({ reached }) => reached !== undefined);
  const json = { machine, repetitions, finished, goals: verdicts, results: results.all };
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, "results.json"), `${JSON.stringify(json, null, 2)}\n`);
  writeFileSync(join(directory, "results.svg"), chart(comparisons, results));
  writeFileSync(join(directory, "headline.svg"), chart(comparisons, results, headline));
  writeFileSync(join(directory, "results.md"), markdownReport(comparisons, results, measured, machine));
}
