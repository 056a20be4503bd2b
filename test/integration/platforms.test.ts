// One image of several platforms: an index, each of whose images is the one that a build of that platform alone makes.

import assert from "node:assert/strict";
import { gunzipSync } from "node:zlib";
import type { ImageCheck, ImageLayer } from "../../components/outputs";
import { alpineHasArm64 } from "./support/images/alpine";
import { builder, engines, registry, skipWithReason } from "./support/project/environment";
import { startOwnBuilder } from "./support/servers/ownBuilder";
import { Project } from "./support/project/project";
import { fetchBlob, fetchConfig, fetchManifest, transferSize } from "./support/images/registry";

interface Outputs {
  digest: string;
  ref: string;
  size: number;
  platformDigests: Record<string, string>;
  platformSizes: Record<string, number>;
  layers: ImageLayer[];
  checks: ImageCheck[];
  sourceFiles: Record<string, string>;
}

interface Index {
  mediaType: string;
  manifests: { digest: string; platform: { os: string; architecture: string; variant?: string } }[];
}

const files = {
  "hello/go.mod": "module example.com/hello\n\ngo 1.23\n",
  "hello/main.go": `package main\n\nfunc main() { println(word) }\n`,
  "hello/word_amd64.go": `package main\n\nconst word = "one"\n`,
  "hello/word_arm64.go": `package main\n\nimport _ "strings"\n\nconst word = "two"\n`,
  "hello/word_arm.go": `package main\n\nconst word = "three"\n`,
  "hello/word_s390x.go": `package main\n\nconst word = "never"\n`,
};
const program =
  (platforms: readonly string[], more = "", builderName = builder) =>
  (repository: string) => `
const { GoMultiStageImage } = require("goimage");
const image = new GoMultiStageImage("hello", {
  source: "hello", repository: "${repository}", engine: "buildkit", builder: "${builderName}",
  platforms: ${JSON.stringify(platforms)}, ${more}
});
const { digest, ref, size, platformDigests, platformSizes, layers, checks, sourceFiles } = image;
module.exports = { digest, ref, size, platformDigests, platformSizes, layers, checks, sourceFiles };
`;

const both = ["linux/amd64", "linux/arm64"];

/** The architecture of an ELF file (EM_ARM and its like). */
const machines: Readonly<Record<number, string>> = { 0x3e: "amd64", 0xb7: "arm64", 0x28: "arm" };

/** The program of an image, which is the only file of its last layer with content. */
async function programIn(repository: string, digest: string): Promise<Buffer> {
  const served = await fetchManifest(repository, digest);
  const layer = served?.manifest.layers.find((_, n, all) => n === all.length - 1);
  const tar = gunzipSync(await fetchBlob(repository, layer?.digest ?? ""));
  return tar.subarray(tar.indexOf("\u007fELF", 0, "latin1"));
}

