// An image read file by file, from the fake registry.

import assert from "node:assert/strict";
import { visitImage } from "../../../components/registry";
import { mediaTypes } from "../../../components/registry/image/manifest";
import type { DataRequest, TarEntry } from "../../../components/registry/image/tar";
import { serveImage } from "../../support/servedImage";
import { startRegistry, type FakeRegistry } from "../../support/fakeRegistry";

/** Collects names, and the bytes of every file. */
class Collector {
  readonly files: Record<string, number> = {};
  readonly request: DataRequest = (entry: TarEntry) => {
    const { path } = entry;
    this.files[path] = 0;
    return (bytes: Buffer) => void (this.files[path] = (this.files[path] ?? 0) + bytes.length);
  };
}

describe("registry/image/visit", () => {
  let registry: FakeRegistry;
  beforeEach(async () => (registry = await startRegistry()));
  afterEach(() => registry.close());

  it("gives each layer its own visitor, with sizes, instructions and progress", async () => {
    const digest = serveImage(registry, { sizes: [3000, 5000], tag: "v1" });
    const steps: [number, number][] = [];
    const image = await visitImage(
      registry.repository,
      { tag: "v1" },
      { visitor: () => new Collector(), progress: (done, total) => steps.push([done, total]) },
    );
    assert.equal(image?.digest, digest);
    assert.equal(image.platform, "linux/amd64");
    const layers = image.layers.map(({ unpackedSize, createdBy, files, visitor }) => ({
      ...{ unpackedSize, createdBy, files: [...files], seen: visitor.files },
    }));
    assert.deepEqual(layers, [
      { unpackedSize: 3000, createdBy: "ADD 3000", files: [["/main", 3000]], seen: { main: 3000 } },
      {
        ...{ unpackedSize: 5000, createdBy: "COPY /app/main # buildkit" },
        ...{ files: [["/main", 5000]], seen: { main: 5000 } },
      },
    ]);
    const [first, second] = image.layers.map(({ size }) => size);
    const total = (first ?? 0) + (second ?? 0);
    assert.ok(image.size > total);
    assert.ok(steps.every(([done, of], n) => of === total && done >= (steps[n - 1]?.[0] ?? 1)));
    assert.deepEqual(steps.at(-1), [total, total]);
    assert.ok(steps.some(([done]) => done === first));
  });

  it("gives the digest of the platform's image, even when found through an index", async () => {
    const digest = serveImage(registry, { sizes: [3000] });
    const { ociIndex, ociManifest } = mediaTypes;
    const [size, platform] = [
      registry.manifests.get(digest)?.bytes.length,
      { os: "linux", architecture: "amd64" },
    ];
    const manifests = [{ mediaType: ociManifest, digest, size, platform }];
    const index = registry.addManifest({ schemaVersion: 2, mediaType: ociIndex, manifests }, ociIndex, "v1");
    for (const place of [{ tag: "v1" }, { tag: "", digest: index }, { tag: "", digest }]) {
      const image = await visitImage(registry.repository, place, { visitor: () => new Collector() });
      assert.deepEqual([image?.platform, image?.digest], ["linux/amd64", digest]);
    }
  });

  it("reads a layer once even if the image has it twice", async () => {
    serveImage(registry, { sizes: [3000, 3000], tag: "v1" });
    let visitors = 0;
    const visitor = () => (visitors++, new Collector());
    const steps: number[] = [];
    const progress = (done: number) => steps.push(done);
    const image = await visitImage(registry.repository, { tag: "v1" }, { visitor, progress });
    assert.equal(visitors, 1);
    assert.equal(image?.layers.length, 2);
    assert.equal(image.layers[0]?.visitor, image.layers[1]?.visitor);
    assert.deepEqual(
      image.layers.map(({ createdBy }) => createdBy),
      ["ADD 3000", "COPY /app/main # buildkit"],
    );
  });

  it("prefers the digest to the tag, and gives undefined for a missing tag", async () => {
    const digest = serveImage(registry, { sizes: [3000], tag: "v1" });
    const visitor = () => new Collector();
    const other = serveImage(registry, { sizes: [4000], tag: "v2" });
    assert.notEqual(other, digest);
    const found = await visitImage(registry.repository, { tag: "v2", digest }, { visitor });
    assert.equal(found?.digest, digest);
    assert.equal(await visitImage(registry.repository, { tag: "v3" }, { visitor }), undefined);
  });
});
