import * as assert from "node:assert/strict";
import * as fc from "fast-check";
import { layerInstructions, parseConfig } from "../../../components/registry/image/config";
import {
  choosePlatform,
  ManifestError,
  mediaTypes,
  parseManifest,
  sha256,
  verifyDigest,
  type ImageIndex,
} from "../../../components/registry/image/manifest";

const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;
const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const entry = (letter: string, extra: object = {}): object => ({
  mediaType: "m",
  digest: digest(letter),
  size: 1,
  ...extra,
});

describe("registry/manifest", () => {
  for (const type of [mediaTypes.dockerManifest, mediaTypes.ociManifest]) {
    it(`reads ${type}`, () => {
      const bytes = json({
        schemaVersion: 2,
        mediaType: type,
        config: entry("a"),
        layers: [entry("b"), entry("c")],
      });
      for (const header of [type, `${type}; charset=utf-8`, "application/json", ""]) {
        const manifest = parseManifest(bytes, header);
        assert.equal(manifest.mediaType, type);
        assert.ok(manifest.kind === "image");
        assert.equal(manifest.config.digest, digest("a"));
        assert.deepEqual(
          manifest.layers.map((layer) => layer.digest),
          [digest("b"), digest("c")],
        );
      }
    });
  }

  const image = (letter: string, os: string, architecture: string, extra: object = {}): object =>
    entry(letter, { mediaType: mediaTypes.ociManifest, platform: { os, architecture, ...extra } });
  const index = (...manifests: object[]): ImageIndex => {
    const parsed = parseManifest(json({ schemaVersion: 2, manifests }), mediaTypes.ociIndex);
    assert.ok(parsed.kind === "index");
    return parsed;
  };

  it("tells images from attestations, by platform and by annotation", () => {
    const note = { "vnd.docker.reference.type": "attestation-manifest" };
    const all = index(
      image("a", "linux", "amd64"),
      image("b", "unknown", "unknown"),
      entry("c", { mediaType: mediaTypes.ociManifest, annotations: note }),
    );
    assert.deepEqual(
      all.images.map((each) => each.digest),
      [digest("a")],
    );
    assert.equal(choosePlatform(all.images).digest, digest("a"));
    assert.throws(() => choosePlatform(index(image("b", "unknown", "unknown")).images), /holds no image/);
  });

  it("ignores artifacts in an index, and keeps nested indexes apart", () => {
    const all = index(
      entry("a", { mediaType: "application/vnd.example.thing.v1+json" }),
      entry("b", { mediaType: mediaTypes.ociManifest, artifactType: "application/vnd.example.sbom" }),
      image("c", "linux", "amd64"),
      entry("d", { mediaType: mediaTypes.ociIndex }),
      entry("e", { mediaType: mediaTypes.dockerList }),
    );
    assert.deepEqual(
      all.images.map((each) => each.digest),
      [digest("c")],
    );
    assert.deepEqual(
      all.indexes.map((each) => each.digest),
      [digest("d"), digest("e")],
    );
  });

  it("does not check entries that it ignores, or take one as the only image", () => {
    const thing = { mediaType: "application/vnd.example.thing.v1+json" };
    const all = index(
      { ...thing, digest: `sha512:${"f".repeat(128)}`, size: 3 },
      { ...thing, digest: "blake3:xyz", size: -1, platform: "none", annotations: [] },
      thing,
      entry("e", { mediaType: mediaTypes.ociManifest }),
      image("c", "linux", "riscv64"),
    );
    assert.equal(choosePlatform(all.images).digest, digest("c"));
    assert.equal(choosePlatform(all.images, "linux/riscv64").digest, digest("c"));
    assert.throws(() => index({ mediaType: mediaTypes.ociManifest, digest: "sha256:1" }), /no sha256 digest/);
  });

  it("falls back to an older ARM variant, and never to a newer one", () => {
    const v6 = image("a", "linux", "arm", { variant: "v6" });
    const v7 = image("b", "linux", "arm", { variant: "v7" });
    const plain = image("c", "linux", "arm");
    assert.equal(choosePlatform(index(v6).images, "linux/arm/v7").digest, digest("a"));
    assert.equal(choosePlatform(index(v6, v7).images, "linux/arm/v7").digest, digest("b"));
    assert.equal(choosePlatform(index(v6, v7).images, "linux/arm").digest, digest("b"));
    assert.equal(choosePlatform(index(v6, plain).images, "linux/arm/v7").digest, digest("c"));
    assert.throws(
      () => choosePlatform(index(v7).images, "linux/arm/v6"),
      /no image for linux\/arm\/v6; it has linux\/arm\/v7/,
    );
    assert.throws(() => choosePlatform(index(plain).images, "linux/arm/v5"), /no image for/);
  });

  it("does not show platforms with invalid names", () => {
    const all = index(image("a", "li\u001b[31mnux", "amd64"), image("b", "linux", "x".repeat(5000)));
    assert.throws(
      () => choosePlatform(all.images, "linux/arm64"),
      /it has an unnamed platform, an unnamed platform$/,
    );
  });

  it("chooses an image by platform, linux/amd64 by default", () => {
    const all = index(
      image("a", "linux", "arm64", { variant: "v8" }),
      image("b", "linux", "arm", { variant: "v7" }),
      image("c", "linux", "amd64"),
    );
    assert.equal(choosePlatform(all.images).digest, digest("c"));
    assert.equal(choosePlatform(all.images, "linux/arm64").digest, digest("a"));
    assert.equal(choosePlatform(all.images, "linux/arm64/v8").digest, digest("a"));
    assert.equal(choosePlatform(all.images, "linux/arm/v7").digest, digest("b"));
    assert.throws(
      () => choosePlatform(all.images, "linux/arm/v6"),
      /it has linux\/arm64\/v8, linux\/arm\/v7, linux\/amd64/,
    );
    assert.equal(choosePlatform(index(image("a", "linux", "s390x")).images).digest, digest("a"));
  });

  const bad: [string, unknown, string, RegExp][] = [
    ["no JSON", undefined, mediaTypes.ociManifest, /JSON/],
    ["no object", [], mediaTypes.ociManifest, /not a JSON object/],
    ["schema 1", { schemaVersion: 1 }, "", /schema version 1/],
    ["both kinds", { manifests: [], layers: [] }, mediaTypes.ociIndex, /ambiguous/],
    [
      "another type than served",
      { mediaType: mediaTypes.ociIndex, layers: [] },
      mediaTypes.ociManifest,
      /was served as/,
    ],
    ["another type", { mediaType: "text/x", layers: [] }, "text/html", /not an image's \(text\/x\)/],
    ["no layers", { config: entry("a") }, mediaTypes.ociManifest, /no list of layers/],
    [
      "a bad digest",
      { config: entry("a"), layers: [{ ...entry("b"), digest: "sha256:../x" }] },
      mediaTypes.ociManifest,
      /no sha256/,
    ],
    ["a bad size", { config: entry("a", { size: -1 }), layers: [] }, mediaTypes.ociManifest, /no valid size/],
  ];
  for (const [name, document, header, reason] of bad) {
    it(`refuses ${name}`, () => {
      const bytes = document === undefined ? Buffer.from("<html>") : json(document);
      assert.throws(
        () => parseManifest(bytes, header),
        (error) => error instanceof ManifestError && reason.test(error.message),
      );
    });
  }

  it("fails only with its own error, whatever the JSON", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom("", ...Object.values(mediaTypes)), (value, header) => {
        try {
          parseManifest(json(value), header);
          parseConfig(json(value));
        } catch (error) {
          assert.ok(error instanceof ManifestError);
        }
      }),
    );
  });

  it("gives the instruction of each layer, or undefined", () => {
    const history = [
      { created_by: "ADD rootfs" },
      { created_by: "CMD x", empty_layer: true },
      { created_by: "COPY main" },
    ];
    const config = parseConfig(json({ os: "linux", architecture: "arm64", history }));
    assert.deepEqual(config.platform, { os: "linux", architecture: "arm64" });
    assert.deepEqual(layerInstructions(config, 2), ["ADD rootfs", "COPY main"]);
    assert.deepEqual(layerInstructions(config, 1), [undefined]);
    assert.deepEqual(layerInstructions(parseConfig(json({})), 1), [undefined]);
  });

  it("gives the user and the program that the image runs", () => {
    const of = (config: object) => {
      const { user, program } = parseConfig(json({ config }));
      return [user, program];
    };
    assert.deepEqual(of({ User: "65532:65532", Entrypoint: ["/app/main"], Cmd: ["x"] }), [
      "65532:65532",
      "/app/main",
    ]);
    assert.deepEqual(of({ Cmd: ["./main"], WorkingDir: "/app" }), ["", "/app/main"]);
    assert.deepEqual(of({ Cmd: ["sh"] }), ["", undefined]);
    assert.deepEqual(of({}), ["", undefined]);
  });

  it("verifies digests", () => {
    const bytes = Buffer.from("x");
    verifyDigest(bytes, sha256(bytes), "it");
    assert.throws(
      () => verifyDigest(bytes, digest("a"), "the manifest of r/x"),
      /^ManifestError: the manifest of r\/x: asked for/,
    );
  });
});
