// What the registry serves after an update, and what a stack exports of it, against a registry in the test's own process.

import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import type { DeployedImage, ServedImage } from "../../components/deploy/state/deployed";
import type { Drift } from "../../components/deploy/before/drift";
import type { Child } from "../../components/deploy/build";
import { served } from "../../components/deploy/image/served";
import { valueIfKnown } from "../../components/deploy/pulumi/sdk";
import type { RegistryAccess } from "../../components/registry";
import { startRegistry, type FakeRegistry } from "../support/fakeRegistry";
import { examplePlan, type PlanChange } from "../support/plan";
import { Build, runProgram } from "../support/program";
import { binaryInstruction, deployedAs, serveImage } from "../support/servedImage";
import { situationOf, preparedOf } from "../support/situation";

interface Given {
  digest: string;
  deployed?: DeployedImage;
  drift?: Drift;
  pushed?: boolean;
  preview?: boolean;
  inputs?: PlanChange;
  tags?: string[];
  access?: RegistryAccess;
  warns?: boolean;
}

interface ReadBack {
  /** Undefined while it is unknown. */
  image: ServedImage | undefined;
  digest?: string | undefined;
  ref?: string | undefined;
  error: string;
  logs: string[];
  isSecret: boolean;
}

describe("the exported image", () => {
  let registry: FakeRegistry;
  beforeEach(async () => void (registry = await startRegistry()));
  afterEach(() => registry.close());

  async function read(given: Given): Promise<ReadBack> {
    const { digest, pushed = true, preview = false, tags = ["latest"], access = {}, warns = true } = given;
    const { result, logs } = await runProgram(
      async () => {
        const mode = preview ? "preview" : "update";
        const run = situationOf(undefined, { mode, deployed: pulumi.output(given.deployed) });
        const { drift } = given;
        const prepared = preparedOf(
          examplePlan(given.inputs),
          { registry, tags, access },
          { drift: pulumi.output(drift) },
        );
        const child = {
          build: { resource: new Build("build"), digest: pulumi.output(digest) },
          pushed: () => pushed,
          layers: [{ createdBy: binaryInstruction, origin: "binary" }],
          isHardened: warns,
        } as unknown as Child;
        const exported = served[mode](run, prepared, child);
        const output = exported.image;
        try {
          return {
            image: await valueIfKnown(output),
            digest: await valueIfKnown(exported.digest),
            ref: await valueIfKnown(exported.ref),
            error: "",
            isSecret: await pulumi.isSecret(output),
          };
        } catch (error) {
          return { image: undefined, error: (error as Error).message, isSecret: false };
        }
      },
      { preview, asEngine: true },
    );
    return { ...result, logs };
  }

  const puts = () => registry.seen.filter(({ method }) => method === "PUT").map(({ url }) => url);

  it("measures the pushed image, and points the other tags to it", async () => {
    const digest = serveImage(registry, { sizes: [1000, 300], tag: "latest" });
    const { image, error, isSecret } = await read({ digest, tags: ["latest", "v1", "v2"] });
    assert.equal(error, "");
    assert.deepEqual([image?.digest, image?.ref], [digest, `${registry.repository.asWritten}@${digest}`]);
    assert.deepEqual(
      image?.layers.map(({ origin, unpackedSize }) => [origin, unpackedSize]),
      [
        ["base", 1000],
        ["binary", 300],
      ],
    );
    assert.equal(image?.unpackedSize, 1300);
    assert.deepEqual(image?.platformSizes, { "linux/amd64": image?.size });
    assert.match(image?.sizeSummary ?? "", / to pull \(base \d+ B, binary \d+ B\), 1\.30 kB on disk$/);
    assert.deepEqual(puts(), ["/v2/team/api/manifests/v1", "/v2/team/api/manifests/v2"]);
    for (const tag of ["v1", "v2"])
      assert.deepEqual(registry.manifests.get(tag), registry.manifests.get(digest));
    assert.equal(isSecret, false, "credentials go in, and no secret comes out");
  });

  it("asks nothing about a deployed image that was not pushed again", async () => {
    const digest = serveImage(registry, { sizes: [10], tag: "latest" });
    const deployed = deployedAs(registry, digest, { dockerfile: "FROM scratch\n" });
    const { image } = await read({ digest, deployed, pushed: false });
    assert.deepEqual(registry.seen, []);
    const { tags, dockerfile, isMeasured } = deployed;
    assert.deepEqual({ ...image, tags, dockerfile, isMeasured }, deployed);
    assert.ok(!Object.keys(image ?? {}).includes("dockerfile"), "it is no fact of the registry");
  });

  for (const [why, change, pushed] of [
    ["it was pushed again", {}, true],
    ["an older version measured less of it", { isMeasured: false }, false],
    ["the repository is another", { ref: "registry.example.com/other@sha256:0" }, false],
  ] as const)
    it(`measures the deployed digest when ${why}`, async () => {
      const digest = serveImage(registry, { sizes: [10], tag: "latest" });
      const deployed = deployedAs(registry, digest, change);
      const { image } = await read({ digest, deployed, pushed });
      assert.equal(image?.unpackedSize, 10);
    });

  it("warns of each failed check, unless the recipe does not promise them", async () => {
    const digest = serveImage(registry, { sizes: [10], user: "", tag: "latest" });
    const { logs } = await read({ digest });
    assert.ok(
      logs.includes("warning: the image fails the check nonRootUser: no user is set, so it is root"),
      logs.join("\n"),
    );
    assert.deepEqual((await read({ digest, warns: false })).logs, []);
  });

  it("gives the tag back to the previous image when a limit is exceeded, and sets no other tag", async () => {
    const before = serveImage(registry, { sizes: [1000, 10] });
    const digest = serveImage(registry, { sizes: [1000, 5000], tag: "latest" });
    const deployed = deployedAs(registry, before, { size: 500 });
    const { image, error } = await read({
      ...{ digest, deployed, tags: ["latest", "v1"], inputs: { maxSize: 100, maxGrowth: 1 } },
    });
    assert.equal(image, undefined);
    assert.match(error, /^127\.0\.0\.1:\d+\/team\/api: the image has \d+ B, \d+ B more than maxSize allows/);
    assert.match(error, /\n {2}base +\d+ B/);
    assert.match(error, /\nbiggest contributors, on disk:\n/);
    assert.match(error, new RegExp(`the stack keeps the previous image, and \\S+:latest .*: ${before}`));
    assert.deepEqual(registry.manifests.get("latest"), registry.manifests.get(before));
    assert.equal(registry.manifests.has("v1"), false);
  });

  it("leaves the tag alone when no image of this stack had it before", async () => {
    const digest = serveImage(registry, { sizes: [10], tag: "latest" });
    const { error } = await read({ digest, inputs: { maxSize: 1 } });
    assert.match(
      error,
      /:latest points to this image, since no image of this stack had it before; the stack does not export/,
    );
    const other = deployedAs(registry, `sha256:${"1".repeat(64)}`, { tags: [] });
    assert.match(
      (await read({ digest, deployed: other, inputs: { maxSize: 1 } })).error,
      /no image of this stack had it before/,
    );
    assert.deepEqual(puts(), []);
  });

  it("leaves the tag alone when the state has no tags of the previous image", async () => {
    const digest = serveImage(registry, { sizes: [10], tag: "latest" });
    const deployed = deployedAs(registry, `sha256:${"1".repeat(64)}`, { tags: undefined });
    assert.match(
      (await read({ digest, deployed, inputs: { maxSize: 1 } })).error,
      /no image of this stack had it before/,
    );
  });

  it("refuses the deployed image when the limit was lowered, and does not ask the registry", async () => {
    const digest = serveImage(registry, { sizes: [10], tag: "latest" });
    const deployed = deployedAs(registry, digest, { size: 300 });
    const { error } = await read({ digest, deployed, pushed: false, inputs: { maxSize: 299 } });
    assert.match(error, /the image has 300 B, 1 B more than maxSize allows[^]*nothing was pushed/);
    assert.deepEqual(registry.seen, []);
  });

  it("fails with an explanation when the engine reports no digest", async () => {
    const { error } = await read({ digest: "latest" });
    assert.match(
      error,
      /team\/api: the engine reported no valid digest for the image that it pushed \("latest"\); run pulumi up/,
    );
  });

  it("names the image that cannot be read", async () => {
    const digest = `sha256:${"a".repeat(64)}`;
    const { error } = await read({ digest });
    assert.match(error, /^127\.0\.0\.1:\d+\/team\/api: /);
    assert.match(error, /404|not here/);
  });

  describe("in a preview", () => {
    it("is unknown unless the digest is the deployed one", async () => {
      const digest = serveImage(registry, { sizes: [10] });
      const deployed = deployedAs(registry, digest);
      for (const shown of ["", `sha256:${"b".repeat(64)}`])
        assert.equal((await read({ digest: shown, deployed, preview: true })).image, undefined);
      assert.equal((await read({ digest, preview: true })).image, undefined);
      const { image, logs } = await read({ digest, deployed, preview: true });
      assert.deepEqual([image?.digest, image?.size, logs], [digest, 300, []]);
      assert.deepEqual(registry.seen, []);
    });

    it("has only its digest and reference when an older version measured less of it", async () => {
      const digest = serveImage(registry, { sizes: [10] });
      const deployed = deployedAs(registry, digest, { isMeasured: false });
      const found = await read({ digest, deployed, preview: true });
      assert.equal(found.image, undefined);
      assert.deepEqual([found.digest, found.ref], [digest, deployed.ref]);
    });

    it("warns of a limit that the deployed image exceeds", async () => {
      const digest = serveImage(registry, { sizes: [10] });
      const given = { digest, deployed: deployedAs(registry, digest), preview: true };
      const { image, logs } = await read({ ...given, inputs: { maxSize: 299 } });
      assert.equal(image?.digest, digest);
      assert.deepEqual(logs, [
        "warning: the image has 300 B, 1 B more than maxSize allows (299 B); the update will fail",
      ]);
    });
  });
});
