// Which seed a build takes, against a registry in the test's own process.

import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { readContext } from "../../components/context";
import { chooseSeed, seedsOf, type Seeds } from "../../components/deploy/seed/seedChoice";
import { seedTags } from "../../components/deploy/seed/seedTags";
import type { WrittenSeed } from "../../components/deploy/state/deployed";
import { mediaTypes } from "../../components/registry/image/manifest";
import { parseRepository } from "../../components/name/reference";
import type { Source } from "../../components/source";
import { Tree } from "../../components/source/tree";
import { startRegistry, type FakeRegistry } from "../support/fakeRegistry";
import { helloFiles, makeTree } from "../support/module";
import { examplePlan, type PlanChange } from "../support/plan";
import { runProgram } from "../support/program";
import { serveSeed } from "../support/servedSeed";
import { preparedOf } from "../support/situation";

const imports = ["fmt"];

describe("a build's seed", () => {
  let registry: FakeRegistry;
  beforeEach(async () => (registry = await startRegistry()));
  afterEach(() => registry.close());

  interface Given {
    cache?: object;
    written?: WrittenSeed | undefined;
  }

  /** The build arguments, what was lost, and the logs. */
  async function chosen({ cache = {}, written }: Given) {
    const { result, logs } = await runProgram(
      () => {
        const component = new pulumi.ComponentResource("test:index:Image", "image");
        return chooseSeed(component, seedsWith(cache), written);
      },
      { asEngine: true },
    );
    return { args: result.args, lost: result.lost, logs };
  }

  function seedsWith(cache: object): Seeds {
    const seeds = registry.repository;
    const plan = examplePlan({ cache: { repository: seeds.asWritten, ...cache } });
    const { service } = plan;
    const repository = parseRepository("registry.example.com/api");
    const destination = pulumi.output({ repository, tags: ["latest"], seeds });
    const tree = new Tree(makeTree(helloFiles));
    const source = { tree, service: { ...service, moduleFiles: ["go.mod"] }, imports: () => imports };
    return seedsOf(preparedOf(plan, {}, { destination, source: source as unknown as Source })) as Seeds;
  }

  /** The tags that the seeds of these builds have. */
  const tags = () => seedTags(examplePlan({ cache: {} }), imports, moduleFiles().hash);
  const moduleFiles = () => readContext(new Tree(makeTree(helloFiles)), ["go.mod"]);
  const refOf = (digest: string) => ({ GOIMAGE_SEED: `${registry.repository.asWritten}@${digest}` });
  const written = (digest: string, others: Partial<WrittenSeed> = {}): WrittenSeed => ({
    repository: registry.repository.name,
    digest,
    tags: [tags().exact],
    ...others,
  });

  it("is the one for the build's dependencies", async () => {
    serveSeed(registry, { tags: [tags().newest], size: 20 });
    const digest = serveSeed(registry, { tags: [tags().exact] });
    assert.deepEqual(await chosen({}), { args: refOf(digest), lost: undefined, logs: [] });
  });

  it("is the newest one only when cache.newest is set", async () => {
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

  it("is the pinned one, whatever the tags point to", async () => {
    const pinned = serveSeed(registry, { tags: [] });
    serveSeed(registry, { tags: [tags().exact, tags().newest], size: 20 });
    assert.deepEqual((await chosen({ cache: { trusted: pinned } })).args, refOf(pinned));
    assert.ok(!registry.seen.some(({ url }) => url.includes("gocache")));
    const { args, logs } = await chosen({ cache: { trusted: `sha256:${"1".repeat(64)}` } });
    assert.deepEqual(args, {});
    assert.match(
      logs.join("\n"),
      /^warning: \S+ no longer has the seed sha256:1+, so the build starts without one$/,
    );
  });

  it("is the one in the stack's own state when the stack writes, even if the tags have moved", async () => {
    const own = serveSeed(registry, {});
    serveSeed(registry, { tags: [tags().exact, tags().newest], size: 20 });
    const write = { write: true };
    assert.deepEqual(await chosen({ cache: write, written: written(own) }), {
      ...{ args: refOf(own), lost: undefined, logs: [] },
    });
    const older = written(own, { tags: ["gocache-of-other-dependencies"] });
    assert.deepEqual((await chosen({ cache: write, written: older })).args, refOf(own));
    assert.ok(!registry.seen.some(({ url }) => url.includes("gocache")));
  });

  it("is missing when the stack writes and has not written there yet, and an info says so", async () => {
    const digest = serveSeed(registry, { tags: [tags().exact, tags().newest] });
    const elsewhere = written(digest, { repository: "registry.example.com/team/others" });
    for (const written of [undefined, elsewhere]) {
      const { args, logs } = await chosen({ cache: { write: true }, written });
      assert.deepEqual(args, {});
      assert.match(logs.join("\n"), /^info: there is no seed in \S+ yet; this update makes one$/);
    }
    assert.deepEqual(registry.seen, []);
  });

  it("is reported as lost when the registry no longer has it", async () => {
    const digest = `sha256:${"3".repeat(64)}`;
    const { args, lost, logs } = await chosen({
      cache: { write: true },
      written: written(digest),
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
    it(`cannot be an image ${what}, however it is found`, async () => {
      const digest = serveSeed(registry, { ...served, tags: [tags().exact] });
      for (const found of [
        {},
        { cache: { trusted: digest } },
        { cache: { write: true }, written: written(digest) },
      ]) {
        const { args, logs } = await chosen(found);
        assert.deepEqual(args, {});
        assert.equal(logs.length, 1);
        assert.match(logs[0] ?? "", /^warning: \S+@sha256:\w+ is not used as a seed: /);
        assert.match(logs[0] ?? "", problem);
      }
    });
  }

  it("cannot be an index", async () => {
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

  it("is left out with a warning when the registry cannot be read", async () => {
    registry.intercept = (_, response) => (response.writeHead(403).end(), true);
    const { args, logs } = await chosen({});
    assert.deepEqual(args, {});
    assert.equal(logs.length, 1);
    assert.match(logs[0] ?? "", /^warning: \S+ cannot be read, so the build starts without a seed: .*403/);
  });
});

describe("the tags of seeds", () => {
  const of = (change: PlanChange = {}, names = imports, files = "hash") =>
    seedTags(examplePlan({ cache: {}, ...change }), names, files);

  it("depend on what is compiled, and on nothing else", () => {
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

  it("are the same for all services of a workspace", () => {
    const { service } = examplePlan();
    const moduleFiles = ["a/go.mod", "b/go.mod", "go.work"];
    const tagsOf = (directory: string) =>
      of({
        service: { ...service, sourceDirectory: directory, moduleDirectory: directory, moduleFiles },
      });
    assert.deepEqual(tagsOf("a"), tagsOf("b"));
  });
});
