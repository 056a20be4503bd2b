// Which seed a build takes, against a registry in the test's own process.

import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { readContext, WorkDirectory } from "../../components/context";
import type { DeployedImage } from "../../components/deploy/deployed";
import { seedFor, seedTags, type SeedOptions } from "../../components/deploy/seed";
import { noPins, type Plan } from "../../components/dockerfile";
import { Tree } from "../../components/source/tree";
import { startRegistry, type FakeRegistry } from "../registry/fakeRegistry";
import { helloFiles, makeTree } from "../support/module";
import { examplePlan, type PlanChange } from "../support/plan";
import { runProgram } from "../support/program";
import { deployedAs, serveImage } from "../support/servedImage";

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

  /** The build arguments, and the logs. */
  async function chosen({
    cache = {},
    deployed,
    rebuilds = false,
    imageGone = false,
    preview = false,
  }: Situation) {
    const root = makeTree(helloFiles);
    const { result, logs } = await runProgram(
      () => {
        const { options, plan } = optionsOf(cache, root);
        const state = {
          deployed: pulumi.output(deployed) as pulumi.Output<DeployedImage | undefined>,
          rebuilds: pulumi.output(rebuilds),
          drift: pulumi.output(imageGone ? { tags: [], imageGone } : undefined),
        };
        return seedFor({ ...options, plan }, state);
      },
      { asEngine: true, preview },
    );
    return { args: result, logs };
  }

  function optionsOf(cache: object, root: string): { options: SeedOptions; plan: Plan } {
    const repository = registry.repository.asWritten;
    const plan = examplePlan({ repository, cache });
    const component = new pulumi.ComponentResource("test:index:Image", "image");
    const options = {
      owner: { component, type: "GoMultiStageImage", name: "api", customTimeouts: undefined },
      ...{ cache: plan.spec.cache, plan, imports: () => imports, tags, moduleFiles: moduleFiles() },
      pins: pulumi.output(noPins),
      guard: {},
      request: { registry: pulumi.output(registry.repository.domain) },
      access: pulumi.output({}),
      work: new WorkDirectory(root),
    };
    return { options: options as unknown as SeedOptions, plan };
  }

  /** The tags that the seeds of these builds have. */
  const tags = () => seedTags(examplePlan({ cache: {} }), imports, moduleFiles().hash);
  const moduleFiles = () => readContext(new Tree(makeTree(helloFiles)), ["go.mod"]);
  const seedAs = (tag: string, size: number) =>
    `${registry.repository.asWritten}@${serveImage(registry, { sizes: [size], tag })}`;

  it("is the one for its dependencies, with the modules", async () => {
    seedAs(tags().newest, 20);
    const ref = seedAs(tags().exact, 10);
    const { args, logs } = await chosen({});
    assert.deepEqual([args, logs], [{ GOIMAGE_SEED: ref, GOIMAGE_SEED_MODULES: ref }, []]);
  });

  it("is else the newest, whose modules may be others", async () => {
    const ref = seedAs(tags().newest, 20);
    const { args, logs } = await chosen({});
    assert.deepEqual([args, logs], [{ GOIMAGE_SEED: ref }, []]);
  });

  it("is none where there is none, which is said", async () => {
    const { args, logs } = await chosen({});
    assert.deepEqual(args, {});
    assert.equal(logs.length, 1);
    assert.match(
      logs[0] ?? "",
      /^info: there is no seed in \S+\/team\/api yet; an update with cache\.write makes one$/,
    );
  });

  it("is none where the registry cannot be read, which is a warning", async () => {
    registry.intercept = (_, response) => (response.writeHead(403).end(), true);
    const { args, logs } = await chosen({});
    assert.deepEqual(args, {});
    assert.equal(logs.length, 1);
    assert.match(logs[0] ?? "", /^warning: \S+ is not readable, so there is no seed: .*403/);
  });

  it("stays the last build's where nothing is built, and in a preview", async () => {
    seedAs(tags().exact, 10);
    const deployed = { ...deployedAs(registry, `sha256:${"7".repeat(64)}`), seed: last };
    const before = registry.seen.length;
    assert.deepEqual((await chosen({ deployed })).args, last);
    assert.deepEqual((await chosen({ deployed: { ...deployed, seed: undefined } })).args, {});
    assert.deepEqual((await chosen({ deployed, rebuilds: true, preview: true })).args, last);
    assert.equal(registry.seen.length, before);
    for (const reason of [{ rebuilds: true }, { imageGone: true }]) {
      const { args } = await chosen({ deployed, ...reason });
      assert.match(args["GOIMAGE_SEED"] ?? "", /\/team\/api@sha256:/);
    }
  });

  it("is looked for in a repository of its own, which is checked", async () => {
    const ref = seedAs(tags().exact, 10);
    const cache = { repository: pulumi.output(registry.repository.asWritten) };
    assert.equal((await chosen({ cache })).args["GOIMAGE_SEED"], ref);
    await assert.rejects(
      chosen({ cache: { repository: pulumi.output("no registry") } }),
      /cache\.repository: "no registry" /,
    );
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
