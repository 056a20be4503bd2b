// What became of the deployed image, against a registry in the test's own process.

import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { findDrift } from "../../components/deploy/before/drift";
import type { DeployedImage } from "../../components/deploy/state/deployed";
import { valueIfKnown } from "../../components/deploy/pulumi/sdk";
import type { Mode } from "../../components/deploy/pulumi/situation";
import { readImage } from "../../components/registry";
import { refuse, startRegistry, type FakeRegistry } from "../support/fakeRegistry";
import { runProgram } from "../support/program";
import { deployedAs, serveImage } from "../support/servedImage";
import { situationOf } from "../support/situation";

const gone = `sha256:${"a".repeat(64)}`;

describe("drift", () => {
  let registry: FakeRegistry;
  beforeEach(async () => void (registry = await startRegistry()));
  afterEach(() => registry.close());

  async function find(deployed: DeployedImage | undefined, tags: string[], mode: Mode = "update") {
    const { result, logs } = await runProgram(
      () => {
        const run = situationOf(undefined, { mode, deployed: pulumi.output(deployed) });
        const destination = pulumi.output({ repository: registry.repository, tags });
        const found = findDrift(run, destination, pulumi.secret({}));
        return Promise.all([valueIfKnown(found), pulumi.isSecret(found)]);
      },
      { asEngine: true },
    );
    return { drift: result[0], isSecret: result[1], logs };
  }

  const named = (...tags: string[]) => tags.map((tag) => `${registry.repository.asWritten}:${tag}`);

  it("asks for the deployed tags that are still wanted, and for nothing else", async () => {
    const digest = serveImage(registry, { sizes: [10], tag: "a" });
    const deployed = deployedAs(registry, digest, { tags: named("a", "b", "old") });
    const { drift, isSecret, logs } = await find(deployed, ["a", "b", "new"]);
    const tags = [
      { tag: "a", digest },
      { tag: "b", digest: undefined },
    ];
    assert.deepEqual(drift, { tags, imageGone: false });
    assert.deepEqual([isSecret, logs], [false, []]);
    const asked = registry.seen.map(({ url }) => url).filter((url) => url.includes("manifests"));
    assert.deepEqual(asked.sort(), ["/v2/team/api/manifests/a", "/v2/team/api/manifests/b"]);
  });

  it("finds an image that no longer has a tag", async () => {
    const digest = serveImage(registry, { sizes: [10] });
    const { drift } = await find(deployedAs(registry, digest), ["latest"]);
    assert.deepEqual(drift, { tags: [{ tag: "latest", digest: undefined }], imageGone: false });
  });

  it("notices that the image is gone, even if another image has its tag", async () => {
    const deployed = deployedAs(registry, gone);
    assert.equal((await find(deployed, ["latest"])).drift?.imageGone, true);
    const other = serveImage(registry, { sizes: [20], tag: "latest" });
    assert.deepEqual((await find(deployed, ["latest"])).drift, {
      ...{ tags: [{ tag: "latest", digest: other }], imageGone: true },
    });
  });

  it("downloads no layer that the state knows", async () => {
    const digest = serveImage(registry, { sizes: [10] });
    const { repository } = registry;
    const { layers } = await readImage(repository, digest);
    const before = registry.count("GET", "blobs");
    const known = layers.map((layer) => ({ ...layer, origin: "base" }));
    assert.equal(
      (await find(deployedAs(registry, digest, { layers: known }), ["latest"])).drift?.imageGone,
      false,
    );
    assert.equal(registry.count("GET", "blobs") - before, 1, "the configuration alone");
  });

  it("does not report an image as gone when the registry refuses to show it", async () => {
    registry.intercept = (_request, response, { url }) =>
      url.endsWith(gone) && refuse(response, 403, "DENIED", "not you");
    const { drift, logs } = await find(deployedAs(registry, gone), ["latest"]);
    assert.equal(drift, undefined);
    assert.match(logs.join(), /^warning: not checked: .*DENIED: not you/);
  });

  it("asks for no tags when an older version recorded none", async () => {
    const deployed = deployedAs(registry, gone, { tags: undefined });
    assert.deepEqual((await find(deployed, ["latest"])).drift, { tags: [], imageGone: false });
  });

  it("notices that an image's layers are gone", async () => {
    const digest = serveImage(registry, { sizes: [10] });
    registry.blobs.clear();
    assert.equal((await find(deployedAs(registry, digest), ["latest"])).drift?.imageGone, true);
  });

  it("asks nothing in a preview or a test, without a deployment, for another repository, or when no old tag is wanted", async () => {
    const deployed = deployedAs(registry, gone);
    assert.equal((await find(deployed, ["latest"], "preview")).drift, undefined);
    assert.equal((await find(deployed, ["latest"], "test")).drift, undefined);
    assert.equal((await find(undefined, ["latest"])).drift, undefined);
    const elsewhere = deployedAs(registry, gone, { ref: `registry.example.com/other@${gone}` });
    assert.equal((await find(elsewhere, ["latest"])).drift, undefined);
    assert.deepEqual((await find(deployed, ["new"])).drift, { tags: [], imageGone: false });
    assert.deepEqual(registry.seen, []);
  });

  it("warns and does not fail when the registry refuses", async () => {
    registry.intercept = (_request, response, { url }) =>
      url.includes("manifests") && refuse(response, 403, "DENIED", "no");
    const { drift, logs } = await find(deployedAs(registry, gone), ["latest"]);
    assert.equal(drift, undefined);
    assert.match(logs.join(), /^warning: not checked: cannot .* 403 Forbidden \(DENIED: no\)/);
  });
});
