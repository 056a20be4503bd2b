// When the provider's plugin is started before its resource is registered.

import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { startProvider } from "../../components/deploy/before/earlyStart";
import type { DeployedImage } from "../../components/deploy/state/deployed";
import type { Engine } from "../../components/args";
import { runProgram } from "../support/program";

describe("the early start of a provider", () => {
  interface Situation {
    engine?: Engine;
    deployed?: DeployedImage | undefined;
    rebuilds?: pulumi.Output<boolean>;
    preview?: boolean;
    asEngine?: boolean;
  }
  const image = {} as DeployedImage;

  /** What was asked of providers. */
  async function asked({ asEngine = true, preview = false, ...given }: Situation): Promise<string[]> {
    const { engine = "buildkit", rebuilds = pulumi.output(false) } = given;
    const deployed = "deployed" in given ? given.deployed : image;
    const { calls } = await runProgram(
      () => {
        const component = new pulumi.ComponentResource("test:index:Image", "image");
        return startProvider(component, engine, pulumi.output(deployed), rebuilds);
      },
      { asEngine, preview },
    );
    return calls;
  }

  it("is for an update that builds nothing, whose resource waits for the registry", async () => {
    assert.deepEqual(await asked({}), ["docker-build:index:start"]);
    assert.deepEqual(await asked({ engine: "docker" }), ["docker:index:start"]);
  });

  it("is none where nothing waits for the registry, nor in unit tests of users", async () => {
    for (const situation of [
      { deployed: undefined },
      { rebuilds: pulumi.output(true) },
      { preview: true },
      { asEngine: false },
    ])
      assert.deepEqual(await asked(situation), []);
  });

  it("says nothing of what goes wrong", async () => {
    const rebuilds = pulumi.output(Promise.reject(new Error("no disk")));
    assert.deepEqual(await asked({ rebuilds }), []);
  });
});
