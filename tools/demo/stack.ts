/** The root project's stack `demo`: its configuration, `pulumi up`, its outputs, its end. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { mustRun, run, type RunOptions, SetupError } from "../setup/exec";
import type { Engine, Toolchain } from "../setup/index";
import { isAlive } from "../setup/lock";
import { type Layout, repoRoot } from "../setup/paths";
import { type Outputs, readOutputs } from "./report";

const stack = "demo";
/** The stack's configuration is kept out of the work tree, where Pulumi.demo.yaml would be a file of the user's. */
const configFolder = (layout: Layout) => join(layout.home, "demo");
const configFile = (layout: Layout) => join(configFolder(layout), `Pulumi.${stack}.yaml`);
const stateFile = (layout: Layout) => join(layout.pulumiState, ".pulumi/stacks/goimage", `${stack}.json`);

/** `pulumi stack init` writes the configuration file beside the Pulumi.yaml that it finds: it gets one to find. */
async function createStack(layout: Layout, env: NodeJS.ProcessEnv): Promise<void> {
  const cwd = configFolder(layout);
  await mkdir(cwd, { recursive: true });
  await writeFile(join(cwd, "Pulumi.yaml"), "name: goimage\nruntime: nodejs\n");
  await mustRun("pulumi", ["stack", "init", stack], { cwd, env });
}

async function writeConfig(layout: Layout, toolchain: Toolchain, engine: Engine): Promise<void> {
  const config: Record<string, string> = { repository: `${toolchain.registry}/quickstart`, engine };
  if (engine === "buildkit") {
    config["builder"] = toolchain.builder;
    // A build step that fetches modules meets the same re-signed TLS as this machine does.
    if (toolchain.caCertificates) config["caCertificates"] = toolchain.caCertificates;
  }
  const file = configFile(layout);
  const salt = /^encryptionsalt:.*$/m.exec(await readFile(file, "utf8").catch(() => ""))?.[0];
  const lines = Object.entries(config).map(([key, value]) => `  goimage:${key}: ${JSON.stringify(value)}`);
  await writeFile(file, [...(salt ? [salt] : []), "config:", ...lines, ""].join("\n"));
}

/** Whether the stack is locked by a pulumi that is gone: one that was killed cannot unlock it. */
function staleLock(layout: Layout): boolean {
  const folder = join(layout.pulumiState, ".pulumi/locks/organization/goimage", stack);
  if (!existsSync(folder)) return false;
  const locks = readdirSync(folder).filter((name) => name.endsWith(".json"));
  return locks.some(
    (name) => !isAlive((JSON.parse(readFileSync(join(folder, name), "utf8")) as { pid: number }).pid),
  );
}

/** Removes what an interrupted deployment leaves: its lock, and its unfinished creations, of which nothing remains. */
async function clearInterrupted(layout: Layout, options: RunOptions): Promise<void> {
  if (staleLock(layout)) await mustRun("pulumi", ["cancel", "--yes", "--stack", stack], options);
  if ((await readFile(stateFile(layout), "utf8")).includes('"pending_operations"')) {
    const flags = ["--yes", "--skip-preview", "--clear-pending-creates", "--config-file", configFile(layout)];
    await mustRun("pulumi", ["refresh", "--stack", stack, ...flags], options);
  }
}

/** On a terminal pulumi keeps one line for each resource; in a log every tick of a push would be a line. */
export const isNews = (line: string): boolean =>
  !/^@ updating|(Pushing|Waiting|Preparing|(downloading|extracting|digest:) sha256:)\S*( [^a-z]*\S*)?$/.test(
    line,
  );

/** Deploys the stack, with Pulumi's own output on the terminal. */
export async function deploy(layout: Layout, toolchain: Toolchain, engine: Engine): Promise<Outputs> {
  const { env } = toolchain;
  if (!existsSync(stateFile(layout))) await createStack(layout, env);
  await writeConfig(layout, toolchain, engine);
  const options = { cwd: repoRoot, env };
  await clearInterrupted(layout, options);
  const flags = ["--yes", "--skip-preview", "--stack", stack, "--config-file", configFile(layout)];
  const shown: RunOptions = process.stdout.isTTY
    ? { show: true }
    : { onLine: (line) => isNews(line) && console.log(line) };
  const { code, stderr } = await run("pulumi", ["up", ...flags], { ...options, ...shown });
  if (code !== 0) throw new SetupError(`pulumi up ended with exit code ${code}\n${stderr}`.trim());
  return readOutputs(await mustRun("pulumi", ["stack", "output", "--json", "--stack", stack], options));
}

/** Forgets the stack; what it pushed stays in the registry's folder. True if there was one. */
export async function forget(layout: Layout, env: NodeJS.ProcessEnv): Promise<boolean> {
  const known = existsSync(stateFile(layout));
  if (known)
    await mustRun("pulumi", ["stack", "rm", stack, "--yes", "--force"], { cwd: configFolder(layout), env });
  await rm(configFolder(layout), { recursive: true, force: true });
  return known;
}
