/** Go on this machine, for the sides that compile without a container, with the toolchain that the base image has. */
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { run, which } from "../tools/setup/exec";
import { gatherFacts, toolFolder } from "../tools/setup/facts";
import type { Toolchain } from "../tools/setup/index";
import { install } from "../tools/setup/install";
import { withLock } from "../tools/setup/lock";
import { layout } from "../tools/setup/paths";
import { choose, describe } from "../tools/setup/plan";
import { say, task } from "../tools/setup/ui";
import { baseImages, type Tool } from "../tools/setup/versions";

const ko: Tool = {
  name: "ko",
  version: "0.19.1",
  why: "one of the sides that the benchmarks compare",
  commands: ["ko"],
  download: ({ os, arch }) => ({
    url: `https://github.com/ko-build/ko/releases/download/v0.19.1/ko_0.19.1_${os === "linux" ? "Linux" : "Darwin"}_${arch === "amd64" ? "x86_64" : "arm64"}.tar.gz`,
    folder: ".",
  }),
  recipe: {
    folder: "ko",
    packages: ["github.com/google/ko"],
    ldflags: "",
    cold: "2 min",
  },
};

export interface GoTools {
  /** Root of the Go distribution. */
  readonly go: string;
  /** The ko command; undefined if there is none. */
  readonly ko: string | undefined;
}

/** Undefined without a Go on the machine, or when the wanted toolchain is not available. */
export async function findGo({ env }: Toolchain): Promise<GoTools | undefined> {
  if (!which("go")) return undefined;
  const { toolchain } = baseImages.golang;
  const { code, stdout } = await run("go", ["env", "GOROOT"], { env: { ...env, GOTOOLCHAIN: toolchain } });
  return code === 0 ? { go: stdout.trim(), ko: await ensureKo() } : undefined;
}

async function ensureKo(): Promise<string | undefined> {
  const place = layout();
  return withLock(place, async () => {
    const facts = gatherFacts(place, undefined);
    // One on the PATH may be of any version: it is not asked for.
    const choice = await choose(ko, { ...facts, onPath: () => Promise.resolve(undefined) });
    if (choice.source === "none") return undefined;
    const command = join(toolFolder(place, ko, choice.version), "ko");
    if (!existsSync(command)) {
      say(`=> ko ${ko.version}, ${ko.why}: ${describe(ko, choice)}`);
      await task(`ko ${ko.version}`, () =>
        install(ko, choice, { layout: place, target: facts.target, archives: new Map() }),
      );
    }
    return command;
  });
}

/** An environment in which `go` is the base image's toolchain and compiles as the images' build stages do. */
export function goEnvironment(
  env: NodeJS.ProcessEnv,
  tools: GoTools,
  caches: Record<string, string> = {},
): NodeJS.ProcessEnv {
  return {
    ...env,
    PATH: [join(tools.go, "bin"), env["PATH"] ?? ""].join(delimiter),
    GOTOOLCHAIN: "local",
    GOFLAGS: "-mod=readonly",
    CGO_ENABLED: "0",
    ...caches,
  };
}
