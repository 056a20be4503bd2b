import { availableParallelism } from "node:os";
import { ensureBuilt } from "./build";
import { runCommand } from "./setup/command";
import { handleInterrupts, which } from "./setup/exec";
import { ensureToolchain, type Toolchain } from "./setup/index";
import { withLock } from "./setup/lock";
import { layout } from "./setup/paths";
import { stopServices } from "./setup/services";
import { bold, red, say } from "./setup/ui";
import { seedFrom } from "./test/order";
import { add, countsLine, nothingRan, type PhaseResult, runPhase, slowFiles } from "./test/phase";

const usage = `usage: npm test [-- --unit | --go] [mocha's own arguments, for example --grep x]

Runs the unit tests, those beside the go command, then the set-up, then the integration tests with real engines and a real
registry.

  --unit   unit tests only: no tools, no services, no network
  --go     only the tests that ask the go command, git and others for the truth
  --help   print this

GOIMAGE_TEST_SEED=N runs the unit tests in the random order that N stands for; with CI=true the order is always random.

What the run started stays up for the next one, except where CI=true.`;

export const main = (args: string[]): Promise<number> =>
  runCommand(usage, async () => {
    if (args.includes("--help") || args.includes("-h")) {
      console.log(usage);
      return 0;
    }
    const chosen = Object.keys(groups).filter((flag) => args.includes(flag));
    const mochaArgs = args.filter((arg) => !(arg in groups));
    handleInterrupts();
    const results: PhaseResult[] = [];
    for (const [flag, run] of Object.entries(groups))
      if (chosen.length === 0 || chosen.includes(flag)) results.push(await run(mochaArgs));
    return report(results, mochaArgs.length > 0);
  });

const groups: Record<string, (args: readonly string[]) => Promise<PhaseResult>> = {
  "--unit": unitTests,
  "--go": goTests,
  "--integration": integrationTests,
};

async function unitTests(args: readonly string[]): Promise<PhaseResult> {
  const order = seedFrom(process.env, Date.now());
  const how = order === undefined ? "" : ` (in random order: GOIMAGE_TEST_SEED=${order} npm run test:unit)`;
  say(bold(`=> unit tests${how}`));
  const result = await runPhase({
    ...{ name: "unit tests", spec: "test/**/*.test.ts", ignore: ["test/integration/**", "test/go/**"] },
    ...{ env: process.env, require: "tools/test/unitOnly.ts", args },
    ...(order !== undefined && { order }),
  });
  say(`   ${result.processorSeconds.toFixed(0)} s of processor time${slowOf(result, 2)}`);
  return result;
}

async function goTests(args: readonly string[]): Promise<PhaseResult> {
  say(bold("=> tests beside the go command"));
  return runPhase({
    name: "tests beside the go command",
    spec: "test/go/**/*.test.ts",
    env: process.env,
    args,
  });
}

function slowOf(result: PhaseResult, seconds: number): string {
  const slow = slowFiles(result, seconds);
  return slow === "" ? "" : `; slow: ${slow}`;
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
  say(`   seconds of each file's tests, which run side by side${slowOf(result, 60)}`);
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
