/** Mocha's spec reporter, which also leaves what it counted in the file named by GOIMAGE_TEST_COUNTS. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import Mocha from "mocha";

/** How long after the last test something may stay open. */
const grace = 15_000;

class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    runner.once(Mocha.Runner.constants.EVENT_RUN_END, () => {
      const { passes, failures, pending } = this.stats;
      const file = process.env["GOIMAGE_TEST_COUNTS"];
      const failedTests = this.failures.map((test) => test.titlePath().join(": "));
      const counts = { passed: passes, failed: failures, skipped: pending };
      if (file) writeFileSync(file, JSON.stringify({ counts, failedTests }));
      setTimeout(endAnyway, grace).unref();
    });
  }
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
