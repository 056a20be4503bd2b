/** Starts what has to run, in order: registry, base images in it, Docker Engine, BuildKit. */
import { giveToDaemon, type LocalImage, localImages } from "./baseImages";
import { builderName, ensureBuildkitd, registerBuilder } from "./buildkitd";
import { ensureDockerd, stopDockerd } from "./dockerd";
import type { Layout } from "./paths";
import { ensureRegistry, ensureRegistryContainer, stopRegistry } from "./registry";
import { stopService } from "./service";
import { removeSocketDirectory } from "./sockets";
import { task } from "./ui";
import type { Daemon } from "./userDaemon";

interface ServiceNeeds {
  readonly env: NodeJS.ProcessEnv;
  /** A Docker Engine that was here before us. */
  readonly daemon: Daemon | undefined;
  readonly ownDocker: boolean;
  readonly ownBuildkit: boolean;
  /** Base images come from docker.io. */
  readonly official: boolean;
  publish(host: string, image: LocalImage): Promise<boolean>;
}

interface Services {
  readonly registry: string;
  readonly builder?: string;
  readonly noDocker?: string;
  readonly changes: Readonly<Record<string, string>>;
  readonly started: readonly string[];
}

export async function startServices(layout: Layout, needs: ServiceNeeds): Promise<Services> {
  const { daemon, env, official } = needs;
  const started: string[] = [];
  const changes: Record<string, string> = {};

  const registry = await (daemon?.virtual ? ensureRegistryContainer(layout) : ensureRegistry(layout, env));
  if (registry.started) started.push(`registry on ${registry.host}`);
  for (const image of official ? [] : localImages()) await needs.publish(registry.host, image);

  if (daemon) {
    changes["DOCKER_HOST"] = daemon.host;
    if (!official) await giveToDaemon(registry.host, { ...env, ...changes });
  } else if (needs.ownDocker) {
    const own = await ensureDockerd(layout, env, official ? undefined : registry.host);
    if (own.started) started.push(`dockerd on ${own.host}`);
    changes["DOCKER_HOST"] = own.host;
  }

  let builder: string | undefined = builderName;
  if (needs.ownBuildkit) {
    const { started: fresh } = await ensureBuildkitd(layout, env, registry.host, !official);
    if (fresh) started.push("buildkitd");
  } else if (daemon && official) {
    // The engine runs BuildKit as a container, in the machine's network: else the registry is out of its reach.
    await registerBuilder(layout, {
      driver: "docker-container",
      endpoint: daemon.host,
      options: { network: "host" },
    });
  } else {
    builder = undefined;
  }

  const noDocker =
    daemon || needs.ownDocker ? undefined : "no Docker Engine answers, and none can be started here";
  return {
    registry: registry.host,
    changes,
    started,
    ...(builder ? { builder } : {}),
    ...(noDocker ? { noDocker } : {}),
  };
}

/** Stops everything that was started, in the opposite order; says what it stopped. */
export async function stopServices(layout: Layout): Promise<string[]> {
  const stopped: string[] = [];
  const stop = async (name: string, run: () => Promise<boolean>) =>
    task(`stop ${name}`, async () => {
      if (!(await run())) return "did not run";
      stopped.push(name);
      return undefined;
    });
  await stop("buildkitd", () => stopService(layout, "buildkitd"));
  await stop("dockerd", () => stopDockerd(layout));
  await stop("registry", () => stopRegistry(layout));
  await removeSocketDirectory(layout);
  return stopped;
}
