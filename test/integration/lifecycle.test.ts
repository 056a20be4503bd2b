// The main job with a real engine, provider, builder, registry and compiler.

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { helloFiles, inHello } from "../support/module";
import { engineFields, missingEngine, skipWithReason } from "./support/project/environment";
import { Project, run } from "./support/project/project";
import { fetchConfig, fetchManifest, transferSize } from "./support/images/registry";

interface Outputs {
  digest: string;
  ref: string;
  size: number;
  unpackedSize: number;
  layers: { digest: string; size: number; unpackedSize: number; origin: string }[];
  dockerfile: string;
  tags: string[];
}

const main = (text: string) => `package main\n\nfunc main() { println(${text}) }\n`;

const program =
  (engine: string, more = "") =>
  (repository: string) => `
const { GoMultiStageImage } = require("goimage");
const image = new GoMultiStageImage("hello", {
  source: "hello", repository: ${JSON.stringify(repository)}, tags: ["v1", "latest"], ${engineFields(engine)} ${more}
});
const { digest, ref, size, unpackedSize, layers, dockerfile, tags } = image;
module.exports = { digest, ref, size, unpackedSize, layers, dockerfile, tags };
`;

function helloProject(engine: string, more = "", name?: string): Project {
  const files = inHello(helloFiles);
  return new Project(program(engine, more), files, name);
}

/** Output of the program in an image, run by digest with nothing but its own files writable to nobody. */
async function runImage(ref: string): Promise<string> {
  const pulled = await run("docker", ["pull", "--quiet", ref], ".");
  assert.equal(pulled.code, 0, pulled.output);
  const result = await run("docker", ["run", "--rm", "--read-only", "--cap-drop=ALL", ref], ".");
  assert.equal(result.code, 0, result.output);
  return result.output.trim();
}

