import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Comparison } from "../../bench/model";
import { type Run, takenUp, writeRun } from "../../bench/record";
import { Results } from "../../bench/stats";

const named = (name: string): Comparison => ({ name, about: "About", run: () => Promise.resolve() });
const fresh = (more: Partial<Run> = {}): Run => ({
  machine: { date: "2026-01-01", "load before": "0.00", processor: "2 x P", node: "v20" },
  repetitions: { warm: 5, cold: 2 },
  finished: [],
  results: new Results(),
  ...more,
});

describe("the results of a benchmark run", () => {
  let directory: string;
  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), "bench-"))));
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  function leave(): void {
    const results = new Results();
    results.add({ comparison: "noop", case: "no-op up", side: "a", unit: "s" }, 2);
    results.add({ comparison: "edit", case: "one line edited", side: "a", unit: "s" }, 3);
    writeRun(directory, [named("noop"), named("edit")], fresh({ finished: ["noop"], results }));
  }

  it("are written as a table, as JSON, and as charts", () => {
    leave();
    assert.deepEqual(readdirSync(directory).sort(), [
      "headline.svg",
      "results.json",
      "results.md",
      "results.svg",
    ]);
  });

  it("are continued on another day, without the unfinished comparison", () => {
    leave();
    const today = { ...fresh().machine, date: "2026-01-02", "load before": "0.40" };
    const run = takenUp(directory, fresh({ machine: today }));
    assert.deepEqual(run.finished, ["noop"]);
    assert.deepEqual(
      run.results.all.map(({ comparison, values }) => [comparison, values]),
      [["noop", [2]]],
    );
    assert.equal(run.machine["date"], "2026-01-01");
  });

  it("are not mixed with those of another machine or number of repetitions", () => {
    leave();
    const machine = { ...fresh().machine, node: "v22" };
    assert.throws(() => takenUp(directory, fresh({ machine })), /of another machine.*leave out --continue/);
    const repetitions = { warm: 1, cold: 0 };
    assert.throws(() => takenUp(directory, fresh({ repetitions })), /another number of repetitions/);
  });

  it("start empty when there are none", () => {
    const run = fresh();
    assert.equal(takenUp(directory, run), run);
  });
});
