import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "./exec";
import type { Layout } from "./paths";
import { ensureService } from "./service";
import { makeSocketDirectory } from "./sockets";

export const builderName = "goimage";

/** By default BuildKit drops what it has cached as soon as a fifth of the disk is no longer free, however large the disk. */
const cachePolicy = `[worker.oci]
  gc = true
  [[worker.oci.gcpolicy]]
    all = true
    reservedSpace = "5GB"
    maxUsedSpace = "20GB"
    minFreeSpace = "2GB"
`;

/** `mirror`: whether the local registry is to be asked first for images of docker.io. */
export function buildkitConfig(registry: string, mirror: boolean): string {
  const local = `[registry."${registry}"]\n  http = true\n${cachePolicy}`;
  return mirror ? `[registry."docker.io"]\n  mirrors = ["${registry}"]\n${local}` : local;
}

export async function ensureBuildkitd(
  layout: Layout,
  env: NodeJS.ProcessEnv,
  registry: string,
  mirror: boolean,
): Promise<{ started: boolean }> {
  await makeSocketDirectory(layout);
  const address = `unix://${layout.sockets}/buildkit.sock`;
  const config = buildkitConfig(registry, mirror);
  const file = join(layout.home, "buildkitd.toml");
  await writeFile(file, config);
  const started = await ensureService(layout, {
    name: "buildkitd",
    command: "buildkitd",
    args: [
      `--addr=${address}`,
      `--root=${layout.buildkit}`,
      `--config=${file}`,
      // No network of its own to set up: a build step uses the machine's.
      "--oci-worker-net=host",
      "--containerd-worker=false",
    ],
    env,
    config,
    ready: async () => (await run("buildctl", ["--addr", address, "debug", "workers"], { env })).code === 0,
  });
  await registerBuilder(layout, { driver: "remote", endpoint: address });
  return { started };
}

/** Writes what `docker buildx create` would: buildx itself is not needed for it, nor by the docker-build plugin. */
export async function registerBuilder(
  layout: Layout,
  { driver, endpoint, options }: { driver: string; endpoint: string; options?: Record<string, string> },
): Promise<void> {
  const folder = join(layout.buildx, "instances");
  await mkdir(folder, { recursive: true });
  const node = {
    Name: `${builderName}0`,
    Endpoint: endpoint,
    Platforms: null,
    DriverOpts: options ?? null,
    Flags: null,
    Files: null,
  };
  const instance = { Name: builderName, Driver: driver, Nodes: [node], Dynamic: false };
  const temporary = join(layout.buildx, `${builderName}.new`);
  await writeFile(temporary, JSON.stringify(instance));
  await rename(temporary, join(folder, builderName));
}
