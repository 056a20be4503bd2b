// A seed that cannot be made or pushed: the image, and what depends on it, go on.

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { FaultProxy, type Rule } from "../support/faultProxy";
import { cutRequest, refuse } from "../support/faults";
import { makeTree } from "../support/module";
import { pushSeed, unpackedSeed } from "./support/images/changedSeed";
import { builder, engines, registry, skipWithReason } from "./support/project/environment";
import { freePort } from "./support/servers/freePort";
import { Project } from "./support/project/project";
import { fetchManifest } from "./support/images/registry";

describe("a seed that cannot be written or used", function () {
  this.timeout(900_000);
  const unique = `unwritten-${Date.now()}`;
  let proxy: FaultProxy;
  let count = 0;

  before(async function () {
    if (!engines.includes("buildkit")) skipWithReason(this, "there is no builder");
    proxy = await FaultProxy.start(registry);
  });
  beforeEach(() => proxy.reset());
  after(() => proxy?.close());

  const program = (repository: string, seeds: string, more = "") => `
const pulumi = require("@pulumi/pulumi");
const { GoMultiStageImage } = require("goimage");
class Dependent extends pulumi.ComponentResource {
  constructor(name, args, opts) {
    super("test:index:Dependent", name, args, opts);
    this.registerOutputs({ ref: args.ref });
  }
}
const api = new GoMultiStageImage("api", { source: "api", repository: "${repository}",
  engine: "buildkit", builder: "${builder}", cache: { repository: ${JSON.stringify(seeds)}, write: true, ${more} } });
new Dependent("dependent", { ref: api.ref }, { dependsOn: [api] });
exports.digest = api.digest;
`;
  const files = (name: string) => ({
    "api/go.mod": `module ${name}.example.com\n\ngo 1.23\n`,
    "api/main.go": `package main\n\nimport "errors"\n\nfunc main() { println(errors.New("x")) }\n`,
  });
  const project = (seeds: string, name = `${unique}-${count++}`) =>
    new Project(program(`${registry}/test/${name}`, seeds), files(name), unique);

  interface State {
    checkpoint: { latest: { resources: { urn: string; outputs?: Record<string, unknown> }[] } };
  }
  const resources = (of: Project) =>
    (JSON.parse(of.read(`.state/.pulumi/stacks/${unique}/test.json`)) as State).checkpoint.latest.resources;
  const outputsOf = (of: Project, name: string) =>
    resources(of).find(({ urn }) => urn.endsWith(`::${name}`))?.outputs ?? {};
  const writtenBy = (of: Project) => outputsOf(of, "api")["writtenSeed"];

  async function up(of: Project): Promise<string> {
    const { code, output } = await of.pulumi(["up", "--yes", "--skip-preview"]);
    assert.equal(code, 0, output);
    return output;
  }

  /** Asserts that the update did all but the seed. */
  async function goesOn(of: Project, warning: RegExp): Promise<void> {
    const output = await up(of);
    assert.match(output, warning);
    assert.match(output, /The image is not affected, and the next update tries again/);
    assert.doesNotMatch(output, /error:/);
    const { digest } = await of.outputs<{ digest: string }>();
    assert.match(digest, /^sha256:/);
    assert.equal(outputsOf(of, "dependent")["ref"], outputsOf(of, "api")["ref"]);
    assert.ok(!resources(of).some(({ urn }) => urn.includes("seed")));
  }

  const faults: Record<string, { rules: Rule[]; warning: string; isMarked?: boolean }> = {
    "its registry refuses the upload": {
      rules: [{ method: "POST", path: /blobs\/uploads/, fault: refuse(403, "DENIED", "not for you") }],
      warning: "no seed was written to HOST/PATH: .*403.*not for you",
    },
    "the repository is not there": {
      rules: [
        { method: "POST", path: /blobs\/uploads/, fault: refuse(404, "NAME_UNKNOWN", "no such repository") },
      ],
      warning: "no seed was written to HOST/PATH: .*404",
    },
    "the connection breaks in the middle of a blob": {
      rules: [{ method: "PUT", path: /blobs\/uploads/, fault: cutRequest(1_000_000) }],
      warning: "no seed was written to HOST/PATH: cannot write the blob sha256:",
    },
    "the registry fails after a blob": {
      rules: [{ method: "PUT", path: /blobs\/uploads/, fault: refuse(500) }],
      warning: "no seed was written to HOST/PATH: cannot write the blob .*500",
    },
    "its tag is refused": {
      rules: [
        { method: "PUT", path: /manifests\/gocache-[0-9a-f]{20}$/, fault: refuse(403, "DENIED", "no tags") },
      ],
      warning: "no seed was written to HOST/PATH: cannot set the tag gocache-.*403",
    },
    "the tag of the newest alone is refused": {
      rules: [
        { method: "PUT", path: /manifests\/gocache-newest/, fault: refuse(400, "TAG_INVALID", "immutable") },
      ],
      warning:
        "the new seed of HOST/PATH could not be marked as the newest: cannot set the tag gocache-newest-",
      isMarked: true,
    },
  };
  for (const [what, { rules, warning, isMarked }] of Object.entries(faults)) {
    it(`causes a warning when ${what}, and is written by the next update`, async () => {
      const place = `test/${unique}-seeds-${count}`;
      const stack = project(`${proxy.host}/${place}`);
      proxy.inject(...rules);
      await goesOn(stack, new RegExp(warning.replace("HOST", proxy.host).replace("PATH", place)));
      const first = writtenBy(stack) as { digest: string; tags: string[] } | undefined;
      assert.equal(first?.tags.length, isMarked ? 1 : undefined);
      proxy.reset();
      const output = await up(stack);
      assert.equal(/making the seed/.test(output), !isMarked);
      const { digest, tags } = writtenBy(stack) as { digest: string; tags: string[] };
      assert.equal(tags.length, 2);
      if (isMarked) assert.equal(digest, first?.digest);
      for (const tag of tags)
        assert.equal((await fetchManifest(`${registry}/${place}`, tag))?.digest, digest);
      proxy.reset();
      assert.deepEqual(await stack.up(), { same: 4 });
      assert.deepEqual(proxy.passed, []);
    });
  }

  it("causes a warning when nothing listens", async () => {
    const seeds = `127.0.0.1:${await freePort()}/test/seeds`;
    const stack = project(seeds);
    await goesOn(stack, new RegExp(`no seed was written to ${seeds}: .*ECONNREFUSED`));
    assert.equal(writtenBy(stack), undefined);
    await goesOn(stack, /no seed was written to/);
  });

  it("causes a warning when its build fails, and when docker cannot build", async () => {
    const stack = project(`${proxy.host}/test/${unique}-seeds-${count}`);
    const { PATH = "" } = process.env;
    const broken = (script: string) => {
      const directory = makeTree({ docker: script, "docker-buildx": script });
      for (const name of ["docker", "docker-buildx"]) fs.chmodSync(path.join(directory, name), 0o755);
      return { PATH: `${directory}:${PATH}` };
    };
    const run = async (env: Record<string, string>) => {
      const { code, output } = await stack.pulumi(["up", "--yes", "--skip-preview"], env);
      assert.equal(code, 0, output);
      return output;
    };
    const failing = `#!/bin/sh\nprintf '#4 [build 2/3] RUN go\\n#4 0.1 no space left\\n#4 ERROR: exit code: 1\\n' >&2; exit 1\n`;
    assert.match(await run(broken(failing)), /no seed was written to \S+: the build failed:\s+no space left/);
    const output = await run(broken('#!/bin/sh\necho "unknown command: $1" >&2; exit 1\n'));
    assert.match(
      output,
      /docker's command line cannot build here \(unknown command: buildx\): install docker buildx/,
    );
    assert.match(await up(stack), /the seed is \S+@sha256:/);
  });

  it("is made once for several images with the same dependencies, and each records it", async () => {
    const name = `${unique}-${count++}`;
    const seeds = `${proxy.host}/test/${name}-seeds`;
    const one = program(`${registry}/test/${name}`, seeds);
    const both = one.replace(
      "new Dependent",
      one
        .slice(one.indexOf("const api"), one.indexOf("new Dependent"))
        .replace("const api", "const worker")
        .replace('"api", {', '"worker", {')
        .replace(`${name}"`, `${name}-worker"`) + "new Dependent",
    );
    const stack = new Project(both, files(name), unique);
    await up(stack);
    // The layer and the configuration.
    assert.equal(proxy.requests("POST", /blobs\/uploads/).length, 2);
    assert.ok(writtenBy(stack));
    assert.deepEqual(outputsOf(stack, "worker")["writtenSeed"], writtenBy(stack));
    proxy.reset();
    await up(stack);
    assert.deepEqual(proxy.passed, []);
  });

  it("is taken from the state, not from a tag, by the stack that writes it", async () => {
    const place = `test/${unique}-seeds-${count}`;
    const stack = project(`${proxy.host}/${place}`);
    await up(stack);
    const { digest, tags } = writtenBy(stack) as { digest: string; tags: string[] };
    const evil = await pushSeed(
      `${registry}/${place}`,
      await unpackedSeed(`${registry}/${place}`, digest),
      tags[0] ?? "",
      { Env: ["EVIL=1"] },
    );
    assert.notEqual(evil, digest);
    stack.write({
      "api/main.go": `package main\n\nimport "errors"\n\nfunc main() { println(errors.New("y")) }\n`,
    });
    await up(stack);
    assert.deepEqual(outputsOf(stack, "api")["seed"], { GOIMAGE_SEED: `${proxy.host}/${place}@${digest}` });
  });

  it("is not used when it has ONBUILD instructions, which would run with the build's network", async () => {
    const name = `${unique}-${count++}`;
    const seeds = `${registry}/test/${name}-seeds`;
    const canary = `canary-${name}`;
    const OnBuild = [`RUN ["sh","-c","echo ${canary}; exit 1"]`];
    const evil = await pushSeed(seeds, makeTree({ x: "y" }), "gocache-evil", { OnBuild });
    const text = program(`${registry}/test/${name}`, seeds, `write: false, trusted: "${evil}"`);
    const stack = new Project(text, files(name), unique);
    const output = await up(stack);
    assert.match(output, /is not used as a seed: it has ONBUILD instructions, which would run in the build/);
    assert.doesNotMatch(output, new RegExp(canary));
    assert.deepEqual(outputsOf(stack, "api")["seed"], {});
  });

  it("cannot be in an image's repository, even when that is only known later", async () => {
    const name = `${unique}-${count++}`;
    const text = program(`${registry}/test/${name}`, "x").replace(
      '"x"',
      `pulumi.output("${registry}/test/${name}")`,
    );
    const { code, output } = await new Project(text, files(name), unique).pulumi([
      "up",
      "--yes",
      "--skip-preview",
    ]);
    assert.notEqual(code, 0);
    assert.match(
      output,
      /cache\.repository: \S+ is the repository of the image "api"; give the seeds a repository/,
    );
    assert.equal(await fetchManifest(`${registry}/test/${name}`, "latest"), undefined);
  });
});
