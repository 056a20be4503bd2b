/** Builders of the benchmarks' own: they can be emptied, and nothing else warms or loads them. */
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { ensureBuildkitd } from "../tools/setup/buildkitd";
import { ensureDockerd, stopDockerd } from "../tools/setup/dockerd";
import { mustRun, SetupError } from "../tools/setup/exec";
import { type Layout, layout as layoutOf } from "../tools/setup/paths";
import { stopService } from "../tools/setup/service";
import { removeSocketDirectory } from "../tools/setup/sockets";
import { task } from "../tools/setup/ui";

export type Engine = "docker" | "buildkit";

export class Daemons {
  private readonly layout: Layout;
  private readonly running = new Set<Engine>();
  private env: NodeJS.ProcessEnv;

  constructor(
    directory: string,
    env: NodeJS.ProcessEnv,
    private registry: string,
    /** Base images come from the registry, not from docker.io. */
    private readonly mirror: boolean,
  ) {
    this.layout = layoutOf(directory);
    this.env = { ...env, BUILDX_CONFIG: this.layout.buildx };
  }

  private get buildkitAddress(): string {
    return `unix://${this.layout.sockets}/buildkit.sock`;
  }

  /** The environment in which the running ones are found. */
  get environment(): NodeJS.ProcessEnv {
    return this.env;
  }

  async start(engines: readonly Engine[]): Promise<void> {
    for (const engine of engines) {
      if (this.running.has(engine)) continue;
      if (process.platform !== "linux" || process.getuid?.() !== 0)
        throw new SetupError("the benchmarks start builders of their own, which only root on Linux can");
      await task(`start the benchmarks' own ${engine === "docker" ? "dockerd" : "buildkitd"}`, async () => {
        await mkdir(this.layout.home, { recursive: true });
        if (engine === "buildkit") await ensureBuildkitd(this.layout, this.env, this.registry, this.mirror);
        else {
          const { host } = await ensureDockerd(
            this.layout,
            this.env,
            this.mirror ? this.registry : undefined,
          );
          this.env = { ...this.env, DOCKER_HOST: host };
        }
      });
      this.running.add(engine);
    }
  }

  /** Starts the running builder again, with its base images from another address of the registry; its caches go. */
  async moveTo(registry: string): Promise<void> {
    await stopService(this.layout, "buildkitd");
    await rm(this.layout.buildkit, { recursive: true, force: true });
    this.registry = registry;
    if (this.running.delete("buildkit")) await this.start(["buildkit"]);
  }

  /** Removes every image and cache of the running builders; returns what they say they still have. */
  async empty(): Promise<string[]> {
    const proof: string[] = [];
    const env = this.env;
    if (this.running.has("buildkit")) {
      // Not by prune: it leaves what an export of caches has not let go of yet.
      await this.moveTo(this.registry);
      const usage = await mustRun("buildctl", ["--addr", this.buildkitAddress, "du"], { env });
      const total = /Total:\s+(\S+)/.exec(usage)?.[1] ?? "unknown";
      proof.push(`buildkitd's cache: ${total}`);
      if (total !== "0B") throw new Error(`buildkitd still has ${total} after it was emptied`);
    }
    if (this.running.has("docker")) {
      await mustRun("docker", ["system", "prune", "--all", "--force", "--volumes"], { env });
      await mustRun("docker", ["builder", "prune", "--all", "--force"], { env });
      const rows = (
        await mustRun("docker", ["system", "df", "--format", "{{.Type}} {{.Size}}"], { env })
      ).trim();
      proof.push(`dockerd: ${rows.replaceAll("\n", ", ")}`);
      const left = rows.split("\n").filter((row) => !row.endsWith(" 0B"));
      if (left.length > 0) throw new Error(`dockerd still has ${left.join(", ")} after it was emptied`);
    }
    // What was removed is still being written: the next run must not wait for the disk.
    await mustRun("sync", [], { env });
    return proof;
  }

  /** Process ids of the running ones: a build's processes are their children. */
  async pids(): Promise<number[]> {
    const pids: number[] = [];
    for (const engine of this.running) {
      const name = engine === "docker" ? "dockerd" : "buildkitd";
      const text = await mustRun("cat", [join(this.layout.services, `${name}.json`)]);
      pids.push((JSON.parse(text) as { pid: number }).pid);
    }
    return pids;
  }

  /** Stops them, also those of a run that was killed, and removes what they had. */
  async stop(): Promise<void> {
    await stopService(this.layout, "buildkitd");
    await stopDockerd(this.layout);
    this.running.clear();
    await removeSocketDirectory(this.layout);
    await rm(this.layout.home, { recursive: true, force: true });
  }
}
