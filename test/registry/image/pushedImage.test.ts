import * as assert from "node:assert/strict";
import { putTag, readImage, tagDigest } from "../../../components/registry";
import { readPushedImage, type RegistryImage } from "../../../components/registry/image/pushedImage";
import { writeTag } from "../../../components/registry/image/tags";
import { mediaTypes } from "../../../components/registry/image/manifest";
import { gzipLayer, layerType } from "../../support/servedImage";
import { digestOf } from "../../support/digest";
import { refuse, startRegistry, type FakeRegistry } from "../../support/fakeRegistry";

const sizesOf = ({ platforms }: RegistryImage) =>
  Object.fromEntries(Object.entries(platforms).map(([name, { size }]) => [name, size]));

describe("an image in a registry", () => {
  let registry: FakeRegistry;
  const blobs = [gzipLayer(1000), gzipLayer(70_000), gzipLayer(3), gzipLayer(12_345)];
  const sizes = [1000, 70_000, 3, 12_345];
  const contents = {
    ...{ files: 1, executables: 0, setuidFiles: [], shells: [] },
    ...{ certificates: false, timezones: false },
  };
  let config: Buffer;
  let digest: string;

  beforeEach(async () => {
    registry = await startRegistry();
    const history = sizes.map((size) => ({ created_by: `COPY ${size}` }));
    config = Buffer.from(
      JSON.stringify({ os: "linux", architecture: "amd64", config: { User: "65532" }, history }),
    );
    digest = registry.addManifest(manifest(mediaTypes.ociManifest), mediaTypes.ociManifest, "v1");
  });
  afterEach(() => registry.close());

  const manifest = (mediaType: string, layers = blobs): object => ({
    schemaVersion: 2,
    mediaType,
    config: { mediaType: "c", digest: registry.addBlob(config), size: config.length },
    layers: layers.map((bytes) => ({
      mediaType: layerType,
      digest: registry.addBlob(bytes),
      size: bytes.length,
    })),
  });
  const compressed = (): number => blobs.reduce((sum, bytes) => sum + bytes.length, config.length);
  const damage = (status: number, bytes: Buffer): void => {
    registry.intercept = (_request, response, { url }) => {
      if (!url.endsWith(digestOf(blobs[1] as Buffer))) return false;
      response.writeHead(status, { "content-length": bytes.length }).end(bytes);
      return true;
    };
  };

  it("can be read and tagged", async () => {
    const { repository } = registry;
    assert.equal(await tagDigest(repository, "v1"), digest);
    assert.equal(await tagDigest(repository, "v2"), undefined);
    const image = await readImage(repository, digest);
    assert.equal(image.digest, digest);
    assert.equal(image.mediaType, mediaTypes.ociManifest);
    assert.equal(image.size, compressed());
    assert.deepEqual(sizesOf(image), { "linux/amd64": compressed() });
    assert.equal(image.user, "65532");
    assert.equal(image.unpackedSize, 83_348);
    assert.deepEqual(
      image.layers,
      blobs.map((bytes, n) => ({
        digest: digestOf(bytes),
        mediaType: layerType,
        size: bytes.length,
        unpackedSize: sizes[n],
        contents,
        createdBy: `COPY ${sizes[n]}`,
      })),
    );
    await putTag(repository, digest, "v2");
    assert.equal(await tagDigest(repository, "v2"), digest);
    await putTag(repository, digest, "v2");
    assert.equal(registry.count("PUT", ""), 1);
  });

  it("is read without downloading known layers, or a layer twice", async () => {
    const known = new Map(
      blobs
        .slice(0, 2)
        .map((bytes, n) => [digestOf(bytes), { unpackedSize: sizes[n] as number, contents }] as const),
    );
    assert.equal((await readPushedImage(registry.session(), digest, { known })).unpackedSize, 83_348);
    assert.equal(registry.count("GET", "/blobs/"), 1 + 2);
    const [first] = blobs as [Buffer];
    const twice = registry.addManifest(
      manifest(mediaTypes.dockerManifest, [first, first]),
      mediaTypes.dockerManifest,
    );
    registry.seen.length = 0;
    assert.equal((await readPushedImage(registry.session(), twice)).unpackedSize, 2000);
    assert.equal(registry.count("GET", "/blobs/"), 1 + 1);
  });

  it("can be one platform of an index, and keeps the index's digest", async () => {
    const attestation = { os: "unknown", architecture: "unknown" };
    const entry = (platform: object, of: string): object => ({
      mediaType: mediaTypes.ociManifest,
      digest: of,
      size: 1,
      platform,
    });
    const none = `sha256:${"0".repeat(64)}`;
    const manifests = [entry(attestation, none), entry({ os: "linux", architecture: "amd64" }, digest)];
    const index = registry.addManifest({ schemaVersion: 2, manifests }, mediaTypes.ociIndex);
    const image = await readPushedImage(registry.session(), index, { platform: "linux/amd64" });
    assert.deepEqual([image.digest, image.mediaType, image.size], [index, mediaTypes.ociIndex, compressed()]);
    assert.deepEqual(sizesOf(image), { "linux/amd64": compressed() });
    const small = registry.addManifest(
      manifest(mediaTypes.ociManifest, [blobs[2] as Buffer]),
      mediaTypes.ociManifest,
    );
    const two = registry.addManifest(
      { schemaVersion: 2, manifests: [...manifests, entry({ os: "linux", architecture: "arm64" }, small)] },
      mediaTypes.ociIndex,
    );
    const asked: string[] = [];
    registry.intercept = (_request, _response, { url }) => asked.push(url) < 0;
    await readPushedImage(registry.session(), two, { platform: "linux/amd64" });
    assert.ok(!asked.some((url) => url.endsWith(small)), "fetched for nothing");
    const both = await readPushedImage(registry.session(), two, { platform: "linux/amd64", sizes: true });
    const other = config.length + (blobs[2]?.length ?? 0);
    assert.deepEqual(sizesOf(both), { "linux/amd64": compressed(), "linux/arm64": other });
    assert.equal(both.size, compressed());
    assert.deepEqual(
      [digest, small],
      [both.platforms["linux/amd64"]?.digest, both.platforms["linux/arm64"]?.digest],
    );
    assert.equal(both.unpackedSize, 83_348);
    await assert.rejects(
      readPushedImage(registry.session(), index, { platform: "linux/arm64" }),
      /it has linux\/amd64/,
    );
    // Two images of one platform: the first one's size is told, whichever else is there.
    const doubled = [...manifests, entry({ os: "linux", architecture: "amd64" }, small)];
    const windows = [small, digest].map((of) => entry({ os: "windows", architecture: "amd64" }, of));
    const same = registry.addManifest(
      { schemaVersion: 2, manifests: [...doubled, ...windows] },
      mediaTypes.ociIndex,
    );
    const told = await readPushedImage(registry.session(), same, { platform: "linux/amd64", sizes: true });
    assert.deepEqual(sizesOf(told), { "linux/amd64": compressed(), "windows/amd64": other });
    // An index in an index is followed where the image is not found before, and not for ever.
    const inner = (of: string) => ({ ...entry({}, of), mediaType: mediaTypes.ociIndex });
    const artifact = { ...entry({}, none), mediaType: "application/vnd.example.thing" };
    let nested = registry.addManifest({ manifests: [artifact, inner(index)] }, mediaTypes.dockerList);
    assert.deepEqual(sizesOf(await readPushedImage(registry.session(), nested)), {
      "linux/amd64": compressed(),
    });
    for (let depth = 0; depth < 10; depth++)
      nested = registry.addManifest({ manifests: [inner(nested)] }, mediaTypes.ociIndex);
    await assert.rejects(readPushedImage(registry.session(), nested), /refers to more than \d+ others/);
    const many = Array.from({ length: 3_000 }, (_, n) =>
      entry({ os: "linux", architecture: `a${n}` }, small),
    );
    const wide = registry.addManifest({ schemaVersion: 2, manifests: many }, mediaTypes.ociIndex);
    asked.length = 0;
    await assert.rejects(
      readPushedImage(registry.session(), wide, { sizes: true }),
      /has 3000 images, more than \d+/,
    );
    assert.ok(asked.length < 10);
  });

  it("is read when a layer breaks off once", async () => {
    let broken = 0;
    registry.intercept = (request, response, { url }) => {
      const bytes = blobs[1] as Buffer;
      if (!url.endsWith(digestOf(bytes)) || broken++ > 0) return false;
      response.writeHead(200, { "content-length": bytes.length });
      response.write(bytes.subarray(0, 100), () => request.socket.destroy());
      return true;
    };
    assert.equal((await readPushedImage(registry.session(), digest)).unpackedSize, 83_348);
    assert.equal(broken, 2);
  });

  it("is refused when any byte of it differs from what was pushed", async () => {
    damage(200, blobs[0] as Buffer);
    await assert.rejects(
      readPushedImage(registry.session(), digest),
      /LayerError: layer sha256:.*the registry serves/,
    );
    registry.intercept = undefined;
    registry.blobs.set(digestOf(config), Buffer.from("{}"));
    await assert.rejects(
      readPushedImage(registry.session(), digest),
      /the configuration of 127.*asked for sha256:/,
    );
    registry.manifests.set(digest, { bytes: Buffer.from("{}"), mediaType: mediaTypes.ociManifest });
    await assert.rejects(
      readPushedImage(registry.session(), digest),
      /the manifest of 127.*asked for sha256:/,
    );
    registry.manifests.set(digest, { bytes: Buffer.alloc(5_000_000), mediaType: mediaTypes.ociManifest });
    await assert.rejects(
      readPushedImage(registry.session(), digest),
      /cannot read the manifest .* longer than 4194304 bytes/,
    );
    await assert.rejects(readPushedImage(registry.session(), "sha256:../../x"), /must be sha256/);
  });

  it("is not downloaded further when its configuration cannot be read", async () => {
    const open = new Set<string>();
    let asked = 0;
    registry.intercept = (_request, response, { url }) => {
      if (url.endsWith(digestOf(config))) {
        // Once the layers' bodies are on their way, whose end never comes.
        setTimeout(() => response.writeHead(503).end(), 100);
        return true;
      }
      if (!url.includes("/blobs/")) return false;
      asked++;
      open.add(url);
      response.on("close", () => open.delete(url));
      response.writeHead(200, { "content-length": 1_000_000 }).write("x");
      return true;
    };
    await assert.rejects(readPushedImage(registry.session(), digest), /cannot read the configuration/);
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.deepEqual([...open], []);
    assert.equal(asked, 3);
  });

  it("is refused with the name of a layer that is missing", async () => {
    damage(404, Buffer.from("{}"));
    await assert.rejects(
      readPushedImage(registry.session(), digest),
      /cannot read the layer sha256:.* of 127.*404/,
    );
  });

  it("is tagged only when the registry stores the same bytes", async () => {
    registry.intercept = (_request, response, { method }) =>
      method === "PUT" && refuse(response, 413, "SIZE_INVALID", "quota");
    await assert.rejects(
      writeTag(registry.session(), digest, "v3"),
      /cannot set the tag v3 of 127.*413.*SIZE_INVALID: quota/,
    );
    registry.intercept = (_request, response, { method }) => {
      if (method !== "PUT") return false;
      response.writeHead(201, { "docker-content-digest": `sha256:${"1".repeat(64)}` }).end();
      return true;
    };
    await assert.rejects(writeTag(registry.session(), digest, "v3"), /stored sha256:1+ instead of/);
    await assert.rejects(writeTag(registry.session(), digest, "../x"), /the tag "\.\.\/x"/);
  });
});
