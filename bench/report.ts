/** The results as text: tables for a terminal, and the same in Markdown. Pure. */
import { humanSize } from "../components/text/humanSize";
import { table } from "../tools/setup/ui";
import type { Verdict } from "./goals";
import type { Comparison, Result, Unit } from "./model";
import { median, type Results, spread } from "./stats";

export function shown(value: number, unit: Unit): string {
  switch (unit) {
    case "s":
      return `${value.toFixed(value < 10 ? 2 : 1)} s`;
    case "ms":
      return `${value.toFixed(1)} ms`;
    case "B":
      return humanSize(Math.round(value));
    case "requests":
      return `${value}`;
  }
}

/** Cases of a comparison in the order in which they were measured. */
export function casesOf(results: Results, comparison: string): Result[][] {
  const cases = new Map<string, Result[]>();
  for (const result of results.all) {
    if (result.comparison !== comparison) continue;
    const key = `${result.case}\0${result.unit}`;
    cases.set(key, [...(cases.get(key) ?? []), result]);
  }
  return [...cases.values()];
}

const header = ["case", "side", "median", "spread", "ratio", "runs", "found"];

/** Rows of one comparison; the ratio is to the first side of the case. */
export function rows(results: Results, comparison: string): string[][] {
  return casesOf(results, comparison).flatMap((sides) => {
    const first = median(sides[0]?.values ?? []);
    return sides.map(({ case: name, side, unit, values, remarks }, index) => [
      index === 0 ? name : "",
      side,
      shown(median(values), unit),
      values.length > 1 ? `± ${(spread(values) * 100).toFixed(0)} %` : "",
      first === 0 ? "" : `${(median(values) / first).toFixed(2)}x`,
      String(values.length),
      remarks.join("; "),
    ]);
  });
}

const goalRows = (verdicts: readonly Verdict[]): string[][] =>
  verdicts.map(({ text, wanted, value, reached }) => [
    reached === undefined ? "not measured" : reached ? "reached" : "not reached",
    text,
    wanted,
    Number.isNaN(value) ? "" : String(Number(value.toPrecision(3))),
  ]);

const goalHeader = ["goal", "what", "wanted", "figure"];

export function textReport(
  comparisons: readonly Comparison[],
  results: Results,
  verdicts: readonly Verdict[],
): string {
  const parts = comparisons.flatMap(({ name, about }) => {
    const body = rows(results, name);
    return body.length === 0 ? [] : [`${name}: ${about}\n${table([header, ...body])}`];
  });
  return [...parts, table([goalHeader, ...goalRows(verdicts)])].join("\n\n");
}

function markdownTable(head: readonly string[], body: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...body.map(line)].join("\n");
}

export function markdownReport(
  comparisons: readonly Comparison[],
  results: Results,
  verdicts: readonly Verdict[],
  machine: Readonly<Record<string, string>>,
): string {
  const about = markdownTable(["machine", ""], Object.entries(machine));
  const parts = comparisons.flatMap(({ name, about }) => {
    const body = rows(results, name);
    return body.length === 0 ? [] : [`## ${name}\n\n${about}.\n\n${markdownTable(header, body)}`];
  });
  const goals = `## Goals\n\n${markdownTable(goalHeader, goalRows(verdicts))}`;
  const note =
    "Written by `npm run bench`; `bench/README.md` says how. Spread: half the range, of the median. Ratio: to the first side of the case.";
  return `# Benchmarks\n\n${note}\n\n![medians](results.svg)\n\n${[about, goals, ...parts].join("\n\n")}\n`;
}
