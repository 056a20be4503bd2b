// Faults between the builder and the registry, and between the registry and us. A stack whose image goes through a proxy that
// fails as told; test/faults.md lists all faults.

import assert from "node:assert/strict";
import { FaultProxy } from "../../support/faultProxy";
import * as faults from "../../support/faults";
import { missingEngine, registry, skipWithReason } from "../support/project/environment";
import { fetchManifest } from "../support/images/registry";
import { FaultStack, type Deployed } from "../support/project/faultStack";

/** The tests for one engine. Each has a file of its own, so that they run side by side: most of the time is pauses. */
export function testPushFaults(engine: "docker" | "buildkit"): void {
  describe(`faults of a registry, with engine ${engine}`, function () {
    this.timeout(600_000);
    let proxy: FaultProxy;
    let stack: FaultStack;
    let before: Deployed;
    // Docker sends blobs in a PATCH, BuildKit in a PUT.
    const upload = { method: engine === "docker" ? "PATCH" : "PUT", path: /\/blobs\/uploads\/./ };
    const manifestPut = { method: "PUT", path: /\/manifests\// };

    this.beforeAll(async function () {
      const reason = missingEngine(engine);
      if (reason !== undefined) skipWithReason(this, reason);
      proxy = await FaultProxy.start(registry);
      stack = new FaultStack({ engine, to: proxy });
      before = await stack.deploy();
    });
    this.beforeEach(() => {
      proxy.reset();
      stack.edit();
    });
    this.afterAll(() => proxy?.close());

    const tagged = async () => (await fetchManifest(stack.behind(registry), "v1"))?.digest;
    const nothingChanged = async () => {
      assert.deepEqual(await stack.outputs(), before);
      assert.equal(await tagged(), before.digest);
    };
    const worked = async (after: Deployed) => {
      assert.notEqual(after.digest, before.digest);
      assert.equal(await tagged(), after.digest);
      before = after;
    };

    it("fault 2: a 403 on push fails, names the user and the repository, and keeps the previous digest", async () => {
      const denied = faults.refuse(403, "DENIED", "requested access to the resource is denied");
      proxy.inject({ method: "POST", path: /uploads/, fault: denied });
      await stack.fails(
        {},
        /denied/,
        new RegExp(`${proxy.host} does not let .* push ${stack.repository}:v1`),
      );
      assert.ok(proxy.requests("POST").length <= 10, JSON.stringify(proxy.counts()));
      await nothingChanged();
    });

    it("fault 3: a 429 with Retry-After is retried a few times, then fails", async () => {
      const slowDown = faults.refuse(429, "TOOMANYREQUESTS", "slow down", { "retry-after": "1" });
      proxy.inject({ path: /uploads|manifests/, fault: slowDown });
      await stack.fails({}, new RegExp(`${proxy.host} limits requests`));
      assert.ok(proxy.requests("POST").length <= 20, JSON.stringify(proxy.counts()));
      await nothingChanged();
    });

    it("fault 4: one 500, 502 or 504 in the push or the read is retried", async () => {
      proxy.inject({ method: "POST", path: /uploads/, times: 1, fault: faults.refuse(500) });
      proxy.inject({ ...upload, times: 1, fault: faults.refuse(502) });
      proxy.inject({ method: "GET", path: /manifests/, times: 1, fault: faults.refuse(504) });
      proxy.inject({ method: "GET", path: /blobs/, times: 1, fault: faults.refuse(500) });
      await worked(await stack.deploy());
      const refused = proxy.passed.map(({ status }) => status ?? 0).filter((status) => status >= 500);
      assert.deepEqual(refused.sort(), [500, 500, 502, 504]);
    });

    it("fault 4: one 502 for the manifest is retried by BuildKit, and with Docker by the next up", async () => {
      proxy.inject({ ...manifestPut, times: 1, fault: faults.refuse(502) });
      if (engine === "docker") {
        await stack.fails({}, /502 Bad Gateway/, /run pulumi up again/);
        await nothingChanged();
      }
      await worked(await stack.deploy());
    });

    it("fault 6: a silent registry is given up on after customTimeouts or sooner", async () => {
      const options =
        '{ transforms: [({ props, opts }) => ({ props, opts: { ...opts, customTimeouts: { create: "8s" } } })] }';
      const silent = new FaultStack({ engine, to: proxy, options });
      proxy.inject({ path: /./, fault: faults.silence });
      await silent.fails({}, /customTimeouts|Client\.Timeout exceeded/);
      assert.equal(await fetchManifest(silent.behind(registry), "v1"), undefined);
      proxy.reset();
      assert.equal((await silent.deploy()).ref.split("@")[0], silent.repository);
    });

    it("fault 7: a connection that breaks inside a blob is retried, and no tag is left half done", async () => {
      proxy.inject({ ...upload, fault: faults.cutRequest(100_000) });
      proxy.inject({ method: "GET", path: /blobs/, skip: 1, times: 1, fault: faults.cutAnswer(10_000) });
      await worked(await stack.deploy());
      const cut = proxy.passed.filter((each) => each.status === undefined);
      assert.equal(cut.length, 1, JSON.stringify(proxy.passed));
      // The layer was read twice, and the first time not to its end.
      const [, first, second] = proxy.requests("GET", /\/blobs\//);
      assert.ok(first && second && first.url === second.url && first.bytesDown < second.bytesDown);
    });

    it("fault 8: a lost manifest leaves the tag alone, and the next up sends no blob again", async () => {
      proxy.inject({ ...manifestPut, fault: faults.lostRequest });
      await stack.fails({}, /run pulumi up again/);
      assert.ok(proxy.blobBytesUp > 100_000);
      await nothingChanged();
      proxy.reset();
      await worked(await stack.deploy());
      assert.equal(proxy.blobBytesUp, 0);
    });

    it("fault 8: a lost answer to the manifest does no harm", async () => {
      proxy.inject({ ...manifestPut, times: 1, fault: faults.lostAnswer });
      const { code } = await stack.up();
      proxy.reset();
      // BuildKit has tried again by itself; with Docker, the tag is ahead of the state until the next up.
      if (code !== 0) assert.deepEqual(await stack.outputs(), before);
      await worked(await stack.deploy());
    });

    it("fault 9: a missing Docker-Content-Digest is computed, and a wrong one is never exported", async () => {
      const missing = faults.header("docker-content-digest", undefined);
      for (const method of ["GET", "HEAD"]) proxy.inject({ method, path: /manifests/, fault: missing });
      await worked(await stack.deploy());
      stack.edit();
      proxy.reset();
      const wrong = `sha256:${"0".repeat(64)}`;
      proxy.inject({ ...manifestPut, fault: faults.header("docker-content-digest", wrong) });
      proxy.inject({
        method: "HEAD",
        path: /manifests/,
        fault: faults.header("docker-content-digest", wrong),
      });
      const { code, output } = await stack.up();
      // BuildKit compares and fails; Docker does not look, and we tell that the tag points elsewhere.
      if (code === 0) assert.match(output, new RegExp(`points to ${wrong}, not to sha256:`));
      else assert.match(output, new RegExp(`got digest ${wrong}`));
      const { digest } = await stack.outputs();
      assert.notEqual(digest, wrong);
      proxy.reset();
      stack.edit();
      before = await stack.outputs();
      await worked(await stack.deploy());
    });

    it("fault 5 and 13: endless 500s and a 413 end after the engine's own tries, with advice", async () => {
      // Docker 20.10 tries each blob five times, with 50 s of pauses: both at the same time, with a proxy each.
      const attempts = [
        { fault: faults.refuse(500), says: /because of .* or the network to it: run pulumi up again/ },
        { fault: faults.refuse(413, "UNKNOWN", "too large"), says: /rejected \S+ as too large/ },
      ].map(async ({ fault, says }) => {
        const own = await FaultProxy.start(registry);
        try {
          const other = new FaultStack({ engine, to: own });
          const deployed = await other.deploy();
          other.edit();
          own.reset();
          own.inject({ path: /\/blobs\/uploads\//, fault });
          const { code, output } = await other.up();
          assert.notEqual(code, 0);
          assert.match(output, says);
          assert.ok(output.includes(own.host));
          assert.deepEqual(await other.outputs(), deployed);
          assert.equal((await fetchManifest(other.behind(registry), "v1"))?.digest, deployed.digest);
          assert.ok(own.requests("POST").length <= 20, JSON.stringify(own.counts()));
          own.reset();
          assert.notEqual((await other.deploy()).digest, deployed.digest);
        } finally {
          own.close();
        }
      });
      await Promise.all(attempts);
    });
  });
}
