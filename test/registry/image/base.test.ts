// What an image does to a build that starts from it, as a builder in Go would read it.

import * as assert from "node:assert/strict";
import { describeBase } from "../../../components/registry/image/base";
import { parseConfig } from "../../../components/registry/image/config";
import { walkMembers } from "../../../components/registry/image/jsonMembers";
import { mediaTypes } from "../../../components/registry/image/manifest";
import { linuxProblem, platformProblem } from "../../../components/registry/image/platformFit";
import { digestOf } from "../../support/digest";
import { startRegistry, type FakeRegistry } from "../../support/fakeRegistry";

const { ociIndex, ociManifest } = mediaTypes;
const onBuildOf = (text: string): readonly string[] => parseConfig(Buffer.from(text)).onBuild;

describe("ONBUILD in a configuration", () => {
  const present: Record<string, string[]> = {
    '{"config":{"OnBuild":["RUN a","COPY . /"]}}': ["RUN a", "COPY . /"],
    '{"config":{"onbuild":["RUN a"]}}': ["RUN a"],
    '{"CONFIG":{"ONBUILD":["RUN a"]}}': ["RUN a"],
    '{"config":{"On\\u0042uild":["RUN a"]}}': ["RUN a"],
    // Go merges the first object with the second.
    '{"config":{"OnBuild":["RUN a"]},"config":{}}': ["(an instruction that is written in an unusual way)"],
    '{"config":{"OnBuild":["RUN a"]},"Config":{"OnBuild":[]}}': ["RUN a"],
    '{"config":{"OnBuild":[],"onBuild":["RUN a"]}}': ["RUN a"],
    '{"config":{"OnBuild":["RUN a"],"OnBuild":[]}}': ["(an instruction that is written in an unusual way)"],
    '{"config":{"OnBuild":"RUN a"}}': ["RUN a"],
    '{"config":{"OnBuild":[1]}}': ["1"],
    '{"config" : { "OnBuild"\n:\t[ "RUN a" ] } }': ["RUN a"],
    '{"a":"\\"","b":"{[","config":{"x":[{"OnBuild":1},"]"],"OnBuild":["RUN a"]}}': ["RUN a"],
  };
  for (const [text, found] of Object.entries(present))
    it(`is found: ${text.replace(/\s+/g, " ")}`, () => assert.deepEqual(onBuildOf(text), found));

  const absent = [
    "{}",
    '{"config":null}',
    '{"config":{"OnBuild":null}}',
    '{"config":{"OnBuild":[]}}',
    '{"config":{"onbuild": [ ]}}',
    // Names of a user's own, and another place.
    '{"config":{"Labels":{"onbuild":"RUN a"}}}',
    '{"OnBuild":["RUN a"],"container_config":{"OnBuild":["RUN a"]}}',
    '{"config":{"Env":["OnBuild=[\\"RUN a\\"]"]}}',
    '{"config":[{"OnBuild":["RUN a"]}]}',
  ];
  for (const text of absent) it(`is not found: ${text}`, () => assert.deepEqual(onBuildOf(text), []));
});

describe("walking a JSON text's members", () => {
  it("gives paths with case folded as in Go, and marks repetitions", () => {
    const seen: string[] = [];
    const text = '{"a":{"B":[{"c":1},{"C":"}"}]},"A":{},"\\u017f":null,"s":{"\\u212a":[]}}';
    walkMembers(text, ({ path, repeated, at }) =>
      seen.push(`${path.join("/")}${repeated ? "!" : ""}=${text[at]}`),
    );
    assert.deepEqual(seen, ["a={", "a/b=[", "a/b//c=1", 'a/b//c="', "a!={", "s=n", "s!={", "s/k=["]);
  });
});

