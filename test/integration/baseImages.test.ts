// Base images whose tag moves: pinned, followed and reported.

import assert from "node:assert/strict";
import { engineFields, engines, registry } from "./support/project/environment";
import { imageOf } from "./support/images/images";
import { Project } from "./support/project/project";
import { fetchConfig, fetchManifest } from "./support/images/registry";

interface Outputs {
  baseImages: Record<string, string>;
  dockerfile: string;
}

const files = {
  "hello/go.mod": "module hello\n\ngo 1.23\n",
  "hello/main.go": "package main\n\nfunc main() {}\n",
};

for (const engine of engines) {
  describe(`base images with engine ${engine}`, function () {
    this.timeout(600_000);
    const base = (note: string) => (repository: string) => `
      const { GoMultiStageImage } = require("goimage");
      new GoMultiStageImage("base", { source: "hello", repository: "${repository}", tags: ["v1"],
        runtime: { labels: { note: "${note}" } }, ${engineFields(engine)} });`;
    const service = (baseImage: string, more: string) => (repository: string) => `
      const { GoMultiStageImage } = require("goimage");
      const image = new GoMultiStageImage("hello", { source: "hello", repository: "${repository}",
        build: ${golang === "" ? "{}" : `{ image: "golang:1.23@${golang}" }`}, runtime: { image: "${baseImage}" }, ${engineFields(engine)} ${more} });
      const { baseImages, dockerfile } = image;
      module.exports = { baseImages, dockerfile };`;
    const baseProject = new Project(base("one"), files);
    const baseImage = `${baseProject.repository}:v1`;
    const project = new Project("", files);
    const use = (mode: string) =>
      project.write({ "index.js": service(baseImage, `baseImages: "${mode}",`)(project.repository) });
    const digestOfBase = async () => (await fetchManifest(baseProject.repository, "v1"))?.digest ?? "";
    let pinned = "";
    let golang = "";

    before(async () => {
      await baseProject.up();
      pinned = await digestOfBase();
      // Given by digest, so that only one registry needs to be asked: the official one may be out of reach.
      golang = (await fetchManifest(`${registry}/library/golang`, "1.23"))?.digest ?? "";
    });

    it("are pinned to the digest of the first deployment, in Dockerfile, output and labels", async () => {
      use("pin");
      await project.up();
      const outputs = await project.outputs<{ baseImages: Record<string, string>; dockerfile: string }>();
      assert.equal(outputs.baseImages[baseImage], pinned);
      assert.ok(outputs.dockerfile.includes(`FROM ${baseImage}@${pinned} AS app\n`));
      const served = await fetchManifest(project.repository, "latest");
      assert.ok(served);
      const { config } = await fetchConfig(project.repository, served.manifest);
      const named = {
        "org.opencontainers.image.base.name": baseImage,
        "org.opencontainers.image.base.digest": pinned,
      };
      // The base image brings labels of its own.
      const labels = config["Labels"] as Record<string, string>;
      assert.deepEqual({ ...labels, ...named }, labels);
      if (engine === "buildkit") assert.deepEqual(served.manifest.annotations, named);
      assert.deepEqual(await project.up(), { same: 3 });
    });

    it("stay pinned when the tag moves, and the preview says so", async () => {
      baseProject.write({ "index.js": base("two")(baseProject.repository) });
      await baseProject.up();
      assert.notEqual(await digestOfBase(), pinned);
      const preview = await project.pulumi(["preview"]);
      assert.match(preview.output, /base image .*:v1 has moved to sha256:[0-9a-f]{64}; pinned at sha256:/);
      assert.deepEqual(await project.up(), { same: 3 });
    });

    it('follow the tag with baseImages "follow"', async () => {
      use("follow");
      const preview = await project.pulumi(["preview"]);
      assert.match(preview.output, /rebuilds because of base image/);
      await project.up();
      const { baseImages } = await project.outputs<{ baseImages: Record<string, string> }>();
      assert.equal(baseImages[baseImage], await digestOfBase());
    });

    it("named by tag cause no build when the tag moves, and the next build takes the new digest", async () => {
      use("tag");
      await project.up();
      const before = await digestOfBase();
      const outputs = await project.outputs<Outputs>();
      assert.equal(outputs.baseImages[baseImage], before);
      assert.ok(outputs.dockerfile.includes(`FROM ${baseImage}@${before} AS app\n`));
      const { manifest } = (await fetchManifest(project.repository, "latest")) ?? assert.fail();
      const { config } = await fetchConfig(project.repository, manifest);
      assert.doesNotMatch(JSON.stringify([config, manifest]), /image\.base\./);

      baseProject.write({ "index.js": base("three")(baseProject.repository) });
      await baseProject.up();
      const moved = await digestOfBase();
      assert.notEqual(moved, before);
      const preview = await project.pulumi(["preview"]);
      assert.match(preview.output, /3 unchanged/);
      assert.deepEqual(await project.up(), { same: 3 });
      project.write({ "hello/main.go": "package main\n\nfunc main() { println(1) }\n" });
      assert.match((await project.pulumi(["preview"])).output, /rebuilds because of base image, main\.go/);
      await project.up();
      assert.equal((await project.outputs<Outputs>()).baseImages[baseImage], moved);
      assert.deepEqual(await project.up(), { same: 3 });
    });

    it("of another platform are refused before the push, with the list of their platforms", async () => {
      const one = await imageOf("foreign-one", "FROM scratch\nCOPY a /a\n", { a: "a" }, ["linux/arm64"]);
      const both = ["linux/arm64", "linux/s390x"];
      const index = await imageOf("foreign-index", "FROM scratch\nCOPY a /a\n", { a: "a" }, both);
      const images: [component: string, inputs: string, problem: RegExp][] = [
        [
          "GoMultiStageImage",
          `runtime: { image: "${one}" }`,
          /runtime\.image: \S+foreign-one:latest is available for linux\/arm64, not for linux\/amd64/,
        ],
        [
          "GoMultiStageImage",
          `runtime: { image: "${index}" }`,
          /runtime\.image: \S+foreign-index:latest is available for linux\/arm64, linux\/s390x, not for linux\/amd64/,
        ],
        [
          "GoSingleStageImage",
          `build: { image: "${one}" }`,
          /build\.image: \S+foreign-one:latest is available for linux\/arm64, not for linux\/amd64/,
        ],
      ];
      for (const [component, inputs, problem] of images) {
        const foreign = new Project(
          (repository) => `
      const { ${component} } = require("goimage");
      new ${component}("hello", { source: "hello", repository: "${repository}", ${engineFields(engine)} ${inputs} });`,
          files,
        );
        for (const command of [["preview"], ["up", "--yes", "--skip-preview"]]) {
          const { code, output } = await foreign.pulumi(command);
          assert.notEqual(code, 0, output);
          assert.match(output, problem);
        }
        assert.equal(await fetchManifest(foreign.repository, "latest"), undefined);
      }
    });
  });
}
