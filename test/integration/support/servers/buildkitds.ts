// BuildKit daemons of a test's own, and builders of docker buildx that have them as nodes.

import * as fs from "node:fs";
import * as path from "node:path";
import { buildkitConfig } from "../../../../tools/setup/buildkitd";
import { run } from "../../../../tools/setup/exec";
import { layout } from "../../../../tools/setup/paths";
import { ensureService, stopService } from "../../../../tools/setup/service";
import { makeSocketDirectory } from "../../../../tools/setup/sockets";
import { makeTree } from "../../../support/module";
import { registry } from "../project/environment";
import { buildx } from "../images/images";

export interface Buildkitd {
  endpoint: string;
  /** Records in its cache: how many steps it has done. */
  records(): Promise<number>;
  stop(): Promise<void>;
}

/** `tls`: what buildctl needs to reach it. */
export async function startBuildkitd(
  flags: readonly string[] = [],
  { endpoint, tls = [] }: { endpoint?: string; tls?: readonly string[] } = {},
): Promise<Buildkitd> {
  const own = layout(makeTree({}));
  for (const directory of [own.home, own.buildkit]) fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
  await makeSocketDirectory(own);
  const address = endpoint ?? `unix://${own.sockets}/buildkit.sock`;
  const config = path.join(own.home, "buildkitd.toml");
  fs.writeFileSync(config, buildkitConfig(registry, true));
  const buildctl = (...words: string[]) => run("buildctl", ["--addr", address, ...tls, ...words], {});
  await ensureService(own, {
    name: "buildkitd",
    command: "buildkitd",
    args: [
      ...[`--addr=${address}`, `--root=${own.buildkit}`, `--config=${config}`],
      ...["--oci-worker-net=host", "--containerd-worker=false", ...flags],
    ],
    env: process.env,
    ready: async () => (await buildctl("debug", "workers")).code === 0,
  });
  return {
    endpoint: address,
    records: async () =>
      (await buildctl("du", "--format", "{{range .}}{{.ID}}\n{{end}}")).stdout.split("\n").length - 1,
    async stop() {
      await stopService(own, "buildkitd");
      fs.rmSync(own.sockets, { recursive: true, force: true });
    },
  };
}

export interface BuilderNode {
  endpoint: string;
  platform?: string;
  options?: Record<string, string>;
}

/** The environment of a machine whose docker buildx has these remote builders, made with the commands of docs/builders.md. */
export async function withBuilders(
  builders: Record<string, readonly BuilderNode[]>,
): Promise<Record<string, string>> {
  const env = { BUILDX_CONFIG: makeTree({}) };
  for (const [name, nodes] of Object.entries(builders))
    for (const [n, { endpoint, platform, options = {} }] of nodes.entries()) {
      const given = Object.entries(options).map((pair) => pair.join("="));
      const words = [
        ...["create", ...(n > 0 ? ["--append"] : []), "--name", name, "--driver", "remote"],
        ...(platform === undefined ? [] : ["--platform", platform]),
        ...(given.length === 0 ? [] : ["--driver-opt", given.join(",")]),
        endpoint,
      ];
      await buildx(words, ".", env);
    }
  return env;
}