describe("a base image", () => {
  let registry: FakeRegistry;
  beforeEach(async () => void (registry = await startRegistry()));
  afterEach(() => registry.close());

  const described = (config: object) => {
    const bytes = Buffer.from(JSON.stringify(config));
    return { mediaType: "c", digest: registry.addBlob(bytes), size: bytes.length };
  };
  const image = (config: object, more: object = {}): string =>
    registry.addManifest(
      { schemaVersion: 2, mediaType: ociManifest, config: described(config), layers: [], ...more },
      ociManifest,
    );
  const entry = (digest: string, platform?: object, more: object = {}) => ({
    ...{ mediaType: ociManifest, digest, size: 1, platform, ...more },
  });
  const index = (manifests: object[], more: object = {}): string =>
    registry.addManifest({ schemaVersion: 2, mediaType: ociIndex, manifests, ...more }, ociIndex);
  const read = (digest: string, targets?: string[]) => describeBase(registry.session(), digest, targets);
  const evil = (word = "RUN evil") => image({ config: { OnBuild: [word] } });
  const amd64 = { os: "linux", architecture: "amd64" };
  const arm64 = { os: "linux", architecture: "arm64" };
  const clean = () => image({ ...amd64, config: {} });

  it("of one platform has its configuration's platform and ONBUILD instructions", async () => {
    assert.deepEqual(
      await read(image({ ...arm64, variant: "v8", config: { OnBuild: ["RUN \u001b[1ma"] } })),
      {
        onBuild: ["RUN a"],
        platforms: [{ ...arm64, variant: "v8" }],
      },
    );
    assert.deepEqual(await read(image({})), { onBuild: [], platforms: [undefined] });
  });

  /** Places of an index where a builder may find an image. */
  const places: Record<string, (digest: string) => object[]> = {
    "for another architecture": (digest) => [entry(clean(), amd64), entry(digest, arm64)],
    "a second one for a platform": (digest) => [entry(clean(), amd64), entry(digest, amd64)],
    "without a platform": (digest) => [entry(clean(), amd64), entry(digest)],
    "that calls itself an attestation": (digest) => [
      entry(digest, amd64, { annotations: { "vnd.docker.reference.type": "attestation-manifest" } }),
    ],
    "that calls itself an artifact": (digest) => [entry(digest, amd64, { artifactType: "application/x" })],
    "for Windows": (digest) => [
      entry(clean(), amd64),
      entry(digest, { os: "windows", architecture: "amd64" }),
    ],
    "in an index of its own": (digest) => [
      entry(clean(), amd64),
      { ...entry(index([entry(digest, arm64)]), amd64), mediaType: ociIndex },
    ],
  };
  for (const [place, manifests] of Object.entries(places))
    it(`in an index counts when a builder may choose it: ${place}`, async () => {
      assert.deepEqual((await read(index(manifests(evil())))).onBuild, ["RUN evil"]);
    });

  it("in an index counts only for the requested platforms and their relatives", async () => {
    const of = (platform: object, targets: string[]) =>
      read(index([entry(clean(), amd64), entry(evil(), platform)]), targets).then(
        ({ onBuild }) => onBuild.length,
      );
    assert.equal(await of(arm64, ["linux/amd64"]), 0);
    assert.equal(await of(arm64, ["linux/amd64", "linux/arm64"]), 1);
    assert.equal(await of({ os: "linux", architecture: "386" }, ["linux/amd64"]), 1);
    assert.equal(await of({ os: "LINUX", architecture: "X86_64" }, ["linux/amd64"]), 1);
    assert.equal(await of({ os: "linux", architecture: "arm", variant: "v6" }, ["linux/arm64"]), 1);
    assert.equal(await of({ os: "linux", architecture: "amd64", variant: "v3" }, ["linux/amd64"]), 1);
    assert.equal(await of({ os: "windows", architecture: "amd64" }, ["linux/amd64"]), 0);
    // BuildKit's own entry for attestations.
    assert.equal(await of({ os: "unknown", architecture: "unknown" }, ["linux/amd64"]), 0);
  });

  const twoReadings: Record<string, () => string> = {
    "a key twice": () => image({}, { Config: described({}) }),
    "a key in another spelling": () => index([{ ...entry(clean()), Platform: arm64 }]),
    "an index that is an image, too": () => index([entry(clean(), amd64)], { config: described({}) }),
    "the letter that folds to s": () => index([entry(clean(), amd64)], { "manife\u017fts": [] }),
  };
  for (const [what, make] of Object.entries(twoReadings))
    it(`is refused when its manifest is ambiguous: ${what}`, async () => {
      await assert.rejects(read(make()), /may read two different images from it|which is ambiguous/);
    });

  it("may have annotations of any name", async () => {
    const annotations = { Size: "1", size: "2", CONFIG: "3" };
    assert.deepEqual((await read(index([entry(clean(), amd64, { annotations })]))).onBuild, []);
  });

  it("is refused when its indexes are too large or too deep, or an image is missing", async () => {
    const many = Array.from({ length: 65 }, () => entry(clean(), amd64));
    await assert.rejects(read(index(many)), /has 65 images, more than 64/);
    let inner = index([entry(clean(), amd64)]);
    for (let depth = 0; depth < 9; depth++)
      inner = index([{ ...entry(inner), mediaType: ociIndex }], { depth });
    await assert.rejects(read(inner), /refers to more than 8 others/);
    const stranger = digestOf(Buffer.from("stranger"));
    await assert.rejects(read(index([entry(stranger, amd64)])), /404/);
  });
});

