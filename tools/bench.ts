import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { comparisons } from "../bench/comparisons";
import { runBench } from "../bench/index";
import { ensureBuilt } from "./build";
import { runCommand, UsageError } from "./setup/command";
import { handleInterrupts } from "./setup/exec";
import { ensureToolchain } from "./setup/index";
import { withLock } from "./setup/lock";
import { layout } from "./setup/paths";
import { table } from "./setup/ui";

const usage = `usage: npm run bench [-- --only NAME,... | --list | --quick | --warm N | --cold N | --out DIR | --continue]

Compares goimage with other ways from the same source to the same registry, and says which goals are reached.

  --only NAME,...  these comparisons alone
  --list           print the comparisons
  --quick          one warm repetition and no cold ones: shows that everything runs, not how fast
  --warm N         warm repetitions (default 5)
  --cold N         cold repetitions (default 2)
  --out DIR        where the table, JSON and chart go (default .toolchain/bench/results)
  --continue       go on with the run whose results are in --out: what is missing there, or failed
  --help           print this`;

export const main = (args: string[]): Promise<number> =>
  runCommand(usage, async () => {
    const { values } = parseArgs({
      args,
      options: {
        only: { type: "string" },
        list: { type: "boolean" },
        quick: { type: "boolean" },
        warm: { type: "string" },
        cold: { type: "string" },
        out: { type: "string" },
        continue: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
    if (values.help || values.list) {
      console.log(values.help ? usage : table(comparisons.map(({ name, about }) => [name, about])));
      return 0;
    }
    const chosen = choose(values.only);
    const repetitions = {
      warm: count("--warm", values.warm, 1) ?? (values.quick ? 1 : 5),
      cold: count("--cold", values.cold, 0) ?? (values.quick ? 0 : 2),
    };
    handleInterrupts();
    const toolchain = await ensureToolchain(
      layout(),
      [],
      [...new Set(chosen.flatMap(({ tools = [] }) => tools))],
    );
    await ensureBuilt();
    const out = resolve(values.out ?? join(layout().home, "bench/results"));
    // Two runs at once would slow each other down, and share their builders.
    const place = { ...layout(), home: join(layout().home, "bench") };
    const options = { chosen, repetitions, out, continued: values.continue ?? false };
    const failures = await withLock(place, () => runBench(toolchain, options));
    return failures === 0 ? 0 : 1;
  });

function choose(only: string | undefined) {
  if (only === undefined) return comparisons;
  const names = only.split(",");
  const unknown = names.filter((name) => !comparisons.some((comparison) => comparison.name === name));
  if (unknown.length > 0) {
    const known = comparisons.map(({ name }) => name).join(", ");
    throw new UsageError(`no comparison is called ${unknown.join(", ")}; there are: ${known}`);
  }
  return comparisons.filter(({ name }) => names.includes(name));
}

function count(option: string, text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d+$/.test(text) || Number(text) < least)
    throw new UsageError(`${option} is a whole number of at least ${least}, not ${text}`);
  return Number(text);
}
