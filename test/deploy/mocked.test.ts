// What a user's test sees of an image with the mocks of goimage/testing.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as path from "node:path";
import { GoMultiStageImage, GoSingleStageImage, type GoMultiStageImageArgs } from "../../components";
import type { MockedImage } from "../../testing";
import { helloFiles, makeTree } from "../support/module";
import { runProgram, valueOf, type ProgramOptions } from "../support/program";

const repository = "registry.example.com/team/api";

async function image(
  args: Partial<GoMultiStageImageArgs> = {},
  options: ProgramOptions = { images: {} },
  Component: typeof GoMultiStageImage = GoMultiStageImage,
) {
  const source = makeTree(helloFiles);
  const made = await runProgram(() => new Component("api", { source, repository, ...args }), options);
  return made.result;
}

async function outputs(of: GoMultiStageImage) {
  const { digest, ref, size, unpackedSize, sizeSummary, layers, checks, platformDigests, platformSizes } = of;
  return {
    ...{ digest: await valueOf(digest), ref: await valueOf(ref), size: await valueOf(size) },
    ...{ unpackedSize: await valueOf(unpackedSize), sizeSummary: await valueOf(sizeSummary) },
    ...{ layers: await valueOf(layers), checks: await valueOf(checks) },
    ...{
      platformDigests: await valueOf(platformDigests),
      platformSizes: await valueOf(platformSizes),
    },
  };
}

const given = async (of: MockedImage) => outputs(await image({}, { images: { api: of } }));

describe("mocks of goimage/testing", () => {
  it("give every output, with the same values in each run", async () => {
    const source = makeTree(helloFiles);
    const [first, second] = [await outputs(await image({ source })), await outputs(await image({ source }))];
    assert.deepEqual(first, second);
    assert.match(first.digest, /^sha256:[0-9a-f]{64}$/);
    assert.equal(first.ref, `${repository}@${first.digest}`);
    assert.deepEqual(first.platformDigests, { "linux/amd64": first.digest });
    assert.deepEqual(
      first.layers.map(({ origin }) => origin),
      ["base", "binary"],
    );
    const sum = first.layers.reduce((bytes, { size }) => bytes + size, 0);
    assert.ok(first.size > sum && first.size < sum + 10_000);
    assert.equal(
      first.unpackedSize,
      first.layers.reduce((bytes, { unpackedSize }) => bytes + unpackedSize, 0),
    );
    assert.ok(first.checks.every(({ passed }) => passed));
    assert.match(
      first.sizeSummary,
      /^9\.60 MB to pull \(base 3\.60 MB, binary 6\.00 MB\), 21\.8 MB on disk$/,
    );
  });

  it("give a different digest for a different source or other inputs", async () => {
    const digests = [
      await image(),
      await image({ source: makeTree({ ...helloFiles, "other.go": "package main\n" }) }),
      await image({ runtime: { labels: { team: "a" } } }),
    ].map(({ digest }) => valueOf(digest));
    assert.equal(new Set(await Promise.all(digests)).size, 3);
  });

  it("use the sizes and the digest that a test gives", async () => {
    const digest = `sha256:${"a".repeat(64)}`;
    const made = await given({ size: 50_000_000, unpackedSize: 90_000_000, digest });
    assert.equal(made.size, 50_000_000);
    assert.equal(made.ref, `${repository}@${digest}`);
    assert.equal(made.layers.at(-1)?.size, 46_399_000);
    assert.equal(
      made.layers.reduce((bytes, { unpackedSize }) => bytes + unpackedSize, 0),
      90_000_000,
    );
    assert.equal((await given({ size: 10 })).layers.at(-1)?.size, 0);
  });

  it("give the layers and platforms that the inputs ask for", async () => {
    const source = makeTree({ ...helloFiles, "static/index.html": "<html>" });
    const runtime = { packages: ["tzdata"], files: ["static"] };
    const made = await outputs(
      await image({ source, runtime, recipe: "fast", platforms: ["linux/amd64", "linux/arm64"] }),
    );
    assert.deepEqual(
      made.layers.map(({ origin }) => origin),
      ["base", "packages", "files", "binary"],
    );
    assert.equal(new Set([made.digest, ...Object.values(made.platformDigests)]).size, 3);
    assert.deepEqual(made.platformSizes, { "linux/amd64": made.size, "linux/arm64": made.size });
  });

  it("report the checks that the inputs would fail", async () => {
    const failed = async (args: Partial<GoMultiStageImageArgs>) =>
      (await outputs(await image(args))).checks.filter(({ passed }) => !passed).map(({ name }) => name);
    assert.deepEqual(await failed({ build: { cgoEnabled: true, image: "golang:1.23-alpine" } }), [
      "staticBinary",
    ]);
    assert.deepEqual(await failed({ recipe: "classic" }), ["nonRootUser"]);
  });

  it("work for GoSingleStageImage", async () => {
    const single = await image({}, { images: {} }, GoSingleStageImage);
    assert.match((await outputs(single)).digest, /^sha256:/);
  });

  it("leave outputs unknown in a preview when only a build can know them", async () => {
    const { digest, ref, size, layers, sourceHash } = await image({}, { images: {}, preview: true });
    const isKnown = (output: unknown) => (output as { isKnown: Promise<boolean> }).isKnown;
    for (const output of [digest, ref, size, layers]) assert.equal(await isKnown(output), false);
    assert.equal(await isKnown(sourceHash), true);
  });

  it("pass the resources on to the user's own mocks, which cannot set the digest", async () => {
    const { result, resources } = await runProgram(
      () => new GoMultiStageImage("api", { source: makeTree(helloFiles), repository }),
      { images: {}, state: () => ({ digest: `sha256:${"b".repeat(64)}` }) },
    );
    assert.deepEqual(
      resources.map(({ name }) => name),
      ["api", "api"],
    );
    assert.doesNotMatch(await valueOf(result.digest), /bbbb/);
  });

  it("load neither goimage's components nor Pulumi", () => {
    const file = path.resolve(__dirname, "../../testing/index.ts");
    const script = `require(${JSON.stringify(file)}); console.log(JSON.stringify(Object.keys(require.cache)))`;
    const output = execFileSync(process.execPath, ["-r", "ts-node/register/transpile-only", "-e", script], {
      encoding: "utf8",
    });
    const loaded = (JSON.parse(output) as string[]).filter(
      (name) => !/ts-node|typescript|source-map/.test(name),
    );
    assert.deepEqual(
      loaded.filter((name) => /components|@pulumi/.test(name)),
      [],
    );
    assert.ok(loaded.includes(file));
  });
});
