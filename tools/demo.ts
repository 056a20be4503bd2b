import { parseArgs } from "node:util";
import { ensureBuilt } from "./build";
import { ask, ensureContainer, processUser, removeContainer } from "./demo/container";
import { comparison } from "./demo/report";
import { deploy, forget } from "./demo/stack";
import { runCommand, UsageError } from "./setup/command";
import { environment } from "./setup/environment";
import { handleInterrupts, SetupError } from "./setup/exec";
import { type Engine, ensureToolchain, type Toolchain } from "./setup/index";
import { withLock } from "./setup/lock";
import { layout } from "./setup/paths";
import { stopServices } from "./setup/services";
import { bold, duration, green, say, task, yellow } from "./setup/ui";

const usage = `usage: npm run demo [-- --engine docker|buildkit | --down]

Deploys this repository's Pulumi project: builds and pushes one Go service in both ways, compares their sizes,
and runs the multi-stage image.

  --engine   docker or buildkit; default: docker if its plugin is available
  --down     remove the container and the stack, and stop what was started; the tools stay
  --help     print this`;

export const main = (args: string[]): Promise<number> =>
  runCommand(usage, async () => {
    const { values } = parseArgs({
      args,
      options: {
        engine: { type: "string" },
        down: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
    const { engine } = values;
    if (engine !== undefined && engine !== "docker" && engine !== "buildkit") {
      throw new UsageError(`--engine is docker or buildkit, not ${engine}`);
    }
    if (values.help) console.log(usage);
    else {
      handleInterrupts();
      await (values.down ? down() : demo(engine));
    }
    return 0;
  });

async function demo(wanted: Engine | undefined): Promise<void> {
  const begin = Date.now();
  const place = layout();
  const toolchain = await ensureToolchain(place);
  await ensureBuilt();
  const engine = chooseEngine(toolchain, wanted);
  for (const { name, origin, standIn } of toolchain.baseImages)
    if (standIn) say(yellow(`${name} is ${origin}`));
  const ready = Date.now();

  say(bold(`=> pulumi up (engine ${engine}, registry ${toolchain.registry})`));
  const outputs = await deploy(place, toolchain, engine);
  const deployed = Date.now();
  console.log(`\n${comparison(outputs)}\n\n${outputs.ref}\n`);

  if (toolchain.noDocker) console.log(`not run: ${toolchain.noDocker}`);
  else await showRunning(outputs.ref, toolchain.env);
  const times = [`set-up ${duration(ready - begin)}`, `pulumi up ${duration(deployed - ready)}`];
  console.log(`${times.join(", ")}, in all ${duration(Date.now() - begin)}`);
  console.log("npm run demo -- --down removes it all again");
}

function chooseEngine({ engines }: Toolchain, wanted: Engine | undefined): Engine {
  const engine = wanted ?? engines[0];
  if (!engine || !engines.includes(engine)) {
    throw new SetupError(
      `engine ${wanted ?? "docker or buildkit"} is not available here; available: ${engines.join(", ")}`,
    );
  }
  return engine;
}

async function showRunning(ref: string, env: NodeJS.ProcessEnv): Promise<void> {
  const running = await ensureContainer(layout(), ref, env);
  console.log(
    `container ${running.name} ${running.reused ? "already runs this image" : "started"}: http://${running.address}`,
  );
  for (const path of ["/", "/healthz"]) {
    const { status, body } = await ask(running, path, env);
    console.log(`GET ${path} ${status}${body ? ` ${body}` : ""}`);
  }
  const { image, kernel } = await processUser(running, env);
  if (!image || image.startsWith("0") || image.startsWith("root") || kernel === "0") {
    throw new SetupError(`the image runs as root (user "${image}", uid ${kernel})`);
  }
  const seen = kernel ? `, and the kernel sees uid ${kernel}` : "";
  console.log(
    `${green("runs without root:")} the image's user is ${image}${seen}; read-only, no capabilities\n`,
  );
}

async function down(): Promise<void> {
  const place = layout();
  await withLock(place, async () => {
    const env = { ...process.env, ...environment(place) };
    await task("remove the container", async () =>
      (await removeContainer(place, env)) ? undefined : "there was none",
    );
    await task("remove the stack demo", async () =>
      (await forget(place, env)) ? undefined : "there was none",
    );
    await stopServices(place);
  });
}
