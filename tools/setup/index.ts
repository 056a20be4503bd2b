/** Makes the tool environment: plan, say it, carry it out, start the services, describe the result. */
import { mkdir, rm } from "node:fs/promises";
import {
  type BaseImage,
  isMade,
  localImages,
  makeLayers,
  officialImages,
  publish,
  pullsOfficial,
} from "./baseImages";
import { environment } from "./environment";
import { SetupError } from "./exec";
import { gatherFacts } from "./facts";
import { type Archives, install, linkCommands, progressOf } from "./install";
import { withLock } from "./lock";
import { installPackages, missingPackages, type SystemCommand, systemCommands } from "./packages";
import { type Layout, layout as defaultLayout } from "./paths";
import { choose, type Choice, describe, type Facts } from "./plan";
import { findProblems, standInProblems } from "./problems";
import { hostCertificates } from "./rootfs";
import { startServices } from "./services";
import { bold, elapsed, say, table, task } from "./ui";
import { type Daemon, findUserDaemon } from "./userDaemon";
import {
  buildkit,
  docker,
  dockerBuildPlugin,
  dockerPlugin,
  registry,
  runc,
  type Tool,
  tools,
} from "./versions";

export type Engine = "docker" | "buildkit";

export interface Toolchain {
  /** The whole environment for child processes. */
  readonly env: NodeJS.ProcessEnv;
  /** What of it the set-up has set. */
  readonly changes: Readonly<Record<string, string>>;
  readonly engines: readonly Engine[];
  /** `host:port`. */
  readonly registry: string;
  /** Name of the BuildKit builder. */
  readonly builder: string;
  /** Why there is no Docker Engine to run an image with, if there is none. */
  readonly noDocker?: string;
  readonly baseImages: readonly BaseImage[];
  /** The host's certificates, where official base images would not know them. */
  readonly caCertificates?: string;
  /** Services that this call had to start. */
  readonly started: readonly string[];
}

interface Plan {
  readonly choices: ReadonlyMap<Tool, Choice>;
  readonly packages: readonly string[];
  readonly official: boolean;
}

/**
 * `more`: programs that only the caller needs; `extra`: tools beyond those of every run. With nothing missing this takes a second;
 * what it does otherwise is said before it is done.
 */
export async function ensureToolchain(
  layout: Layout = defaultLayout(),
  more: readonly SystemCommand[] = [],
  extra: readonly Tool[] = [],
): Promise<Toolchain> {
  return withLock(layout, async () => {
    const begin = Date.now();
    await rm(layout.work, { recursive: true, force: true });
    await mkdir(layout.work, { recursive: true });
    const daemon = await findUserDaemon(layout);
    const facts = gatherFacts(layout, daemon);
    const plan = await makePlan(layout, facts, daemon, more, extra);
    const worked = await carryOut(layout, facts, plan);
    const toolchain = await startUp(
      layout,
      plan,
      plan.packages.length > 0 ? await findUserDaemon(layout) : daemon,
    );
    if (worked || toolchain.started.length > 0) say(`=> set-up: ready in ${elapsed(begin)}`);
    return toolchain;
  });
}

async function makePlan(
  layout: Layout,
  facts: Facts,
  daemon: Daemon | undefined,
  more: readonly SystemCommand[],
  extra: readonly Tool[],
): Promise<Plan> {
  // Inside a virtual machine's Docker Engine the registry is a container.
  const wanted = [...tools, ...extra].filter((tool) => !(tool === registry && daemon?.virtual));
  const choices = new Map(
    await Promise.all(wanted.map(async (tool) => [tool, await choose(tool, facts)] as const)),
  );
  const official = await pullsOfficial(layout);
  const commands = new Set<SystemCommand>(more);
  for (const choice of choices.values()) if (choice.source === "mirror") commands.add("xz");
  const dockerChoice = choices.get(docker);
  if (!daemon && dockerChoice && dockerChoice.source !== "none") commands.add("iptables").add("ip");
  if (!official && localImages().some((image) => image.name.startsWith("golang") && !isMade(layout, image))) {
    commands.add("debootstrap");
  }
  const packages = missingPackages([...commands]);
  for (const choice of choices.values()) if (choice.source === "debian") packages.push(...choice.packages);
  const problems = [...findProblems(choices, daemon !== undefined)];
  if (commands.has("debootstrap")) problems.push(...(await standInProblems(facts)));
  if (problems.length > 0)
    throw new SetupError(`the set-up cannot go on:\n${problems.map((p) => `  ${p}`).join("\n")}`);
  return { choices, packages, official };
}

