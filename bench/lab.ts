/** What a comparison works in: tools, builders, directories, and how often to repeat. */
import { randomBytes } from "node:crypto";
import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { pullsOfficial } from "../tools/setup/baseImages";
import { mustRun } from "../tools/setup/exec";
import type { Toolchain } from "../tools/setup/index";
import { layout, repoRoot } from "../tools/setup/paths";
import { Daemons } from "./daemons";
import { findGo, type GoTools } from "./goTools";

export interface Repetitions {
  /** Counted ones; each side has a warm-up before. */
  readonly warm: number;
  readonly cold: number;
}

export class Lab {
  private count = 0;
  /** Tells this run's projects and repositories from those of any other. */
  private readonly run = randomBytes(3).toString("hex");
  private readonly work: string;

  private constructor(
    readonly toolchain: Toolchain,
    readonly daemons: Daemons,
    readonly go: GoTools | undefined,
    readonly repetitions: Repetitions,
    /** Where the base images are, for whatever asks a registry itself: `host/path`. */
    readonly baseImages: string,
    directory: string,
  ) {
    this.work = join(directory, "work");
    rmSync(this.work, { recursive: true, force: true });
    mkdirSync(join(directory, "node_modules"), { recursive: true });
    // All programs find the same modules: these, and above them the repository's own.
    rmSync(join(directory, "node_modules/goimage"), { force: true });
    symlinkSync(repoRoot, join(directory, "node_modules/goimage"));
  }

  static async open(toolchain: Toolchain, repetitions: Repetitions): Promise<Lab> {
    const directory = join(layout().home, "bench");
    const official = await pullsOfficial(layout());
    const daemons = new Daemons(directory, toolchain.env, toolchain.registry, !official);
    await daemons.stop();
    const baseImages = `${official ? "docker.io" : toolchain.registry}/library`;
    if (official) await copyAlpine(toolchain);
    return new Lab(toolchain, daemons, await findGo(toolchain), repetitions, baseImages, directory);
  }

  /** `host:port` of the registry. */
  get registry(): string {
    return this.toolchain.registry;
  }

  directory(name: string): string {
    const directory = join(this.work, name);
    mkdirSync(directory, { recursive: true });
    return directory;
  }

  /** A text that no build has seen. */
  nonce(): string {
    return `n${randomBytes(8).toString("hex")}`;
  }

  /** A name that no other site has, in this run or in any other on this machine. */
  siteName(): string {
    return `bench-${this.run}-${(this.count += 1)}`;
  }

  async close(): Promise<void> {
    await this.daemons.stop();
    rmSync(this.work, { recursive: true, force: true });
  }
}

/** Some comparisons read or change the base in the local registry, where the set-up puts it only if it has to. */
async function copyAlpine({ registry, env }: Toolchain): Promise<void> {
  const copy = `${registry}/library/alpine:3.20.3`;
  for (const args of [
    ["pull", "--quiet", "alpine:3.20.3"],
    ["tag", "alpine:3.20.3", copy],
    ["push", "--quiet", copy],
  ])
    await mustRun("docker", args, { env });
}
