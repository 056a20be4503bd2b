// Base images whose tag moves: pinned, followed and reported.

import assert from "node:assert/strict";
import { engineFields, engines, registry } from "./support/environment";
import { Project } from "./support/project";
import { fetchConfig, fetchManifest } from "./support/registry";

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

    it("are pinned to the digest of the first deployment, which Dockerfile, output and labels name", async () => {
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

    it("stay where they are when the tag moves, which the preview reports", async () => {
      baseProject.write({ "index.js": base("two")(baseProject.repository) });
      await baseProject.up();
      assert.notEqual(await digestOfBase(), pinned);
      const preview = await project.pulumi(["preview"]);
      assert.match(preview.output, /base image .*:v1 has moved to sha256:[0-9a-f]{64}; pinned at sha256:/);
      assert.deepEqual(await project.up(), { same: 3 });
    });

    it("are taken anew when they are followed", async () => {
      use("follow");
      const preview = await project.pulumi(["preview"]);
      assert.match(preview.output, /rebuilds because of base image/);
      await project.up();
      const { baseImages } = await project.outputs<{ baseImages: Record<string, string> }>();
      assert.equal(baseImages[baseImage], await digestOfBase());
    });
  });
}
