// How the provider's plugin is started before its resource is registered.

import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import type { Engine } from "../../components/args";
import { startProvider } from "../../components/deploy/before/earlyStart";
import { runProgram } from "../support/program";

describe("the early start of a provider", () => {
  /** What was asked of providers. */
  async function asked(engine: Engine): Promise<string[]> {
    const { calls } = await runProgram(
      () => startProvider(new pulumi.ComponentResource("test:index:Image", "image"), engine),
      { asEngine: true },
    );
    return calls;
  }

  it("calls the engine's own provider", async () => {
    assert.deepEqual(await asked("buildkit"), ["docker-build:index:start"]);
    assert.deepEqual(await asked("docker"), ["docker:index:start"]);
  });
});
