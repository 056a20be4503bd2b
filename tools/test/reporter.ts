/** Mocha's spec reporter, which also leaves what it counted in the file named by GOIMAGE_TEST_COUNTS. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { relative } from "node:path";
import Mocha from "mocha";
import { repoRoot } from "../setup/paths";
import { randomFrom, shuffleSuite } from "./order";
import type { Summary } from "./phase";

/** How long after the last test something may stay open. */
const grace = 15_000;

class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const order = process.env["GOIMAGE_TEST_ORDER"];
    if (order) shuffleSuite(runner.suite, randomFrom(Number(order)));
    const files = timesOf(runner);
    runner.once(Mocha.Runner.constants.EVENT_RUN_END, () => {
      const { passes, failures, pending } = this.stats;
      const file = process.env["GOIMAGE_TEST_COUNTS"];
      const { user, system } = process.cpuUsage();
      const summary: Summary = {
        counts: { passed: passes, failed: failures, skipped: pending },
        failedTests: this.failures.map((test) => test.titlePath().join(": ")),
        files: Object.fromEntries(files),
        processorSeconds: (user + system) / 1e6,
      };
      if (file) writeFileSync(file, JSON.stringify(summary));
      setTimeout(endAnyway, grace).unref();
    });
  }
}

/** Seconds of each file's tests and hooks: of this process on a processor, or of a clock where files run side by side. */
function timesOf(runner: Mocha.Runner): Map<string, number> {
  const { EVENT_TEST_BEGIN, EVENT_HOOK_BEGIN, EVENT_TEST_END, EVENT_HOOK_END } = Mocha.Runner.constants;
  const isParallel = (runner as unknown as { isParallelMode?(): boolean }).isParallelMode?.() === true;
  const files = new Map<string, number>();
  let begin = process.cpuUsage();
  for (const event of [EVENT_TEST_BEGIN, EVENT_HOOK_BEGIN])
    runner.on(event, () => (begin = process.cpuUsage()));
  for (const event of [EVENT_TEST_END, EVENT_HOOK_END])
    runner.on(event, ({ file, duration }: Mocha.Runnable) => {
      const { user, system } = process.cpuUsage(begin);
      const seconds = isParallel ? (duration ?? 0) / 1000 : (user + system) / 1e6;
      const name = relative(repoRoot, file ?? repoRoot);
      files.set(name, (files.get(name) ?? 0) + seconds);
    });
  return files;
}

/** A run that something keeps from ending says what it is, and ends: else it would wait for CI's patience to run out. */
function endAnyway(): void {
  const open = process.getActiveResourcesInfo().join(", ");
  const children = spawnSync("ps", ["-o", "pid=,args=", "--ppid", String(process.pid)], { encoding: "utf8" });
  console.error(`still open ${grace / 1000} s after the last test: ${open}\n${children.stdout ?? ""}`);
  process.exit(); // With the code that mocha sets when the process ends.
}

// Mocha takes what `require` gives.
module.exports = CountingReporter;
