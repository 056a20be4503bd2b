import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { mustRun, run, which } from "./exec";
import type { Layout } from "./paths";
import { ensureService, isRunning, type Service, stopService } from "./service";
import { say, yellow } from "./ui";
import { registry } from "./versions";

const firstPort = 5050;

/** The port is kept for good, since it is part of every image reference in a stack's state. */
async function choosePort(layout: Layout): Promise<number> {
  const file = join(layout.home, "registry-port");
  const remembered = Number(await readFile(file, "utf8").catch(() => ""));
  let port = remembered || firstPort;
  while (!(await isFree(port))) port += 1;
  if (remembered && port !== remembered) {
    say(
      yellow(
        `port ${remembered} is taken by something else: the registry moves to ${port}, and so do all references to it`,
      ),
    );
  }
  if (port !== remembered) await writeFile(file, String(port));
  return port;
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });

const answering = (host: string) => async (): Promise<boolean> => {
  const response = await fetch(`http://${host}/v2/`, { signal: AbortSignal.timeout(2000) }).catch(
    () => undefined,
  );
  return response?.ok ?? false;
};

/** Starts the registry if it does not run; returns its `host:port`. */
export async function ensureRegistry(
  layout: Layout,
  env: NodeJS.ProcessEnv,
): Promise<{ host: string; started: boolean }> {
  await mkdir(layout.registry, { recursive: true });
  const running = await isRunning(layout, "registry");
  const port = running
    ? Number(await readFile(join(layout.home, "registry-port"), "utf8"))
    : await choosePort(layout);
  const host = `127.0.0.1:${port}`;
  const config = `version: 0.1
log:
  level: warn
  accesslog:
    disabled: true
storage:
  filesystem:
    rootdirectory: ${JSON.stringify(layout.registry)}
  delete:
    enabled: true
http:
  addr: ${host}
`;
  const file = join(layout.home, "registry.yml");
  await writeFile(file, config);
  const service: Service = {
    name: "registry",
    command: registryCommand(layout),
    args: ["serve", file],
    // Tracing is on by default in version 3, and would look for a collector.
    env: { ...env, OTEL_TRACES_EXPORTER: "none" },
    config,
    ready: answering(host),
  };
  return { host, started: await ensureService(layout, service) };
}

function registryCommand(layout: Layout): string {
  const own = join(layout.bin, "registry");
  return existsSync(own) ? own : (which("registry") ?? which("docker-registry") ?? "registry");
}

const containerName = (layout: Layout) => `goimage-registry-${layout.id}`;

/**
 * The registry as a container, for a Docker Engine inside a virtual machine: only there does the engine's
 * 127.0.0.1 lead to it.
 */
export async function ensureRegistryContainer(layout: Layout): Promise<{ host: string; started: boolean }> {
  const name = containerName(layout);
  const known = await run("docker", ["port", name, "5000/tcp"]);
  const mapped = known.stdout.trim().split("\n")[0];
  if (known.code === 0 && mapped && (await answering(mapped)())) return { host: mapped, started: false };
  await run("docker", ["rm", "--force", name]);
  const host = `127.0.0.1:${await choosePort(layout)}`;
  const options = ["--publish", `${host}:5000`, "--volume", `${name}:/var/lib/registry`];
  const settings = ["--env", "REGISTRY_STORAGE_DELETE_ENABLED=true", "--env", "OTEL_TRACES_EXPORTER=none"];
  await mustRun("docker", [
    "run",
    "--detach",
    "--name",
    name,
    ...options,
    ...settings,
    `registry:${registry.version}`,
  ]);
  const deadline = Date.now() + 30_000;
  while (!(await answering(host)()) && Date.now() < deadline)
    await new Promise((resolve) => setTimeout(resolve, 200));
  return { host, started: true };
}

/** True if it ran. */
export async function stopRegistry(layout: Layout): Promise<boolean> {
  const stopped = await stopService(layout, "registry");
  const container = which("docker")
    ? await run("docker", ["rm", "--force", "--volumes", containerName(layout)])
    : undefined;
  return stopped || Boolean(container && container.code === 0 && container.stdout.trim());
}
