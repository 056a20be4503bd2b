import { parseArgs } from "node:util";
import { handleInterrupts } from "./setup/exec";
import { ensureToolchain, type Toolchain } from "./setup/index";
import { kubernetesTools } from "./setup/kubernetes";
import { languageTools } from "./setup/languages";
import { withLock } from "./setup/lock";
import { runCommand, UsageError } from "./setup/command";
import { layout } from "./setup/paths";
import { stopServices } from "./setup/services";
import { table, yellow } from "./setup/ui";

const usage = `usage: npm run setup [-- --env | --down | --kubernetes | --languages]

Gets the tools that goimage's demo and tests need into .toolchain/ and starts a registry and the builders.

  --env         print shell export lines: eval "$(node tools/run.mjs setup --env)"
  --down        stop what was started; the tools stay
  --kubernetes  also build an API server and its provider, for the test of examples/kubernetes (10 minutes)
  --languages   also build what the tests of examples in YAML, Python and Go need (3 minutes)
  --help        print this

Environment:
  GOIMAGE_MIRROR     folder with tools for machines without internet access; asked before any download
  GOIMAGE_DOWNLOADS  one server in front of all download hosts: https://HOST/PATH is asked as $GOIMAGE_DOWNLOADS/HOST/PATH
  GOIMAGE_UNPINNED   1 takes downloads that have no checksum in tools/setup/checksums.ts, over https`;

export const main = (args: string[]): Promise<number> =>
  runCommand(usage, async () => {
    const { values } = parseOptions(args);
    if (values.help) {
      console.log(usage);
      return 0;
    }
    if (values.env && values.down) throw new UsageError("--env and --down exclude each other");
    handleInterrupts();
    if (values.down) {
      await withLock(layout(), () => stopServices(layout()));
      return 0;
    }
    const extra = [...(values.kubernetes ? kubernetesTools : []), ...(values.languages ? languageTools : [])];
    const toolchain = await ensureToolchain(layout(), [], extra);
    console.log(values.env ? exportLines(toolchain) : summary(toolchain));
    return 0;
  });

const parseOptions = (args: string[]) =>
  parseArgs({
    args,
    options: {
      env: { type: "boolean" },
      down: { type: "boolean" },
      kubernetes: { type: "boolean" },
      languages: { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  });

function exportLines({ changes, registry, builder }: Toolchain): string {
  const all = { ...changes, GOIMAGE_REGISTRY: registry, GOIMAGE_BUILDER: builder };
  return Object.entries(all)
    .map(([name, value]) => `export ${name}='${value.replaceAll("'", `'\\''`)}'`)
    .join("\n");
}

function summary(toolchain: Toolchain): string {
  const { engines, registry, builder, changes, noDocker, baseImages } = toolchain;
  const rows = [
    ["engines", engines.join(", ")],
    ["registry", registry],
    ...(builder ? [["builder", builder]] : []),
    ["docker", noDocker ?? changes["DOCKER_HOST"] ?? ""],
    ...baseImages.map(({ name, origin, standIn }) => [name, standIn ? yellow(origin) : origin]),
  ];
  return table([["setting", "value"], ...rows]);
}
