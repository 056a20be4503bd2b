// A BuildKit daemon that no other test uses.

import * as fs from "node:fs";
import { builderName, ensureBuildkitd } from "../../../../tools/setup/buildkitd";
import { which } from "../../../../tools/setup/exec";
import { layout } from "../../../../tools/setup/paths";
import { stopService } from "../../../../tools/setup/service";
import { makeTree } from "../../../support/module";
import { builder, registry } from "../project/environment";

export interface OwnBuilder {
  name: string;
  /** What pulumi has to know to build on it. */
  env: Record<string, string>;
  stop(): Promise<void>;
}

/** Starts one with nothing in its cache; where that takes more rights than the tests have, it is the builder of all tests. */
export async function startOwnBuilder(): Promise<OwnBuilder> {
  if (process.platform !== "linux" || process.getuid?.() !== 0 || which("buildkitd") === undefined)
    return { name: builder, env: {}, stop: () => Promise.resolve() };
  const own = layout(makeTree({}));
  for (const directory of [own.home, own.buildkit]) fs.mkdirSync(directory, { recursive: true });
  await ensureBuildkitd(own, process.env, registry, true);
  return {
    name: builderName,
    env: { BUILDX_CONFIG: own.buildx },
    async stop() {
      await stopService(own, "buildkitd");
      fs.rmSync(own.sockets, { recursive: true, force: true });
    },
  };
}
