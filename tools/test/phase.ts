/** One run of mocha, and what it counted. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../setup/exec";
import { repoRoot } from "../setup/paths";

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** What the reporter leaves behind. */
export interface Summary {
  readonly counts: Counts;
  /** The full titles of the tests that failed. */
  readonly failedTests: readonly string[];
  /** Seconds of each file: on a processor, or of a clock where files run side by side. */
  readonly files: Readonly<Record<string, number>>;
  /** Of the whole run, without programs that it started. */
  readonly processorSeconds: number;
}

export interface PhaseResult extends Summary {
  /** Why the phase counts as failed, if it does. */
  readonly failure?: string;
}

export interface Phase {
  readonly name: string;
  readonly spec: string;
  readonly ignore?: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** A file to load before the tests. */
  readonly require?: string;
  /** The seed of a random order. */
  readonly order?: number;
  /** How many test files run side by side; one after the other in one process unless it is said. */
  readonly jobs?: number;
  /** Arguments of the user's, for mocha. */
  readonly args: readonly string[];
}

export const nothingRan: Summary = {
  counts: { passed: 0, failed: 0, skipped: 0 },
  failedTests: [],
  files: {},
  processorSeconds: 0,
};

export const add = (a: Counts, b: Counts): Counts => ({
  passed: a.passed + b.passed,
  failed: a.failed + b.failed,
  skipped: a.skipped + b.skipped,
});

export const countsLine = ({ passed, failed, skipped }: Counts): string =>
  `${passed} passed, ${failed} failed, ${skipped} skipped`;

/** A phase without a single test has tested nothing, unless the user asked for some tests only. */
export function judge(
  name: string,
  exitCode: number,
  summary: Summary | undefined,
  filtered: boolean,
): PhaseResult {
  if (!summary)
    return { ...nothingRan, failure: `${name}: mocha ended with exit code ${exitCode} before the end` };
  const { passed, failed } = summary.counts;
  if (exitCode !== 0 || failed > 0) return { ...summary, failure: `${name}: ${failed} failed` };
  if (passed === 0 && !filtered) return { ...summary, failure: `${name}: no test ran` };
  return summary;
}

/** The files that took more than so many seconds, the slowest first. */
export function slowFiles({ files }: Summary, seconds: number): string {
  const slow = Object.entries(files).filter(([, taken]) => taken > seconds);
  const sorted = slow.sort(([, a], [, b]) => b - a).slice(0, 10);
  return sorted.map(([file, taken]) => `${file} ${taken.toFixed(1)} s`).join(", ");
}

export async function runPhase(phase: Phase): Promise<PhaseResult> {
  const { name, spec, ignore = [], env, require, order, jobs, args } = phase;
  const folder = await mkdtemp(join(tmpdir(), "goimage-counts-"));
  const file = join(folder, "counts.json");
  // Mocha would add the configuration's files to ours: what else it says is passed on.
  const config = JSON.parse(await readFile(join(repoRoot, ".mocharc.json"), "utf8")) as Record<
    string,
    unknown
  >;
  const flags = Object.entries(config).flatMap(([key, value]) =>
    key === "spec" ? [] : [value].flat().map((item) => `--${key}=${String(item)}`),
  );
  const mocha = [join(repoRoot, "node_modules/mocha/bin/mocha.js"), "--no-config", ...flags];
  const reporter = `--reporter=${join(repoRoot, "tools/test/reporter.ts")}`;
  const parallel = jobs === undefined ? [] : ["--parallel", `--jobs=${jobs}`];
  const files = [...ignore.map((pattern) => `--ignore=${pattern}`), spec];
  const before = require === undefined ? [] : [`--require=${join(repoRoot, require)}`];
  const ordered = order === undefined ? {} : { GOIMAGE_TEST_ORDER: String(order) };
  try {
    const { code } = await run(
      process.execPath,
      [...mocha, ...before, reporter, ...parallel, ...args, ...files],
      {
        cwd: repoRoot,
        // Types are checked by `npm run typecheck`.
        env: { ...env, ...ordered, TS_NODE_TRANSPILE_ONLY: "1", GOIMAGE_TEST_COUNTS: file },
        show: true,
      },
    );
    const text = await readFile(file, "utf8").catch(() => undefined);
    const summary = text === undefined ? undefined : (JSON.parse(text) as Summary);
    return judge(name, code, summary, args.length > 0);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