/** Says the plan and does it; false if there was nothing to do. */
async function carryOut(layout: Layout, facts: Facts, plan: Plan): Promise<boolean> {
  const missing = [...plan.choices].filter(
    ([tool, { source }]) => !(source === "installed" || (source === "path" && !tool.plugin)),
  );
  const images = plan.official ? [] : localImages().filter((image) => !isMade(layout, image));
  const work =
    missing.some(([, { source }]) => source !== "none") || plan.packages.length > 0 || images.length > 0;
  if (work) say(planText(layout, missing, plan.packages, images));
  if (plan.packages.length > 0) {
    const log = `${layout.log}/apt.log`;
    await task(`apt-get install ${plan.packages.join(" ")}`, () => installPackages(plan.packages, log));
  }
  const archives: Archives = new Map();
  const get = async ([tool, choice]: [Tool, Choice]) => {
    const name = `${tool.name} ${"version" in choice ? choice.version : ""}`;
    const work = () => install(tool, choice, { layout, target: facts.target, archives });
    await task(name, work, () => progressOf(layout, tool, choice));
  };
  const todo = missing.filter(([, { source }]) => source !== "none" && source !== "debian");
  const builds = todo.filter(([, { source }]) => source === "recipe");
  const others = todo.filter(([, { source }]) => source !== "recipe");
  // A Go build keeps all cores busy, so one at a time; the rest mostly waits for the network and the disk.
  await Promise.all([
    inTurn(builds, get),
    inTurn(others, get),
    inTurn(images, (image) => task(`base image ${image.name}`, () => makeLayers(layout, image))),
  ]);
  for (const [tool, choice] of plan.choices) await linkCommands(layout, tool, choice);
  await rm(layout.work, { recursive: true, force: true });
  return work;
}

async function inTurn<T>(items: readonly T[], run: (item: T) => Promise<void>): Promise<void> {
  for (const item of items) await run(item);
}

function planText(
  layout: Layout,
  missing: readonly (readonly [Tool, Choice])[],
  packages: readonly string[],
  images: readonly BaseImage[],
): string {
  const rows = [
    ...missing.map(([tool, choice]) => [
      // Debian has a version of its own, and a recipe may have to take another.
      `${tool.name} ${"version" in choice ? choice.version : tool.version}`,
      tool.why,
      describe(tool, choice),
    ]),
    ...packages.map((name) => {
      const known = Object.values(systemCommands).find((command) => command.package === name);
      return [`${name} (Debian)`, known?.why ?? "see above", "apt-get install"];
    }),
    ...images.map(({ name, origin }) => [name, "docker.io cannot be reached", origin]),
  ];
  const text = table([["what", "what for", "from where"], ...rows]);
  const indented = text.replace(/^/gm, "   ");
  return `${bold("=> set-up: this is missing and will be put into")} ${layout.home}\n${indented}`;
}

async function startUp(layout: Layout, plan: Plan, daemon: Daemon | undefined): Promise<Toolchain> {
  const has = (tool: Tool) => plan.choices.get(tool)?.source !== "none";
  const changes = environment(layout);
  const services = await startServices(layout, {
    env: { ...process.env, ...changes },
    daemon,
    ownDocker: has(docker),
    ownBuildkit: has(buildkit) && has(runc),
    official: plan.official,
    publish: (host, image) => publish(layout, host, image),
  });
  Object.assign(changes, services.changes);
  const engines: Engine[] = [];
  if (has(dockerPlugin) && !services.noDocker) engines.push("docker");
  if (has(dockerBuildPlugin) && services.builder) engines.push("buildkit");
  return {
    env: { ...process.env, ...changes },
    changes,
    engines,
    registry: services.registry,
    builder: services.builder ?? "",
    baseImages: plan.official ? officialImages() : localImages(),
    started: services.started,
    ...(services.noDocker ? { noDocker: services.noDocker } : {}),
    ...(plan.official && hostCertificates() ? { caCertificates: hostCertificates() } : {}),
  };
}