describe("an image of several platforms", function () {
  this.timeout(900_000);
  let project: Project;
  let first: Outputs;
  const write = (platforms: readonly string[], more = "") =>
    project.write({ "index.js": program(platforms, more)(project.repository) });
  const failing = async () => {
    const { code, output } = await project.pulumi(["up", "--yes", "--skip-preview"]);
    assert.notEqual(code, 0, output);
    return output;
  };

  before(async function () {
    if (!engines.includes("buildkit")) skipWithReason(this, "there is no builder");
    if (!(await alpineHasArm64())) skipWithReason(this, "alpine is not there for arm64");
    project = new Project(program(both), files);
    await project.up();
    first = await project.outputs<Outputs>();
  });

  it("is an index with one image for each platform and nothing else", async () => {
    const served = await fetchManifest(project.repository, "latest");
    assert.ok(served);
    const index = JSON.parse(served.text) as Index;
    assert.equal(index.mediaType, "application/vnd.oci.image.index.v1+json");
    assert.equal(served.digest, first.digest);
    assert.equal(first.ref, `${project.repository}@${first.digest}`);
    assert.deepEqual(
      index.manifests.map(({ digest, platform: { os, architecture } }) => [`${os}/${architecture}`, digest]),
      Object.entries(first.platformDigests),
    );
    for (const [platform, digest] of Object.entries(first.platformDigests)) {
      const image = await fetchManifest(project.repository, digest);
      assert.ok(image);
      assert.equal(first.platformSizes[platform], transferSize(image.manifest));
      const { architecture } = await fetchConfig(project.repository, image.manifest);
      assert.equal(`linux/${architecture}`, platform);
      const elf = await programIn(project.repository, digest);
      assert.equal(machines[elf.readUInt16LE(18)], architecture);
    }
    assert.equal(first.size, first.platformSizes["linux/amd64"]);
    assert.ok(first.layers.reduce((sum, { size }) => sum + size, 0) < first.size);
    assert.deepEqual(
      first.checks.filter(({ passed }) => !passed),
      [],
    );
  });

  it("consists of the images that builds of each platform alone give", async () => {
    for (const platform of both) {
      const alone = new Project(program([platform]), files);
      await alone.up();
      const { digest, platformDigests } = await alone.outputs<Outputs>();
      assert.equal(digest, first.platformDigests[platform]);
      assert.deepEqual(platformDigests, { [platform]: digest });
    }
  });

  it("reads the source files of its platforms only", () => {
    const expected = ["go.mod", "main.go", "word_amd64.go", "word_arm64.go"];
    assert.deepEqual(Object.keys(first.sourceFiles), expected);
  });

  it("changes nothing without an edit, and names the edited file of one platform", async () => {
    assert.deepEqual(await project.up(), { same: 3 });
    project.write({ "hello/word_arm64.go": `package main\n\nconst word = "four"\n` });
    const { outputs } = await project.preview();
    assert.equal(outputs["digest"], "unknown");
    const { code, output } = await project.pulumi(["up", "--yes", "--skip-preview"]);
    assert.equal(code, 0, output);
    assert.match(output, /rebuilds because of word_arm64\.go/);
    const edited = await project.outputs<Outputs>();
    assert.equal(edited.platformDigests["linux/amd64"], first.platformDigests["linux/amd64"]);
    assert.notEqual(edited.platformDigests["linux/arm64"], first.platformDigests["linux/arm64"]);
    assert.notEqual(edited.digest, first.digest);
  });

  it("has its size limit checked for each platform", async () => {
    const { platformSizes } = await project.outputs<Outputs>();
    const [small, large] = Object.entries(platformSizes).sort(([, a], [, b]) => a - b);
    assert.ok(small && large);
    write(both, `maxSize: ${small[1]},`);
    const output = await failing();
    assert.ok(output.includes(`${large[0]}: the image has `), output);
    assert.ok(!output.includes(`${small[0]}: the image has `), output);
  });

  it("shows the compiler's lines for the platform that fails", async () => {
    write(both);
    project.write({ "hello/word_arm64.go": "package main\n\nconst word = two\n" });
    assert.match(await failing(), /word_arm64\.go:3:14: undefined: two/);
    project.write({ "hello/word_arm64.go": files["hello/word_arm64.go"] });
    await project.up();
    assert.equal((await project.outputs<Outputs>()).digest, first.digest);
  });

  it("runs the smoke test for the builder's platform, and keeps its digest", async () => {
    write(both, "smokeTest: {},");
    await project.up();
    assert.equal((await project.outputs<Outputs>()).digest, first.digest);
    project.write({
      "hello/word_amd64.go": `package main\n\nconst word = "a"\n\nfunc init() { panic(word) }\n`,
    });
    assert.match(await failing(), /smoke test failed: the program ended with exit status 2/);
    project.write({ "hello/word_amd64.go": files["hello/word_amd64.go"] });
    write(["linux/arm64", "linux/arm/v7"], `smokeTest: {}, runtime: { image: "scratch" },`);
    assert.match(
      await failing(),
      /this builder, for linux\/amd64, cannot run programs of the platforms arm64,arm/,
    );
  });

  it("changes when platforms are added or removed", async () => {
    write([...both, "linux/arm/v7"], `runtime: { image: "scratch", user: "7" },`);
    const { code, output } = await project.pulumi(["up", "--yes", "--skip-preview"]);
    assert.equal(code, 0, output);
    const { platformDigests } = await project.outputs<Outputs>();
    assert.deepEqual(Object.keys(platformDigests).sort(), ["linux/amd64", "linux/arm/v7", "linux/arm64"]);
    const elf = await programIn(project.repository, platformDigests["linux/arm/v7"] ?? "");
    assert.equal(machines[elf.readUInt16LE(18)], "arm");
    write(["linux/arm64"]);
    await project.up();
    assert.equal((await project.outputs<Outputs>()).digest, first.platformDigests["linux/arm64"]);
  });
});

describe("a seed of several platforms", function () {
  this.timeout(900_000);

  it("has what an empty builder needs for each platform", async function () {
    if (!engines.includes("buildkit")) skipWithReason(this, "there is no builder");
    if (!(await alpineHasArm64())) skipWithReason(this, "alpine is not there for arm64");
    const unique = `platforms-${Date.now()}`;
    const repository = `${registry}/test/${unique}`;
    /** Digest of the image, and packages that are compiled for it. */
    const built = async (cache: string) => {
      const own = await startOwnBuilder();
      try {
        const more = `cache: { repository: "${repository}-seeds", ${cache} }, build: { flags: ["-v"] },`;
        const project = new Project(program(both, more, own.name)(repository), files, unique);
        const { code, output } = await project.pulumi(["up", "--yes", "--skip-preview"], own.env);
        assert.equal(code, 0, output);
        const lines = output.split("\n").filter((line) => line.includes("docker-build:index:Image hello "));
        const compiled = lines.flatMap((line) => /#\d+ \d+\.\d+ ([\w./-]+)$/.exec(line.trimEnd())?.[1] ?? []);
        return { compiled, digest: (await project.outputs<Outputs>()).digest };
      } finally {
        await own.stop();
      }
    };
    const without = await built("write: true");
    assert.equal(without.compiled.filter((name) => name === "runtime").length, 2);
    assert.deepEqual(await built(""), {
      compiled: ["example.com/hello", "example.com/hello"],
      digest: without.digest,
    });
  });
});
