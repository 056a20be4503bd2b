/** Packs the plugin for other languages with all that it needs but Node: what `pulumi plugin install --file` takes. */
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { ensureBuilt } from "./build";
import { runCommand } from "./setup/command";
import { handleInterrupts, mustRun } from "./setup/exec";
import { repoRoot } from "./setup/paths";
import { say, task } from "./setup/ui";

const usage = `usage: npm run plugin [-- --output DIRECTORY]

Writes pulumi-resource-goimage-vVERSION.tar.gz, the plugin for Pulumi programs in other languages. Install it with
  pulumi plugin install resource goimage VERSION --file pulumi-resource-goimage-vVERSION.tar.gz

  --output  where to; the default is the current directory
  --help    print this`;

/** Pulumi starts the file of this name; Node is the one on PATH. */
const launcher = `#!/bin/sh
exec node "$(dirname "$0")/node_modules/goimage/dist/provider/plugin.js" "$@"
`;

export const main = (args: string[]): Promise<number> =>
  runCommand(usage, async () => {
    const options = { output: { type: "string" }, help: { type: "boolean", short: "h" } } as const;
    const { values } = parseArgs({ args, options });
    if (values.help) {
      console.log(usage);
      return 0;
    }
    handleInterrupts();
    await ensureBuilt();
    say(await writeArchive(resolve(values.output ?? ".")));
    return 0;
  });

async function writeArchive(output: string): Promise<string> {
  const { version } = await manifest();
  const archive = join(output, `pulumi-resource-goimage-v${version}.tar.gz`);
  const folder = await mkdtemp(join(tmpdir(), "goimage-plugin-"));
  try {
    await makePlugin(folder);
    await mkdir(output, { recursive: true });
    // tar would write through a link of that name.
    await rm(archive, { force: true });
    await mustRun("tar", ["-czf", archive, "-C", folder, ...parts]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return archive;
}

const parts = ["pulumi-resource-goimage", "package.json", "node_modules"];

/** Puts the plugin and the packages that it needs into an empty folder. */
export async function makePlugin(folder: string): Promise<void> {
  const { version } = await manifest();
  await task("pack the plugin", async () => {
    const quiet = ["--ignore-scripts", "--loglevel=error"];
    await mustRun("npm", ["pack", ...quiet, "--pack-destination", folder], { cwd: repoRoot });
    await writeFile(join(folder, "package.json"), "{}");
    const install = ["install", ...quiet, "--omit=dev", "--no-audit", "--no-fund", "--no-package-lock"];
    await mustRun("npm", [...install, `./goimage-${version}.tgz`], { cwd: folder });
    await writeFile(join(folder, "pulumi-resource-goimage"), launcher);
    await chmod(join(folder, "pulumi-resource-goimage"), 0o755);
  });
}

const manifest = async () =>
  JSON.parse(await readFile(join(repoRoot, "package.json"), "utf8")) as { version: string };
