// Tests that compare with the go command itself.

import { execFileSync } from "node:child_process";

/** Skips the suite or test, with the reason, where there is no go command; CI must have one. */
export function needsGo(context: Mocha.Context): void {
  try {
    execFileSync("go", ["version"]);
  } catch {
    if (process.env["CI"] === "true") throw new Error("CI needs the go command for this test");
    console.log("      skipped: there is no go command on this machine");
    context.skip();
  }
}
