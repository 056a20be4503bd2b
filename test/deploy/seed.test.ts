// Which seed a build takes, against a registry in the test's own process.

import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { readContext, WorkDirectory } from "../../components/context";
import type { DeployedImage, WrittenSeed } from "../../components/deploy/deployed";
import { seedFor, type SeedOptions } from "../../components/deploy/seed";
import { seedTags } from "../../components/deploy/seedTags";
import { mediaTypes } from "../../components/registry/image/manifest";
import { parseRepository } from "../../components/registry/reference";
import { noPins } from "../../components/dockerfile";
import { Tree } from "../../components/source/tree";
import { startRegistry, type FakeRegistry } from "../support/fakeRegistry";
import { helloFiles, makeTree } from "../support/module";
import { examplePlan, type PlanChange } from "../support/plan";
import { runProgram } from "../support/program";
import { deployedAs } from "../support/servedImage";
import { serveSeed } from "../support/servedSeed";

const imports = ["fmt"];
const last = { GOIMAGE_SEED: "registry.example.com/last@sha256:1" };

describe("a build's seed", () => {
  let registry: FakeRegistry;
  beforeEach(async () => (registry = await startRegistry()));
  afterEach(() => registry.close());

  interface Situation {
    cache?: object;
    deployed?: DeployedImage | undefined;
    rebuilds?: boolean;
    imageGone?: boolean;
    preview?: boolean;
  }

  /** The build arguments, what was lost, and the logs. */
  async function chosen({
    cache = {},
    deployed,
    rebuilds = false,
    imageGone = false,
    preview = false,
  }: Situation) {
    const root = makeTree(helloFiles);
    const { result, logs } = await runProgram(
      () =>
        seedFor(optionsOf(cache, root, deployed), {
          rebuilds: pulumi.output(rebuilds),
          drift: pulumi.output(imageGone ? { tags: [], imageGone } : undefined),
        }),
      { asEngine: true, preview },
    );
    return { args: result.args, lost: result.lost, logs };
  }

  function optionsOf(cache: object, root: string, deployed: DeployedImage | undefined): SeedOptions {
    const seeds = registry.repository;
    const plan = examplePlan({ cache: { repository: seeds.asWritten, ...cache } });
    const component = new pulumi.ComponentResource("test:index:Image", "image");
    const destination = { repository: parseRepository("registry.example.com/api"), tags: ["latest"], seeds };
    const options = {
      owner: { component, type: "GoMultiStageImage", name: "api", customTimeouts: undefined },
      ...{ cache: plan.spec.cache, plan, imports: () => imports, tags, moduleFiles: moduleFiles() },
      ...{
        pins: pulumi.output(noPins),
        check: () => Promise.resolve(),
        access: pulumi.output({}),
        request: {},
      },
      ...{ destination: pulumi.output(destination), work: new WorkDirectory(root) },
      deployed: pulumi.output(deployed),
    };
    return options as unknown as SeedOptions;
  }

  /** The tags that the seeds of these builds have. */
  const tags = () => seedTags(examplePlan({ cache: {} }), imports, moduleFiles().hash);
  const moduleFiles = () => readContext(new Tree(makeTree(helloFiles)), ["go.mod"]);
  const refOf = (digest: string) => ({ GOIMAGE_SEED: `${registry.repository.asWritten}@${digest}` });
  const image = () => deployedAs(registry, `sha256:${"7".repeat(64)}`);
  const written = (digest: string, others: Partial<WrittenSeed> = {}): DeployedImage => ({
    ...image(),
    writtenSeed: { repository: registry.repository.name, digest, tags: [tags().exact], ...others },
  });

  it("is the one for its dependencies", async () => {
    serveSeed(registry, { tags: [tags().newest], size: 20 });
    const digest = serveSeed(registry, { tags: [tags().exact] });
    assert.deepEqual(await chosen({}), { args: refOf(digest), lost: undefined, logs: [] });
  });

  it("is the newest only where that is asked for", async () => {
    const digest = serveSeed(registry, { tags: [tags().newest] });
    const { args, logs } = await chosen({});
    assert.deepEqual(args, {});
    assert.match(
      logs.join("\n"),
      /^info: there is no seed in \S+ yet; an update with cache\.write makes one$/,
    );
    assert.ok(!registry.seen.some(({ url }) => url.includes("newest")));
    assert.deepEqual((await chosen({ cache: { newest: true } })).args, refOf(digest));
  });

  it("is the pinned one, whatever the tags say", async () => {
    const pinned = serveSeed(registry, { tags: [] });
    serveSeed(registry, { tags: [tags().exact, tags().newest], size: 20 });
    assert.deepEqual((await chosen({ cache: { trusted: pinned } })).args, refOf(pinned));
    assert.ok(!registry.seen.some(({ url }) => url.includes("gocache")));
    const { args, logs } = await chosen({ cache: { trusted: `sha256:${"1".repeat(64)}` } });
    assert.deepEqual(args, {});
    assert.match(logs.join("\n"), /^warning: \S+ no longer has the seed sha256:1+, so there is no seed$/);
  });

  it("is what its own state records where the stack writes, whoever has moved the tags", async () => {
    const own = serveSeed(registry, {});
    serveSeed(registry, { tags: [tags().exact, tags().newest], size: 20 });
    const write = { write: true };
    assert.deepEqual(await chosen({ cache: write, deployed: written(own), rebuilds: true }), {
      ...{ args: refOf(own), lost: undefined, logs: [] },
    });
    const older = written(own, { tags: ["gocache-of-other-dependencies"] });
    assert.deepEqual((await chosen({ cache: write, deployed: older, rebuilds: true })).args, refOf(own));
    assert.ok(!registry.seen.some(({ url }) => url.includes("gocache")));
  });

  it("is none where the stack writes and has written nothing there yet", async () => {
    const digest = serveSeed(registry, { tags: [tags().exact, tags().newest] });
    const elsewhere = written(digest, { repository: "registry.example.com/team/others" });
    for (const deployed of [undefined, { ...image(), writtenSeed: undefined as never }, elsewhere]) {
      const { args, logs } = await chosen({ cache: { write: true }, deployed, rebuilds: true });
      assert.deepEqual(args, {});
      assert.match(logs.join("\n"), /^info: there is no seed in \S+ yet; this update makes one$/);
    }
    assert.deepEqual(registry.seen, []);
  });

  it("is lost when the registry has it no more", async () => {
    const digest = `sha256:${"3".repeat(64)}`;
    const { args, lost, logs } = await chosen({
      cache: { write: true },
      deployed: written(digest),
      rebuilds: true,
    });
    assert.deepEqual([args, lost], [{}, digest]);
    assert.match(
      logs.join("\n"),
      /^info: \S+ no longer has the seed sha256:3+, so this update makes another one$/,
    );
  });

  const impostors: Record<string, [Parameters<typeof serveSeed>[1], RegExp]> = {
    "with ONBUILD instructions": [
      { config: { OnBuild: ["RUN id"] } },
      /it has ONBUILD instructions, which would run/,
    ],
    "with an entrypoint": [{ config: { Entrypoint: ["/main"] } }, /it has a program to run/],
    "with a command of a shell": [{ config: { Cmd: "main" } }, /it has a program to run/],
    "with no label": [{ config: { Labels: { x: "y" } } }, /it has no label goimage\.seed/],
    "with several layers": [{ layers: 2 }, /it has 2 layers/],
    "with no layer": [{ layers: 0 }, /it has 0 layers/],
  };
  for (const [what, [served, problem]] of Object.entries(impostors)) {
    it(`is no image ${what}, whichever way it is found`, async () => {
      const digest = serveSeed(registry, { ...served, tags: [tags().exact] });
      for (const found of [
        {},
        { cache: { trusted: digest } },
        { cache: { write: true }, deployed: written(digest), rebuilds: true },
      ]) {
        const { args, logs } = await chosen(found);
        assert.deepEqual(args, {});
        assert.equal(logs.length, 1);
        assert.match(logs[0] ?? "", /^warning: \S+@sha256:\w+ is not used as a seed: /);
        assert.match(logs[0] ?? "", problem);
      }
    });
  }

  it("is no image of an index", async () => {
    const seed = serveSeed(registry, {});
    const { ociIndex, ociManifest } = mediaTypes;
    const platform = { os: "linux", architecture: "amd64" };
    const size = registry.manifests.get(seed)?.bytes.length;
    const manifests = [{ mediaType: ociManifest, digest: seed, size, platform }];
    registry.addManifest({ schemaVersion: 2, mediaType: ociIndex, manifests }, ociIndex, tags().exact);
    const { args, logs } = await chosen({});
    assert.deepEqual(args, {});
    assert.match(logs.join(), /is not used as a seed: it is an index$/);
  });

  it("is none where the registry cannot be read, which is a warning", async () => {
    registry.intercept = (_, response) => (response.writeHead(403).end(), true);
    const { args, logs } = await chosen({});
    assert.deepEqual(args, {});
    assert.equal(logs.length, 1);
    assert.match(logs[0] ?? "", /^warning: \S+ is not readable, so there is no seed: .*403/);
  });

  it("stays the last build's where nothing is built, and in a preview", async () => {
    const digest = serveSeed(registry, { tags: [tags().exact] });
    const deployed = { ...image(), seed: last };
    const before = registry.seen.length;
    assert.deepEqual((await chosen({ deployed })).args, last);
    assert.deepEqual((await chosen({ deployed: { ...deployed, seed: undefined } })).args, {});
    assert.deepEqual((await chosen({ deployed, rebuilds: true, preview: true })).args, last);
    assert.equal(registry.seen.length, before);
    for (const reason of [{ rebuilds: true }, { imageGone: true }])
      assert.deepEqual((await chosen({ deployed, ...reason })).args, refOf(digest));
  });
});

