// Faults between the registry and us alone, whoever pushed; test/faults.md lists all faults.

import assert from "node:assert/strict";
import { FaultProxy } from "../../support/faultProxy";
import * as faults from "../../support/faults";
import { registry } from "../support/project/environment";
import { startPrebuiltEngine, type PrebuiltEngine } from "../support/prebuilt/engine";
import { fetchManifest } from "../support/images/registry";
import { FaultStack, type Deployed } from "../support/project/faultStack";

describe("faults while an image is read back", function () {
  this.timeout(600_000);
  let prebuilt: PrebuiltEngine;
  let proxy: FaultProxy;
  let stack: FaultStack;
  let before: Deployed;

  this.beforeAll(async () => {
    prebuilt = await startPrebuiltEngine();
    proxy = await FaultProxy.start(registry);
    stack = new FaultStack({ engine: "buildkit", prebuilt, to: proxy });
    before = await stack.deploy();
  });
  this.beforeEach(() => {
    proxy.reset();
    stack.edit();
  });
  this.afterAll(() => {
    proxy?.close();
    prebuilt?.close();
  });

  const worked = async (after: Deployed) => {
    assert.notEqual(after.digest, before.digest);
    assert.equal((await fetchManifest(stack.behind(registry), "v1"))?.digest, after.digest);
    before = after;
  };

  it("fault 3: a 429 with Retry-After on our own read causes that wait", async () => {
    const slowDown = faults.refuse(429, "TOOMANYREQUESTS", "slow down", { "retry-after": "2" });
    proxy.inject({ method: "GET", path: /manifests/, times: 1, fault: slowDown });
    await worked(await stack.deploy());
    const [first, second] = proxy.requests("GET", /manifests/);
    assert.ok(first && second && second.at - first.at >= 2000);
  });

  it("fault 9: a corrupt manifest, configuration or layer fails the read", async () => {
    for (const path of [/\/manifests\//, /\/blobs\//]) {
      proxy.reset();
      proxy.inject({ method: "GET", path, fault: faults.corrupt });
      const { output } = await stack.up();
      assert.match(output, new RegExp(`asked for sha256:.*but the bytes served are sha256:`));
      assert.deepEqual(await stack.outputs(), before);
    }
    // Before them come the configuration of the deployed image, whose tag is gone to the new one, and the new one's.
    const layers = { method: "GET", path: /\/blobs\//, skip: 2 };
    proxy.reset();
    proxy.inject({ ...layers, fault: faults.corrupt });
    await stack.fails({}, /layer sha256:/);
    assert.deepEqual(await stack.outputs(), before);
    proxy.reset();
    await worked(await stack.deploy());
  });
});
