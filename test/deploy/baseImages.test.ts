// Digests of base images, against a registry in the test's own process.

import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import type { BaseImages } from "../../components/args";
import { baseDigests } from "../../components/deploy/baseImages";
import { valueIfKnown } from "../../components/deploy/sdk";
import { refuse, startRegistry, type FakeRegistry } from "../registry/fakeRegistry";
import { runProgram } from "../support/program";
import { deployedAs, serveImage } from "../support/servedImage";

const old = `sha256:${"1".repeat(64)}`;

describe("base images", () => {
  let registry: FakeRegistry;
  let image: string;
  let current: string;
  beforeEach(async () => {
    registry = await startRegistry();
    current = serveImage(registry, { sizes: [10], tag: "3.20" });
    image = `${registry.host}/team/api:3.20`;
  });
  afterEach(() => registry.close());

  async function digests(
    mode: BaseImages,
    images: string[],
    known?: Record<string, string>,
    asEngine = true,
  ) {
    const { result, logs } = await runProgram(
      async () => {
        const component = new pulumi.ComponentResource("test:index:Image", "image");
        const deployed = known && deployedAs(registry, old, { baseImages: known });
        try {
          return await valueIfKnown(baseDigests(component, mode, images, pulumi.output(deployed)));
        } catch (error) {
          return (error as Error).message;
        }
      },
      { asEngine },
    );
    return { result, logs };
  }

  const refused = () => {
    registry.intercept = (_request, response, { url }) =>
      url.includes("manifests") && refuse(response, 403, "DENIED", "no");
  };

  it("are left to the builder with baseImages: tag, and in a unit test", async () => {
    assert.deepEqual(await digests("tag", [image]), { result: {}, logs: [] });
    assert.deepEqual(await digests("pin", [image], undefined, false), { result: {}, logs: [] });
    assert.deepEqual(registry.seen, []);
  });

  it("are looked up once each, without scratch and those that have a digest", async () => {
    const given = [image, "scratch", `${image}@${old}`, image];
    assert.deepEqual(await digests("pin", given), { result: { [image]: current }, logs: [] });
    assert.equal(registry.count("HEAD", "manifests/3.20") + registry.count("GET", "manifests/3.20"), 1);
  });

  it("stay pinned where the tag has moved, which is said", async () => {
    const { result, logs } = await digests("pin", [image], { [image]: old });
    assert.deepEqual(result, { [image]: old });
    assert.deepEqual(logs, [
      `info: base image ${image} has moved to ${current}; pinned at ${old} until baseImages is "follow"`,
    ]);
    assert.deepEqual(await digests("pin", [image], { [image]: current }), {
      ...{ result: { [image]: current }, logs: [] },
    });
  });

  it("follow the tag", async () => {
    assert.deepEqual(await digests("follow", [image], { [image]: old }), {
      ...{ result: { [image]: current }, logs: [] },
    });
  });

  for (const mode of ["pin", "follow"] as const) {
    it(`are kept when the tag is gone: ${mode}`, async () => {
      registry.manifests.delete("3.20");
      const { result, logs } = await digests(mode, [image], { [image]: old });
      assert.deepEqual(result, { [image]: old });
      assert.match(logs.join(), /^info: base image \S+ is gone; pinned at sha256:1111/);
    });

    it(`are kept, with a warning, when the registry refuses: ${mode}`, async () => {
      refused();
      const { result, logs } = await digests(mode, [image], { [image]: old });
      assert.deepEqual(result, { [image]: old });
      assert.match(logs.join(), /^warning: base image \S+ stays at sha256:1+, not checked: .*DENIED: no/);
    });

    it(`that nobody knows end the update by name: ${mode}`, async () => {
      registry.manifests.delete("3.20");
      const { result } = await digests(mode, [image]);
      assert.equal(result, `base image ${image}: ${registry.host}/team/api has no tag 3.20`);
      refused();
      assert.match(
        JSON.stringify((await digests(mode, [image])).result),
        /^"base image \S+: cannot .*DENIED: no/,
      );
    });
  }
});
