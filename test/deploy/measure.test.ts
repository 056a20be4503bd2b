import assert from "node:assert/strict";
import { measureImage, originOf, type MeasureOptions } from "../../components/deploy/image/measure";
import type { ImageLayer } from "../../components/outputs";
import { mediaTypes } from "../../components/registry/image/manifest";
import { startRegistry, type FakeRegistry } from "../support/fakeRegistry";
import { examplePlan } from "../support/plan";
import { binaryInstruction, serveImage } from "../support/servedImage";

describe("measureImage", () => {
  let registry: FakeRegistry;
  let digest: string;
  beforeEach(async () => {
    registry = await startRegistry();
    digest = serveImage(registry, { sizes: [1000, 10] });
  });
  afterEach(() => registry.close());

  const measured = (deployed: readonly ImageLayer[] = [], inputs: Record<string, unknown> = {}) => {
    const options: MeasureOptions = {
      ...{ repository: registry.repository, digest, access: {}, deployed },
      spec: examplePlan(inputs).spec,
      layerOrigins: [{ createdBy: binaryInstruction, origin: "binary" }],
    };
    return measureImage(options);
  };
  const downloads = (layer: ImageLayer | undefined) => registry.count("GET", layer?.digest ?? "?");

  it("does not download measured layers again", async () => {
    const { layers } = await measured();
    assert.deepEqual(layers.map(downloads), [1, 1]);
    const again = await measured(layers.slice(0, 1));
    assert.deepEqual(layers.map(downloads), [1, 2]);
    assert.deepEqual(again.layers, layers);
  });

  it("downloads layers again when an older version recorded less about them", async () => {
    const { layers } = await measured();
    for (const missing of ["unpackedSize", "contents"] as const) {
      const old = layers.map(({ [missing]: _, ...layer }) => layer as ImageLayer);
      const before = layers.map(downloads);
      assert.deepEqual((await measured(old)).layers, layers);
      assert.deepEqual(
        layers.map(downloads),
        before.map((count) => count + 1),
      );
    }
  });

  it("downloads layers again when they were not searched for the new entrypoint", async () => {
    const { layers } = await measured();
    const runtime = { entrypoint: ["/bin/run"] };
    const now = await measured(layers, { runtime });
    assert.deepEqual(layers.map(downloads), [2, 2]);
    assert.deepEqual(now.layers[0]?.contents.commands, { "/bin/run": { kind: "none" } });
    assert.equal(now.checks.find(({ name }) => name === "entrypoint")?.passed, false);
    await measured(now.layers.slice(0, 1), { runtime });
    assert.deepEqual(layers.map(downloads), [2, 3]);
  });

  it("reads each platform of an index, and shared layers once", async () => {
    const [amd64, arm64] = [digest, serveImage(registry, { sizes: [1000, 20], user: "0" })];
    const entry = (of: string, architecture: string) => ({
      ...{ mediaType: mediaTypes.ociManifest, digest: of, size: 1 },
      platform: { os: "linux", architecture },
    });
    digest = registry.addManifest(
      { schemaVersion: 2, manifests: [entry(amd64, "amd64"), entry(arm64, "arm64")] },
      mediaTypes.ociIndex,
    );
    const image = await measured([], { platforms: ["linux/arm64", "linux/amd64"] });
    assert.deepEqual(image.platformDigests, { "linux/arm64": arm64, "linux/amd64": amd64 });
    assert.equal(image.size, image.platformSizes["linux/arm64"]);
    assert.notEqual(image.size, image.platformSizes["linux/amd64"]);
    assert.equal(image.unpackedSize, 1020);
    const others = image.platformLayers["linux/amd64"] ?? [];
    assert.deepEqual(
      others.map(({ unpackedSize }) => unpackedSize),
      [1000, 10],
    );
    assert.equal(others[0]?.digest, image.layers[0]?.digest);
    assert.deepEqual([...image.layers, ...others].map(downloads), [1, 1, 1, 1]);
    const user = image.checks.find(({ name }) => name === "nonRootUser");
    assert.deepEqual(
      [user?.passed, user?.detail],
      [false, "linux/arm64: the user is 0; linux/amd64: the user is 65532"],
    );
  });

  it("checks time zones when the inputs need them", async () => {
    const names = ({ checks }: { checks: { name: string }[] }) => checks.map(({ name }) => name);
    assert.ok(!names(await measured()).includes("timezones"));
    assert.ok(names(await measured([], { runtime: { timezones: true } })).includes("timezones"));
    assert.ok(names(await measured([], { runtime: { env: { TZ: "Europe/Rome" } } })).includes("timezones"));
    assert.ok(!names(await measured([], { runtime: { env: { TZ: "Etc/UTC" } } })).includes("timezones"));
  });

  it("derives a layer's origin from how its history entry begins", () => {
    const origins = [
      { createdBy: "RUN apk", origin: "packages" },
      { createdBy: "COPY /app", origin: "binary" },
    ] as const;
    assert.equal(originOf("RUN apk add jq # buildkit", origins), "packages");
    assert.equal(originOf("COPY /app /app", origins), "binary");
    for (const other of ["ADD file in /", "a COPY /app", "", undefined])
      assert.equal(originOf(other, origins), "base");
  });
});
