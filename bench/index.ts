/** Runs the chosen comparisons and writes what came out. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Toolchain } from "../tools/setup/index";
import { bold, elapsed, red, say } from "../tools/setup/ui";
import { chart } from "./chart";
import { comparisons } from "./comparisons";
import { goals, judge } from "./goals";
import { Lab, type Repetitions } from "./lab";
import { describeMachine } from "./machine";
import type { Comparison } from "./model";
import { markdownReport, textReport } from "./report";
import { Results } from "./stats";

export interface Options {
  readonly chosen: readonly Comparison[];
  readonly repetitions: Repetitions;
  /** Directory for the results. */
  readonly out: string;
}

/** The number of comparisons that failed. */
export async function runBench(toolchain: Toolchain, { chosen, repetitions, out }: Options): Promise<number> {
  const lab = await Lab.open(toolchain, repetitions);
  const results = new Results();
  const machine = await describeMachine(lab);
  const failures: string[] = [];
  const begin = Date.now();
  try {
    for (const [index, comparison] of chosen.entries()) {
      const start = Date.now();
      say(bold(`=> ${index + 1} of ${chosen.length}, ${comparison.name}: ${comparison.about}`));
      try {
        await comparison.run(lab, (result, ...rest) =>
          results.add({ comparison: comparison.name, ...result }, ...rest),
        );
        say(`=> ${comparison.name}: done in ${elapsed(start)}, ${elapsed(begin)} in all`);
      } catch (error) {
        // The others still say something; this one's goals count as not measured.
        failures.push(comparison.name);
        say(`${red("error:")} ${comparison.name}: ${error instanceof Error ? error.message : String(error)}`);
      }
      write(out, chosen, results, machine, failures);
    }
  } finally {
    await lab.close();
  }
  const verdicts = goals.map((goal) => judge(goal, results)).filter(({ reached }) => reached !== undefined);
  console.log(`\n${textReport(comparisons, results, verdicts)}\n`);
  const count = (wanted: boolean) => verdicts.filter(({ reached }) => reached === wanted).length;
  console.log(
    `${count(true)} goals reached, ${count(false)} not reached; in ${elapsed(begin)}; results in ${out}`,
  );
  if (failures.length > 0) console.log(`failed: ${failures.join(", ")}`);
  return failures.length;
}

/** After each comparison, so that a run that is stopped leaves what it had. */
function write(
  out: string,
  chosen: readonly Comparison[],
  results: Results,
  machine: Record<string, string>,
  failures: readonly string[],
): void {
  mkdirSync(out, { recursive: true });
  const verdicts = goals.map((goal) => judge(goal, results));
  const json = {
    machine,
    comparisons: chosen.map(({ name }) => name),
    failures,
    goals: verdicts,
    results: results.all,
  };
  writeFileSync(join(out, "results.json"), `${JSON.stringify(json, null, 2)}\n`);
  writeFileSync(join(out, "results.svg"), chart(chosen, results));
  writeFileSync(join(out, "results.md"), markdownReport(chosen, results, verdicts, machine));
}
