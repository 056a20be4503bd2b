// An image of one layer that is pushed, to a registry in the test's own process.

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { sha256 } from "../../../components/registry/image/manifest";
import { writeImage, type LayerFile } from "../../../components/registry/image/upload";
import { makeTree } from "../../support/module";
import { openSession } from "../../../components/registry/client/session";
import { emptyEnv, refuse, startRegistry, type FakeRegistry } from "../../support/fakeRegistry";

describe("registry/upload", () => {
  let registry: FakeRegistry;
  beforeEach(async () => (registry = await startRegistry()));
  afterEach(() => registry.close());

  const config = Buffer.from(`{"os":"linux"}`);

  function layerOf(content: Buffer): LayerFile {
    const file = path.join(makeTree({}), "layer");
    fs.writeFileSync(file, content);
    const mediaType = "application/vnd.oci.image.layer.v1.tar+gzip";
    return { file, size: content.length, digest: sha256(content), mediaType };
  }
  const write = (content = Buffer.alloc(3_000_000, "x")) =>
    writeImage(registry.session(), { config, layer: layerOf(content) }, "v1");

  it("stores the layer, the configuration, and the manifest under its tag", async () => {
    const content = Buffer.alloc(3_000_000, "x");
    const digest = await write(content);
    const { bytes = Buffer.alloc(0), mediaType } = registry.manifests.get("v1") ?? {};
    assert.equal(digest, sha256(bytes));
    assert.equal(mediaType, "application/vnd.oci.image.manifest.v1+json");
    const manifest = JSON.parse(bytes.toString()) as { config: object; layers: object[] };
    assert.deepEqual(manifest.config, {
      mediaType: "application/vnd.oci.image.config.v1+json",
      ...{ digest: sha256(config), size: config.length },
    });
    const { mediaType: type, digest: layer, size } = layerOf(content);
    assert.deepEqual(manifest.layers, [{ mediaType: type, digest: layer, size }]);
    assert.ok(registry.blobs.get(sha256(content))?.equals(content));
    assert.ok(registry.blobs.has(sha256(config)));
  });

  it("keeps the query of the registry's upload address", async () => {
    await write();
    const [put] = registry.seen.filter(({ method }) => method === "PUT");
    assert.match(put?.url ?? "", /\/uploads\/\d+\?_state=a%2Bb&digest=sha256%3A\w+$/);
  });

  for (const [what, location] of Object.entries({
    "another host": "http://elsewhere.invalid/v2/team/api/blobs/uploads/1",
    "another port": "http://127.0.0.1:1/upload",
    "a file": "file:///etc/passwd",
    nothing: undefined,
  })) {
    it(`sends nothing when the upload address is ${what}`, async () => {
      registry.intercept = (_, response, { method }) => {
        if (method !== "POST") return false;
        response.writeHead(202, location === undefined ? {} : { location }).end();
        return true;
      };
      await assert.rejects(
        write(),
        /cannot write the blob sha256:\w+ of \S+: the registry did not give an upload address of its own/,
      );
      assert.equal(registry.count("PUT", ""), 0);
    });
  }

  it("accepts an absolute upload address on the registry's own host", async () => {
    registry.intercept = (_, response, { method }) => {
      if (method !== "POST") return false;
      response.writeHead(202, { location: `${registry.origin}/v2/team/api/blobs/uploads/absolute` }).end();
      return true;
    };
    await write();
    assert.ok(registry.manifests.has("v1"));
  });

  it("logs in once, before it sends the layer", async () => {
    registry.intercept = (_, response, { authorization }) => {
      if (authorization !== undefined) return false;
      response.setHeader("www-authenticate", 'Basic realm="tests"');
      return refuse(response, 401, "UNAUTHORIZED", "log in");
    };
    const session = registry.session({ username: "robot", password: "hunter2" });
    await writeImage(session, { config, layer: layerOf(Buffer.from("x")) }, "v1");
    assert.equal(registry.seen.filter(({ authorization }) => authorization === undefined).length, 1);
    assert.equal(registry.count("PUT", "blobs"), 2);
  });

  it("does not retry a failed upload, and then stores no manifest", async () => {
    registry.intercept = (_, response, { method, url }) =>
      method === "PUT" && url.includes("blobs") ? refuse(response, 503, "UNKNOWN", "later") : false;
    await assert.rejects(write(), /cannot write the blob \S+ of \S+: the registry answered 503/);
    assert.equal(registry.count("PUT", "blobs"), 1);
    assert.equal(registry.manifests.size, 0);
  });

  it("waits longer for a blob to be stored than for a silent registry", async () => {
    const session = openSession(
      registry.repository,
      {},
      { idleTimeoutMs: 100, headersTimeoutMs: 100, storedTimeoutMs: 20_000, tries: 1 },
      emptyEnv,
    );
    const layer = layerOf(Buffer.from("x"));
    registry.intercept = (_, response, { method, url }) => {
      if (method !== "PUT" || !url.includes(encodeURIComponent(layer.digest))) return false;
      setTimeout(() => response.writeHead(201).end(), 400);
      return true;
    };
    await writeImage(session, { config, layer }, "v1");
    assert.ok(registry.manifests.has("v1"));
  });

  it("fails when the file is gone, and when the registry refuses the digest", async () => {
    const layer = layerOf(Buffer.from("x"));
    fs.rmSync(layer.file);
    await assert.rejects(writeImage(registry.session(), { config, layer }, "v1"), /ENOENT/);
    const other = { ...layerOf(Buffer.from("x")), digest: sha256(Buffer.from("y")) };
    await assert.rejects(
      writeImage(registry.session(), { config, layer: other }, "v1"),
      /400.*not these bytes/,
    );
  });
});