for (const engine of ["docker", "buildkit"]) {
  describe(`GoMultiStageImage with engine ${engine}`, function () {
    this.timeout(600_000);
    // The docker provider wants a daemon to be there even for a preview; docker-build wants no builder.
    const noDaemon: Record<string, string> = engine === "docker" ? {} : { BUILDX_CONFIG: "/nonexistent" };
    let project: Project;
    let first: Outputs;

    before(function () {
      const reason = missingEngine(engine);
      if (reason !== undefined) skipWithReason(this, reason);
      project = helloProject(engine);
    });

    it("shows unknown outputs in the first preview and builds nothing", async () => {
      const { changes, outputs } = await project.preview(noDaemon);
      assert.deepEqual(changes, { create: 3 });
      for (const name of ["digest", "ref", "size", "unpackedSize", "layers"])
        assert.equal(outputs[name], "unknown", name);
      assert.equal(await fetchManifest(project.repository, "v1"), undefined);
    });

    it("pushes an image and exports what the registry serves", async () => {
      assert.deepEqual(await project.up(), { create: 3 });
      first = await project.outputs<Outputs>();
      const served = await fetchManifest(project.repository, "v1");
      assert.ok(served);
      assert.equal(first.digest, served.digest);
      assert.equal(first.ref, `${project.repository}@${served.digest}`);
      assert.equal(first.size, transferSize(served.manifest));
      assert.deepEqual(first.tags, [`${project.repository}:v1`, `${project.repository}:latest`]);
      assert.equal((await fetchManifest(project.repository, "latest"))?.digest, served.digest);
      assert.deepEqual(
        first.layers.map(({ digest, size }) => ({ digest, size })),
        served.manifest.layers.map(({ digest, size }) => ({ digest, size })),
      );
      assert.deepEqual([...new Set(first.layers.map((layer) => layer.origin))], ["base", "files", "binary"]);
      assert.equal(
        first.unpackedSize,
        first.layers.reduce((sum, layer) => sum + layer.unpackedSize, 0),
      );
      const image = await fetchConfig(project.repository, served.manifest);
      assert.equal(image.config["User"], "65532:65532");
      assert.equal(image.architecture, "amd64");
    });

    it("counts unpacked bytes as docker images does, and runs", async () => {
      assert.equal(await runImage(first.ref), "hello");
      const inspected = await run("docker", ["image", "inspect", "--format={{.Size}}", first.ref], ".");
      assert.equal(Number(inspected.output), first.unpackedSize);
    });

    it("changes nothing in a second up or its preview, and keeps every output", async () => {
      const { changes, outputs } = await project.preview();
      assert.deepEqual(changes, { same: 3 });
      assert.equal(outputs["size"], first.size);
      assert.deepEqual(await project.up(), { same: 3 });
      assert.deepEqual(await project.outputs(), first);
    });

    it("promise P2: changes nothing in a refresh, or in the up after it", async () => {
      const refreshed = await project.pulumi(["refresh", "--yes", "--skip-preview"]);
      assert.equal(refreshed.code, 0, refreshed.output);
      assert.deepEqual(await project.up(), { same: 3 });
      assert.deepEqual(await project.outputs(), first);
    });

    it("ignores modes, times and umask of the same source", async () => {
      const file = path.join(project.directory, "hello/main.go");
      fs.chmodSync(file, 0o775);
      fs.utimesSync(file, 1, 1);
      fs.rmSync(path.join(project.directory, ".goimage"), { recursive: true });
      const umask = process.umask(0o002);
      try {
        assert.deepEqual(await project.up(), { same: 3 });
      } finally {
        process.umask(umask);
      }
    });

    it("previews an edit as an update with unknown outputs, never an empty digest", async () => {
      project.write({ "hello/main.go": main('"hallo"') }); // The same length: BuildKit must see it all the same.
      const { changes, outputs } = await project.preview(noDaemon);
      assert.deepEqual(changes, { same: 2, update: 1 });
      for (const name of ["digest", "ref", "size", "unpackedSize", "layers"])
        assert.equal(outputs[name], "unknown", name);
    });

    it("builds and pushes an edit of the same length", async () => {
      assert.deepEqual(await project.up(), { same: 2, update: 1 });
      const second = await project.outputs<Outputs>();
      assert.notEqual(second.digest, first.digest);
      assert.equal((await fetchManifest(project.repository, "v1"))?.digest, second.digest);
      assert.equal(await runImage(second.ref), "hallo");
      assert.equal(await runImage(first.ref), "hello");
      first = second;
    });

    it("fault 18, promise P3: shows the compiler's lines of a failed build, pushes nothing and keeps the outputs", async () => {
      project.write({ "hello/main.go": main("undefinedName") });
      const failed = await project.pulumi(["up", "--yes", "--skip-preview"]);
      assert.notEqual(failed.code, 0);
      const diagnostics = failed.output.slice(failed.output.indexOf("Diagnostics:"));
      assert.match(diagnostics, /^\s*\.\/main\.go:3:23: undefined: undefinedName$/m);
      assert.deepEqual(await project.outputs(), first);
      assert.equal((await fetchManifest(project.repository, "v1"))?.digest, first.digest);
      project.write({ "hello/main.go": main('"hallo"') });
      assert.equal((await project.up())["same"], 3);
    });

    it("leaves the image in the registry when the stack is destroyed", async () => {
      const destroyed = await project.pulumi(["destroy", "--yes", "--skip-preview"]);
      assert.equal(destroyed.code, 0, destroyed.output);
      assert.equal((await fetchManifest(project.repository, "v1"))?.digest, first.digest);
    });
  });

  describe(`recipe classic with engine ${engine}`, function () {
    this.timeout(600_000);

    it("builds the original Dockerfile", async function () {
      const reason = missingEngine(engine);
      if (reason !== undefined) skipWithReason(this, reason);
      const project = helloProject(engine, 'recipe: "classic",');
      await project.up();
      const outputs = await project.outputs<Outputs>();
      assert.match(outputs.dockerfile, /^FROM golang:1\.23 AS build\n[^]*CMD \["\.\/main"\]\n$/);
      assert.equal(await runImage(outputs.ref), "hello");
      assert.deepEqual(await project.up(), { same: 3 });
    });
  });
}

describe("reproducible builds with engine buildkit", function () {
  this.timeout(600_000);

  it("promise P1: give one digest from two projects whose compile steps share no cache", async () => {
    const digests = [];
    for (const name of ["one", "two"]) {
      // Cache mounts are named after the project; a name that was never used compiles everything anew.
      const project = helloProject("buildkit", "", `${name}-${Date.now()}`);
      await project.up();
      digests.push((await project.outputs<Outputs>()).digest);
    }
    assert.equal(digests[0], digests[1]);
  });
});