describe("a base image's platforms", () => {
  const of = (...names: (string | undefined)[]) => ({
    platforms: names.map((name) => {
      if (name === undefined) return undefined;
      const [os = "", architecture = "", variant] = name.split("/");
      return { os, architecture, ...(variant === undefined ? {} : { variant }) };
    }),
  });

  const fitting: [target: string, ...names: (string | undefined)[]][] = [
    ["linux/amd64", "linux/amd64"],
    ["linux/amd64", "linux/386"],
    ["linux/amd64", "Linux/X86_64"],
    ["linux/amd64", "linux/arm64", "linux/amd64/v2"],
    ["linux/arm64", "linux/arm64/v8"],
    ["linux/arm64", "linux/aarch64"],
    ["linux/arm/v7", "linux/arm/v6"],
    ["linux/arm/v7", "linux/arm"],
    ["linux/arm/v6", "linux/armel"],
    // It does not say.
    ["linux/arm64", undefined],
    ["linux/arm64", "linux/amd64", undefined],
  ];
  for (const [target, ...names] of fitting)
    it(`fit ${target}: ${names.join(", ")}`, () =>
      assert.equal(platformProblem(of(...names), target), undefined));

  const foreign: [target: string, said: string, ...names: string[]][] = [
    ["linux/arm64", "linux/amd64", "linux/amd64"],
    ["linux/amd64", "linux/arm64/v8", "linux/arm64/v8"],
    ["linux/386", "linux/amd64", "linux/amd64"],
    // 64-bit ARM does not run 32-bit programs everywhere.
    ["linux/arm64", "linux/arm/v7", "linux/arm/v7"],
    ["linux/arm/v6", "linux/arm/v7", "linux/arm/v7"],
    ["linux/arm/v6", "linux/arm", "linux/arm"],
    ["linux/amd64", "windows/amd64", "windows/amd64"],
    ["linux/s390x", "linux/amd64, linux/arm64", "linux/amd64", "linux/arm64", "linux/amd64"],
    ["linux/amd64", "no platform"],
  ];
  for (const [target, said, ...names] of foreign)
    it(`do not fit ${target}: ${names.join(", ")}`, () =>
      assert.equal(platformProblem(of(...names), target), `is available for ${said}, not for ${target}`));

  it("must include Linux for the image that compiles", () => {
    assert.equal(linuxProblem(of("windows/amd64", "linux/s390x")), undefined);
    assert.equal(linuxProblem(of("windows/amd64", undefined)), undefined);
    assert.equal(linuxProblem(of("windows/amd64")), "is available for windows/amd64, not for Linux");
  });
});
