// What an image's layers may take together: of many layers, each may be harmless.

import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { limits } from "../../../components/limits";
import { readImage, visitImage } from "../../../components/registry";
import { ImageBudget } from "../../../components/registry/image/budget";
import { measureLayer } from "../../../components/registry/image/layers";
import { mediaTypes } from "../../../components/registry/image/manifest";
import { digestOf } from "../../support/digest";
import { layerType } from "../../support/servedImage";
import { tarData, tarEnd, tarHeader } from "../../support/tar";
import { startRegistry, type FakeRegistry } from "../../support/fakeRegistry";

const plain = "application/vnd.oci.image.layer.v1.tar";
const layer = (names: string[], end = tarEnd) =>
  Buffer.concat([...names.map((name) => tarHeader(name)), end]);

function measure(bytes: Buffer, budget: ImageBudget): Promise<unknown> {
  const source = { mediaType: plain, digest: digestOf(bytes), size: bytes.length };
  return measureLayer(Readable.from([bytes], { objectMode: false }), source, undefined, budget);
}

describe("an image's layers together", function () {
  this.timeout(60_000);

  it("have a limit on their entries, and on the bytes of their paths", async () => {
    const entries = new ImageBudget({ entries: 5, pathsBytes: 1_000 });
    await measure(layer(["a", "b", "c"]), entries);
    await assert.rejects(
      measure(layer(["d", "e", "f"]), entries),
      /with this layer the image has more than 5 entries$/,
    );
    const bytes = new ImageBudget({ entries: 1_000, pathsBytes: 30 });
    await measure(layer(["a".repeat(20)]), bytes);
    await assert.rejects(measure(layer(["b".repeat(20)]), bytes), /paths have more than 30 bytes together$/);
  });

  it("are not counted again when a layer is read again", async () => {
    const budget = new ImageBudget({ entries: 5, pathsBytes: 1_000 });
    const cut = layer(["a", "b", "c"], Buffer.alloc(100, 1));
    for (let n = 0; n < 3; n++) await assert.rejects(measure(cut, budget), /LayerError/);
    const wrong = { mediaType: plain, digest: digestOf(cut), size: layer(["a", "b", "c"]).length };
    const stream = Readable.from([layer(["a", "b", "c"])], { objectMode: false });
    await assert.rejects(
      measureLayer(stream, wrong, undefined, budget),
      /the registry serves bytes with the digest/,
    );
    await measure(layer(["a", "b", "c", "d", "e"]), budget);
  });

  describe("of a registry", () => {
    let registry: FakeRegistry;
    let digest = "";
    // The real one takes layers of hundreds of megabytes to reach.
    const bounds: { pathsBytes: number } = limits.image;
    const { pathsBytes } = bounds;
    before(async () => {
      bounds.pathsBytes = 2 ** 20;
      registry = await startRegistry();
      // Each layer has two thirds of what all may have.
      const path = Buffer.from(`4016 path=${"p".repeat(4_005)}\n`);
      const one = Buffer.concat([
        ...[tarHeader("pax", { type: "x", size: path.length }), tarData(path)],
        tarHeader("f"),
      ]);
      const tar = Buffer.alloc(one.length * Math.ceil((limits.image.pathsBytes * 2) / 3 / 4_005), one);
      const layers = [1, 2].map((n) => {
        const bytes = gzipSync(Buffer.concat([tarHeader(`n${n}`), tar, tarEnd]), { level: 1 });
        return { mediaType: layerType, digest: registry.addBlob(bytes), size: bytes.length };
      });
      const config = Buffer.from(JSON.stringify({ os: "linux", architecture: "amd64", config: {} }));
      const described = { mediaType: "c", digest: registry.addBlob(config), size: config.length };
      const { ociManifest } = mediaTypes;
      const document = { schemaVersion: 2, mediaType: ociManifest, config: described, layers };
      digest = registry.addManifest(document, ociManifest, "v1");
    });
    after(() => {
      bounds.pathsBytes = pathsBytes;
      return registry.close();
    });

    const tooMany = /with this layer the image's paths have more than \d+ bytes together/;
    it("are refused by the report when they exceed a limit", async () => {
      const visitor = () => ({ request: () => undefined });
      await assert.rejects(visitImage(registry.repository, { tag: "v1" }, { visitor }), tooMany);
    });

    it("are refused when they exceed a limit after a push", () =>
      assert.rejects(readImage(registry.repository, digest), tooMany));
  });
});
