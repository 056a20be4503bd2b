// A machine with nothing where pulumi and docker usually find their settings.

import assert from "node:assert/strict";
import { FaultProxy } from "../../support/faultProxy";
import { missingEngine, registry, skipWithReason } from "../support/project/environment";
import { fetchManifest } from "../support/images/registry";
import { FaultStack } from "../support/project/faultStack";

for (const engine of ["docker", "buildkit"]) {
  describe(`a bare machine, with engine ${engine}`, function () {
    this.timeout(600_000);
    let proxy: FaultProxy;

    before(async function () {
      const reason = missingEngine(engine);
      if (reason !== undefined) skipWithReason(this, reason);
      proxy = await FaultProxy.start(registry);
    });
    beforeEach(() => proxy.reset());
    after(() => proxy?.close());

    it("works without a home, a Docker configuration, working proxies or (for BuildKit) a Docker Engine", async () => {
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
