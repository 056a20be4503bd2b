import assert from "node:assert/strict";
import { chart } from "../../bench/chart";
import { goals, judge } from "../../bench/goals";
import type { Comparison } from "../../bench/model";
import { markdownReport, rows } from "../../bench/report";
import { median, Results, spread } from "../../bench/stats";
import { rotated } from "../../bench/timed";

const edit = { comparison: "edit", case: "one line edited", unit: "s" } as const;
const comparisons: Comparison[] = [{ name: "edit", about: "About", run: () => Promise.resolve() }];

function resultsOf(times: Record<string, number[]>): Results {
  const results = new Results();
  for (const [side, values] of Object.entries(times))
    for (const value of values)
      results.add({ ...edit, side }, value, side.startsWith("empty") ? undefined : "new");
  return results;
}

describe("benchmarks", () => {
  it("take the middle value, or the mean of the two middle ones, as the median", () => {
    assert.equal(median([9, 1, 5]), 5);
    assert.equal(median([9, 1, 5, 7]), 6);
    assert.ok(Number.isNaN(median([])));
  });

  it("give the spread as half the range relative to the median", () => {
    assert.equal(spread([8, 10, 14]), 0.3);
    assert.equal(spread([0, 0]), 0);
  });

  it("change the order of the sides in each round", () => {
    const order = (sides: string[], rounds: number) =>
      Array.from({ length: rounds }, (_, round) => rotated(sides, round).join(""));
    assert.deepEqual(order(["a", "b", "c"], 4), ["abc", "bac", "cab", "acb"]);
    assert.deepEqual(order([..."abcde"], 3), ["abcde", "bdace", "cadbe"]);
    assert.deepEqual(rotated([["a", 1]], 1), [["a", 1]]);
    assert.deepEqual(order([], 1), [""]);
  });

  it("judge a goal from one run, and only if its sides were measured", () => {
    const [goal] = goals;
    assert.ok(goal && /goimage docker: to ko alone/.test(goal.text) && goal.bound === 0.9);
    const others = { "ko alone": [2], "empty program": [1, 3, 2] };
    assert.equal(judge(goal, resultsOf({ ...others, "goimage docker": [3.6] })).reached, true);
    assert.equal(judge(goal, resultsOf({ ...others, "goimage docker": [3.7] })).reached, false);
    assert.equal(judge(goal, resultsOf(others)).reached, undefined);
  });

  it("show the median, the spread and the ratio to the first side", () => {
    const results = resultsOf({ "ko alone": [2, 2, 2], "goimage docker": [3, 2, 4] });
    assert.deepEqual(rows(results, "edit"), [
      ["one line edited", "ko alone", "2.00 s", "± 0 %", "1.00x", "3", "new"],
      ["", "goimage docker", "3.00 s", "± 33 %", "1.50x", "3", "new"],
    ]);
  });

  it("escape text in charts and in Markdown", () => {
    const results = resultsOf({ "a < b | c": [1] });
    assert.match(chart(comparisons, results), /a &lt; b \| c/);
    assert.match(markdownReport(comparisons, results, [], { system: "x" }), /a < b \\\| c/);
  });
});
