import { availableParallelism } from "node:os";
import { ensureBuilt } from "./build";
import { runCommand } from "./setup/command";
import { handleInterrupts, which } from "./setup/exec";
import { ensureToolchain, type Toolchain } from "./setup/index";
import { withLock } from "./setup/lock";
import { layout } from "./setup/paths";
import { stopServices } from "./setup/services";
import { bold, red, say } from "./setup/ui";
import { add, countsLine, nothingRan, type PhaseResult, runPhase } from "./test/phase";

const usage = `usage: npm test [-- --unit] [mocha's own arguments, for example --grep x]

Runs the unit tests, then the set-up, then the integration tests with real engines and a real registry.

  --unit   unit tests only: no tools, no services
  --help   print this

What the run started stays up for the next one, except where CI=true.`;

export const main = (args: string[]): Promise<number> =>
  runCommand(usage, async () => {
    if (args.includes("--help") || args.includes("-h")) {
      console.log(usage);
      return 0;
    }
    const mochaArgs = args.filter((arg) => arg !== "--unit");
    handleInterrupts();
    const results = [await unitTests(mochaArgs)];
    if (!args.includes("--unit")) results.push(await integrationTests(mochaArgs));
    return report(results, mochaArgs.length > 0);
  });

function unitTests(args: readonly string[]): Promise<PhaseResult> {
  say(bold("=> unit tests"));
  const spec = "test/**/*.test.ts";
  return runPhase({ name: "unit tests", spec, ignore: "test/integration/**", env: process.env, args });
}

async function integrationTests(args: readonly string[]): Promise<PhaseResult> {
  let toolchain: Toolchain;
  try {
    // Any browser of the family will do; a Mac's stands where the test looks for it.
    const browser = process.platform === "linux" && which("google-chrome") === undefined;
    toolchain = await ensureToolchain(layout(), browser ? ["chromium"] : []);
    await ensureBuilt();
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error);
    return { ...nothingRan, failure };
  }
  const { engines, registry, builder, started } = toolchain;
  say(bold(`=> integration tests (engines: ${engines.join(", ")}; registry ${registry})`));
  for (const { name, origin, standIn } of toolchain.baseImages) if (standIn) say(`   ${name} is ${origin}`);
  const env = {
    ...toolchain.env,
    GOIMAGE_TEST_REGISTRY: registry,
    GOIMAGE_TEST_ENGINES: engines.join(","),
    GOIMAGE_TEST_BUILDER: builder,
  };
  const spec = "test/integration/**/*.test.ts";
  // Half of such a test is waiting: for a registry, a daemon, a fault's end.
  const jobs = availableParallelism() + 1;
  const result = await runPhase({ name: "integration tests", spec, env, jobs, args });
  if (started.length === 0) return result;
  if (process.env["CI"] === "true") await withLock(layout(), () => stopServices(layout()));
  else say(`still running for the next test run: ${started.join(", ")}\nstop with: npm run setup -- --down`);
  return result;
}

function report(results: readonly PhaseResult[], filtered: boolean): number {
  const counts = results.map((result) => result.counts).reduce(add);
  const failures = results.flatMap(({ failure }) => (failure === undefined ? [] : [failure]));
  if (filtered && failures.length === 0 && counts.passed === 0) failures.push("no test matched");
  for (const title of results.flatMap(({ failedTests }) => failedTests)) console.log(`failed: ${title}`);
  for (const failure of failures) say(`${red("error:")} ${failure}`);
  console.log(countsLine(counts));
  return failures.length === 0 ? 0 : 1;
}
