// The size of an image: limits that end an update, and compression.

import assert from "node:assert/strict";
import { helloFiles, inHello } from "../support/module";
import {
  builder,
  engineFields,
  missingEngine,
  registry,
  skipWithReason,
} from "./support/project/environment";
import { Project } from "./support/project/project";
import { fetchManifest, transferSize } from "./support/images/registry";

interface Outputs {
  digest: string;
  size: number;
  unpackedSize?: number;
  layers: { digest: string; mediaType: string; size: number; origin: string }[];
}

const helloProject = (program: (repository: string) => string) => new Project(program, inHello(helloFiles));

const program = (fields: string) => (repository: string) => `
const { GoMultiStageImage } = require("goimage");
const image = new GoMultiStageImage("hello", { source: "hello", repository: "${repository}", ${fields} });
const { digest, size, unpackedSize, layers } = image;
module.exports = { digest, size, unpackedSize, layers };
`;

/** A program whose binary is larger by what it embeds, which does not compress. */
const larger = {
  "hello/main.go": `package main

import _ "embed"

//go:embed noise.bin
var noise string

func main() { println(len(noise)) }
`,
  "hello/noise.bin": Array.from({ length: 40_000 }, (_, n) => Math.abs(Math.sin(n) * 1e15).toString(36)).join(
    "",
  ),
};

for (const engine of ["docker", "buildkit"]) {
  describe(`size limits with engine ${engine}`, function () {
    this.timeout(600_000);
    let project: Project;
    let first: Outputs;

    before(async function () {
      const reason = missingEngine(engine);
      if (reason !== undefined) skipWithReason(this, reason);
      project = helloProject(program(`${engineFields(engine)} maxSize: "20MB", maxGrowth: "100kB"`));
      await project.up();
      first = await project.outputs<Outputs>();
    });

    const served = async () => (await fetchManifest(project.repository, "latest"))?.digest;

    it("fail the update with a breakdown, and keep outputs and tag", async () => {
      project.write(larger);
      for (const attempt of ["first", "second"]) {
        const { code, output } = await project.pulumi(["up", "--yes", "--skip-preview"]);
        assert.notEqual(code, 0, attempt);
        assert.match(
          output,
          /the image grew by \d+ kB \(\d+ bytes\), from [\d.]+ MB to [\d.]+ MB; maxGrowth allows/,
        );
        assert.match(output, /base +[\d.]+ MB\n +binary +\d+ kB \(\+\d+ kB\)\n/);
        assert.match(
          output,
          /biggest contributors, on disk:\n( .*\n)*? +module Go standard library [\d.]+ [kM]B\n/,
        );
        assert.match(output, /what grew since the last deployment, on disk:\n(.*\n)*?.*\+\d+ kB/);
        assert.match(output, /the stack keeps the previous image/);
        assert.deepEqual(await project.outputs(), first);
        assert.equal(await served(), first.digest);
      }
    });

    it("let the image pass once they are raised, and give it the tag", async () => {
      project.write({ "index.js": program(`${engineFields(engine)} maxSize: 20000000`)(project.repository) });
      await project.up();
      const second = await project.outputs<Outputs>();
      assert.notEqual(second.digest, first.digest);
      assert.equal(await served(), second.digest);
      assert.deepEqual(await project.up(), { same: 3 });
    });

    it("report that a first image over the limit has the tag, and export nothing", async () => {
      const tooLarge = helloProject(program(`${engineFields(engine)} maxSize: "1MB"`));
      const { code, output } = await tooLarge.pulumi(["up", "--yes", "--skip-preview"]);
      assert.notEqual(code, 0);
      assert.match(output, /more than maxSize allows \(1\.00 MB \(1000000 bytes\)\)/);
      assert.match(output, /latest points to this image, since no image of this stack had it before/);
      assert.deepEqual(await tooLarge.outputs(), {});
    });
  });
}

describe("compression", function () {
  this.timeout(600_000);

  it("zstd makes the binary's layer smaller than gzip", async () => {
    const sizes: Record<string, number> = {};
    let baseLayer: string | undefined;
    for (const fields of ['compression: "zstd", compressionLevel: 19', 'compression: "gzip"']) {
      const project = helloProject(program(`builder: "${builder}", engine: "buildkit", ${fields}`));
      await project.up();
      const outputs = await project.outputs<Outputs>();
      const layer = outputs.layers.find(({ origin }) => origin === "binary");
      assert.ok(layer);
      sizes[layer.mediaType] = layer.size;
      if (layer.mediaType.endsWith("gzip")) baseLayer = outputs.layers[0]?.digest;
      const manifest = await fetchManifest(project.repository, "latest");
      assert.ok(manifest);
      assert.equal(outputs.size, transferSize(manifest.manifest));
      assert.deepEqual(await project.up(), { same: 3 });
    }
    const shared = await fetch(`http://${registry}/v2/library/alpine/blobs/${baseLayer}`, { method: "HEAD" });
    assert.equal(shared.status, 200, "without zstd, the base's own layer is shared");
    const type = "application/vnd.oci.image.layer.v1.tar+";
    const { [`${type}gzip`]: gzip = 0, [`${type}zstd`]: zstd = 0 } = sizes;
    assert.ok(zstd > 0 && zstd < gzip, JSON.stringify(sizes));
  });

  it("is refused by the input's name for an engine that would ignore it", async function () {
    const project = helloProject(program('engine: "docker", compression: "zstd"'));
    const { code, output } = await project.pulumi(["preview"]);
    assert.notEqual(code, 0);
    assert.match(output, /compression: needs a feature of BuildKit that engine "docker" does not have/);
  });
});