describe("tags of seeds", () => {
  const of = (change: PlanChange = {}, names = imports, files = "hash") =>
    seedTags(examplePlan({ cache: {}, ...change }), names, files);

  it("change with what is compiled, and with nothing else", () => {
    const { exact, newest } = of();
    assert.match(exact, /^gocache-[0-9a-f]{20}$/);
    assert.match(newest, /^gocache-newest-[0-9a-f]{20}$/);
    for (const change of [
      { build: { goVersion: "1.24" } },
      { build: { flags: ["-race"] } },
      { build: { buildTags: ["x"] } },
      { build: { env: { GOAMD64: "v3" } } },
      { build: { cgoEnabled: true } },
      { platforms: ["linux/arm64"] },
      { engine: "buildkit" },
    ]) {
      assert.notEqual(of(change).exact, exact, JSON.stringify(change));
      assert.notEqual(of(change).newest, newest, JSON.stringify(change));
    }
    for (const [names, files] of [
      [["fmt", "net"], "hash"],
      [imports, "other"],
    ] as const) {
      assert.notEqual(of({}, [...names], files).exact, exact);
      assert.equal(of({}, [...names], files).newest, newest);
    }
    for (const change of [
      { mainPackage: "./cmd/other" },
      { build: { ldflags: ["-X main.version=2"] } },
      { runtime: { packages: ["curl"] } },
      { cache: { write: true } },
    ])
      assert.deepEqual(of(change), { exact, newest }, JSON.stringify(change));
    assert.deepEqual(seedTags({ ...examplePlan({ cache: {} }), cacheNamespace: "other" }, imports, "hash"), {
      exact,
      newest,
    });
  });

  it("are one for the services of a workspace", () => {
    const { service } = examplePlan();
    const moduleFiles = ["a/go.mod", "b/go.mod", "go.work"];
    const tagsOf = (directory: string) =>
      of({
        service: { ...service, sourceDirectory: directory, moduleDirectory: directory, moduleFiles },
      });
    assert.deepEqual(tagsOf("a"), tagsOf("b"));
  });
});
