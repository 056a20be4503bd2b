/** Runs the chosen comparisons and writes what came out. */
import type { Toolchain } from "../tools/setup/index";
import { bold, elapsed, red, say } from "../tools/setup/ui";
import { comparisons } from "./comparisons";
import { Lab, type Repetitions } from "./lab";
import { describeMachine } from "./machine";
import type { Comparison } from "./model";
import { type Run, takenUp, verdictsOf, writeRun } from "./record";
import { textReport } from "./report";
import { Results } from "./stats";

interface Options {
  readonly chosen: readonly Comparison[];
  readonly repetitions: Repetitions;
  /** Directory for the results. */
  readonly out: string;
  /** Goes on with the run whose results are there. */
  readonly continued: boolean;
}

/** The number of comparisons that failed. */
export async function runBench(toolchain: Toolchain, options: Options): Promise<number> {
  const { repetitions, out } = options;
  const lab = await Lab.open(toolchain, repetitions);
  const failures: string[] = [];
  const begin = Date.now();
  let run: Run;
  try {
    const fresh = { machine: await describeMachine(lab), repetitions, finished: [], results: new Results() };
    run = options.continued ? takenUp(out, fresh) : fresh;
    const { results, finished } = run;
    const there = options.chosen.filter(({ name }) => finished.includes(name));
    if (there.length > 0) say(`   there already: ${there.map(({ name }) => name).join(", ")}`);
    const chosen = options.chosen.filter((comparison) => !there.includes(comparison));
    for (const [index, comparison] of chosen.entries()) {
      const start = Date.now();
      say(bold(`=> ${index + 1} of ${chosen.length}, ${comparison.name}: ${comparison.about}`));
      try {
        await comparison.run(lab, (result, ...rest) =>
          results.add({ comparison: comparison.name, ...result }, ...rest),
        );
        finished.push(comparison.name);
        say(`=> ${comparison.name}: done in ${elapsed(start)}, ${elapsed(begin)} in all`);
      } catch (error) {
        // The others still say something; this one's goals count as not measured.
        failures.push(comparison.name);
        say(`${red("error:")} ${comparison.name}: ${error instanceof Error ? error.message : String(error)}`);
      }
      writeRun(out, comparisons, run);
    }
  } finally {
    await lab.close();
  }
  const verdicts = verdictsOf(run.results).filter(({ reached }) => reached !== undefined);
  console.log(`\n${textReport(comparisons, run.results, verdicts)}\n`);
  const count = (wanted: boolean) => verdicts.filter(({ reached }) => reached === wanted).length;
  console.log(
    `${count(true)} goals reached, ${count(false)} not reached; in ${elapsed(begin)}; results in ${out}`,
  );
  if (failures.length > 0) console.log(`failed: ${failures.join(", ")}`);
  return failures.length;
}
