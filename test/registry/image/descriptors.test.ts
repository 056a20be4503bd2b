// Manifests, indexes and configurations at the edges of what is taken.

import assert from "node:assert/strict";
import { limits } from "../../../components/limits";
import { layerInstructions, parseConfig } from "../../../components/registry/image/config";
import {
  bestMatch,
  choosePlatform,
  isAttestation,
  mediaTypes,
  parseManifest,
  type Descriptor,
  type ImageIndex,
  type ImageManifest,
} from "../../../components/registry/image/manifest";

const { dockerList, dockerManifest, ociIndex, ociManifest } = mediaTypes;
const digest = `sha256:${"a".repeat(64)}`;
const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const part = { mediaType: "m", digest, size: 1 };
const parse = (document: object, header = ociManifest as string) => parseManifest(json(document), header);
const image = (layers: unknown[], config: unknown = part) => parse({ config, layers }) as ImageManifest;
const index = (...manifests: unknown[]) => parse({ manifests }, ociIndex) as ImageIndex;

function built(os: string, architecture: string, variant?: string): Descriptor {
  return {
    mediaType: ociManifest,
    digest,
    size: 1,
    platform: { os, architecture, variant },
    annotations: {},
  };
}

describe("registry/image/manifest, in corner cases", () => {
  it("derives a document's kind from its header, its media type or its fields", () => {
    const layers = { config: part, layers: [] };
    for (const [document, header, mediaType] of [
      [layers, `${ociManifest}; charset=utf-8`, ociManifest],
      [layers, ` ${dockerManifest.toUpperCase()} ;x`, dockerManifest],
      [layers, "", ociManifest],
      [layers, "application/json", ociManifest],
      [{ ...layers, mediaType: dockerManifest }, "text/plain", dockerManifest],
      [{ ...layers, mediaType: "" }, "", ociManifest],
      [{ ...layers, mediaType: 5 }, "", ociManifest],
      [{ manifests: [] }, "", ociIndex],
      [{ manifests: [], mediaType: dockerList }, "", dockerList],
    ] as const)
      assert.equal(parse(document, header).mediaType, mediaType, `${JSON.stringify(document)} ${header}`);
    for (const [document, header, shown] of [
      [{}, "", "none"],
      [{}, "text/html", "text/html"],
      [{ mediaType: "text/x", manifests: [] }, "", "text/x"],
      [{ mediaType: "text/x", layers: [] }, "", "text/x"],
    ] as const)
      assert.throws(() => parse(document, header), new RegExp(`not an image's \\(${shown}\\)`));
  });

  it("checks every field of a descriptor", () => {
    for (const [wrong, reason] of [
      [null, /layers has an entry that is not an object/],
      ["text", /layers has an entry that is not an object/],
      [[], /layers has an entry that is not an object/],
      [{ ...part, mediaType: 5 }, /layers lacks a media type/],
      [{ ...part, mediaType: undefined }, /layers lacks a media type/],
      [{ ...part, digest: [digest] }, /layers has no sha256 digest/],
      [{ ...part, digest: `${digest}a` }, /layers has no sha256 digest/],
      [{ ...part, size: "1" }, /layers has no valid size/],
      [{ ...part, size: 1.5 }, /layers has no valid size/],
      [{ ...part, size: -1 }, /layers has no valid size/],
      [{ ...part, size: 2 ** 53 }, /layers has no valid size/],
    ] as const)
      assert.throws(() => image([wrong]), reason, JSON.stringify(wrong));
    assert.throws(() => image([], null), /manifest's config has an entry that is not an object/);
    const [layer] = image([
      { ...part, size: 0, mediaType: "x".repeat(300), artifactType: 5, annotations: { a: "b", c: 1 } },
    ]).layers;
    assert.equal(layer?.size, 0);
    assert.equal(layer.mediaType, `${"x".repeat(127)}...`);
    assert.equal("artifactType" in layer, false);
    assert.deepEqual(layer.annotations, { a: "b" });
    assert.deepEqual(image([{ ...part, annotations: ["x"] }]).layers[0]?.annotations, {});
  });

  it("accepts as many layers as the limit, and no more", () => {
    const layers = Array.from({ length: limits.registry.layers }, () => part);
    assert.equal(image(layers).layers.length, layers.length);
    assert.throws(() => image([...layers, part]), /the image has 257 layers, more than 256/);
  });

  it("names the document that is not JSON, with the parser's error as cause", () => {
    assert.throws(
      () => parseManifest(Buffer.from("{"), ociManifest),
      (error: Error) =>
        /the manifest is not valid JSON/.test(error.message) && error.cause instanceof SyntaxError,
    );
    assert.throws(() => parseConfig(Buffer.from("[]")), /the image's configuration is not a JSON object/);
  });

  it("treats an image as an attestation only if system and architecture are unknown", () => {
    assert.equal(isAttestation(built("unknown", "unknown")), true);
    assert.equal(isAttestation(built("unknown", "amd64")), false);
    assert.equal(isAttestation(built("linux", "unknown")), false);
    assert.throws(() => index({ ...part, mediaType: 5 }), /manifests lacks a media type/);
  });

  it("matches system, architecture and variant", () => {
    const match = (wanted: string, ...images: Descriptor[]) => images.indexOf(bestMatch(images, wanted)!);
    const amd64 = built("linux", "amd64");
    assert.equal(match("linux/amd64", built("windows", "amd64"), built("linux", "arm64"), amd64), 2);
    assert.equal(match("linux/amd64", { ...amd64, platform: undefined }, amd64), 1);
    assert.equal(match("linux/amd64", built("linux", "amd64", "v3")), 0);
    assert.equal(match("linux/amd64/v3", amd64), -1);
    assert.equal(match("linux/amd64/v8", built("linux", "amd64", "v7")), -1);
    assert.equal(match("linux/arm64", built("linux", "arm64", "v8")), 0);
    assert.equal(match("linux/arm64/v8", built("linux", "arm64")), 0);
    assert.equal(match("linux/arm64", built("linux", "arm64", "v9")), 0);
    assert.equal(match("linux/arm64/v9", built("linux", "arm64", "v7")), -1);
    assert.equal(match("linux/arm", built("linux", "arm", "v6"), built("linux", "arm")), 1);
    assert.equal(match("linux/arm/v6", built("linux", "arm"), built("linux", "arm", "v5")), 1);
    assert.equal(match("linux", built("linux", "")), 0);
  });

  it("lists at most a dozen of an index's platforms", () => {
    const many = Array.from({ length: 12 }, (_, n) => built("linux", `cpu${n}`));
    assert.throws(() => choosePlatform(many, "linux/amd64"), /linux\/cpu11$/);
    const more = [...many, built("linux", "cpu12"), built("linux", "cpu13")];
    assert.throws(() => choosePlatform(more, "linux/amd64"), /linux\/cpu11 and 2 more$/);
    assert.throws(() => choosePlatform([]), /the index holds no image/);
  });

  it("ignores configuration fields of the wrong type", () => {
    const of = (document: object) => parseConfig(json(document));
    assert.deepEqual(of({ history: { a: 1 } }).history, []);
    assert.deepEqual(
      of({ history: [null, "x", { created_by: 5 }, { created_by: "RUN x", empty_layer: 1 }] }).history,
      [
        { createdBy: undefined, emptyLayer: false },
        { createdBy: "RUN x", emptyLayer: false },
      ],
    );
    assert.equal(of({ config: { User: "u".repeat(300) } }).user, `${"u".repeat(128)}...`);
    assert.equal(of({ config: { User: 0 } }).user, "");
    assert.equal(of({ config: { Entrypoint: [5] } }).program, undefined);
    assert.equal(of({ config: { Entrypoint: "/x", Cmd: ["/y"] } }).program, "/y");
    assert.equal(of({ config: { Cmd: ["/a/main"], WorkingDir: "/app" } }).program, "/a/main");
    assert.equal(of({ config: { Cmd: ["bin/"], WorkingDir: "/app" } }).program, "/app/bin/");
    assert.equal(of({ config: { Cmd: ["./main"], WorkingDir: 5 } }).program, "/main");
    const two = of({ history: [{ created_by: "a" }, { created_by: "b" }] });
    assert.deepEqual(layerInstructions(two, 1), [undefined]);
    assert.deepEqual(layerInstructions(two, 3), [undefined, undefined, undefined]);
  });
});
