// Faults of stacks and of the machine that runs pulumi: two at once, lost state, odd surroundings.

import assert from "node:assert/strict";
import * as crypto from "node:crypto";
import { FaultProxy } from "../../support/faultProxy";
import { missingEngine, registry, skipWithReason } from "../support/environment";
import { fetchManifest } from "../support/registry";
import { FaultStack } from "./stack";

for (const engine of ["docker", "buildkit"]) {
  describe(`faults of stacks and surroundings, with engine ${engine}`, function () {
    this.timeout(300_000);
    let proxy: FaultProxy;

    before(async function () {
      const reason = missingEngine(engine);
      if (reason !== undefined) skipWithReason(this, reason);
      proxy = await FaultProxy.start(registry);
    });
    beforeEach(() => proxy.reset());
    after(() => proxy?.close());

    it("fault 23: of two ups of one stack, one is told about the lock", async () => {
      const stack = new FaultStack({ engine, to: proxy });
      await stack.deploy();
      stack.edit();
      // The second starts while the first holds its lock: the first is at the push then.
      let second: ReturnType<FaultStack["up"]> | undefined;
      proxy.inject({
        path: /\/blobs\/uploads\//,
        times: 1,
        fault: async ({ forward }) => {
          second = stack.up();
          await second;
          await forward();
        },
      });
      const first = await stack.up();
      assert.equal(first.code, 0, first.output);
      const { code, output } = (await second) ?? assert.fail("there was no second up");
      assert.notEqual(code, 0);
      assert.match(output, /the stack is currently locked by 1 lock/);
      const { digest } = await stack.outputs();
      assert.equal((await fetchManifest(stack.behind(registry), "v1"))?.digest, digest);
    });

    it("fault 23: of two stacks with one tag, each exports what it pushed itself", async () => {
      const path = `faults/${crypto.randomBytes(6).toString("hex")}`;
      const [one, two] = [
        new FaultStack({ engine, to: proxy, path }),
        new FaultStack({ engine, to: proxy, path }),
      ];
      const [first, second] = [await one.deploy(), await two.deploy()];
      assert.notEqual(first.digest, second.digest);
      const { code, output } = await one.up();
      assert.equal(code, 0, output);
      assert.match(output, new RegExp(`points to ${second.digest}`));
      assert.deepEqual(await one.outputs(), first);
      for (const { digest } of [first, second])
        assert.equal((await fetchManifest(one.behind(registry), digest))?.digest, digest);
    });

    it("fault 24: a lost state is made again: the same digest, and no blob is sent", async () => {
      const stack = new FaultStack({ engine, to: proxy });
      const before = await stack.deploy();
      assert.ok(proxy.blobBytesUp > 0);
      proxy.reset();
      stack.forget();
      assert.deepEqual(await stack.deploy(), before);
      assert.equal(proxy.blobBytesUp, 0);
    });

    it("also: no home, no docker configuration, proxies that lead nowhere, and no Docker Engine for BuildKit", async () => {
      const stack = new FaultStack({ engine, to: proxy });
      const nowhere = "http://127.0.0.1:1";
      const env = {
        ...{ HOME: "/nonexistent", DOCKER_CONFIG: "/nonexistent/.docker" },
        ...{ HTTP_PROXY: nowhere, HTTPS_PROXY: nowhere, http_proxy: nowhere, https_proxy: nowhere },
        // Pulumi's own connections between its processes need it.
        ...{ NO_PROXY: "127.0.0.1", no_proxy: "127.0.0.1" },
        ...(engine === "buildkit" ? { DOCKER_HOST: "unix:///nonexistent/docker.sock" } : {}),
      };
      const { digest } = await stack.deploy(env);
      assert.equal((await fetchManifest(stack.behind(registry), "v1"))?.digest, digest);
    });
  });
}
