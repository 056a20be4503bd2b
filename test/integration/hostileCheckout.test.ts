// A checkout that brings more than source: files where goimage works, names that are commands to a CI system, and a netrc that would
// go to every host.

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { helloFiles, inHello } from "../support/module";
import { builder, engineFields, engines, missingEngine, skipWithReason } from "./support/project/environment";
import { buildImage } from "./support/images/images";
import { startPrebuiltEngine, type PrebuiltEngine } from "./support/prebuilt/engine";
import { Project } from "./support/project/project";
import { fetchManifest } from "./support/images/registry";

const place = ".goimage/test/test/hello-MultiStage";
const program =
  (more: string) =>
  (repository: string): string => `
    const pulumi = require("@pulumi/pulumi");
    const { GoMultiStageImage } = require("goimage");
    const image = new GoMultiStageImage("hello", { source: "hello", repository: "${repository}", ${more} });
    exports.ref = image.ref;`;

for (const engine of engines) {
  describe(`a checkout with a .goimage of its own, with engine ${engine}`, function () {
    this.timeout(600_000);

    before(function () {
      const reason = missingEngine(engine);
      if (reason !== undefined) skipWithReason(this, reason);
    });

    it("loses files that would change docker's builds, and cannot stop a preview", async () => {
      const project = new Project(program(engineFields(engine)), inHello(helloFiles));
      const planted = {
        [`${place}.Dockerfile.dockerignore`]: "main.go\n",
        [`${place}.lock`]: `${process.pid} 1\n`,
        ".goimage/test/test/HEAD": "ref: refs/heads/main\n",
      };
      project.write(planted);
      const { output } = await project.pulumi(["preview"]);
      assert.doesNotMatch(output, /an update \(process/);
      project.write(planted);
      await project.up();
      const found = fs.readdirSync(path.join(project.directory, path.dirname(place))).sort();
      assert.deepEqual(found, ["hello-MultiStage", "hello-MultiStage.Dockerfile"]);
      // As the documentation says how to build without goimage.
      const [file, context] = [`${place}.Dockerfile`, place].map((each) =>
        path.join(project.directory, each),
      );
      await buildImage(context ?? "", "type=cacheonly", `--file=${file ?? ""}`, `--builder=${builder}`);
    });
  });
}

describe("a checkout by a stranger", function () {
  this.timeout(600_000);
  let prebuilt: PrebuiltEngine;
  before(async () => void (prebuilt = await startPrebuiltEngine()));
  after(() => prebuilt?.close());

  it("cannot give commands to a CI system with file names", async function () {
    if (process.platform === "win32") this.skip();
    const name = "x\n::add-mask::on\nFORGED error: line\n##vso[task.setvariable variable=x]y\u001b[2J";
    const project = prebuilt.project(program('runtime: { files: ["data"] }, engine: "docker"'), {
      ...inHello(helloFiles),
      [`hello/data/${name}`]: "1",
    });
    fs.chmodSync(path.join(project.directory, "hello/data", name), 0o600);
    const first = await project.pulumi(["up", "--yes", "--skip-preview"]);
    assert.equal(first.code, 0, first.output);
    assert.match(first.output, /FORGED.* is private on this machine/);
    fs.writeFileSync(path.join(project.directory, "hello/data", name), "2");
    const second = await project.pulumi(["preview"]);
    assert.match(second.output, /rebuilds because of data\/x\\u000a::add-mask::on\\u000aFORGED/);
    for (const output of [first.output, second.output]) {
      assert.doesNotMatch(output, /^\s*(::|FORGED)/m);
      assert.doesNotMatch(output, /##vso\[/);
      assert.ok(!output.includes("\u001b"));
    }
  });

  it("is refused before the build when a late netrc has a default entry", async () => {
    const netrc =
      "machine git.example.com login robot password hush-hush\\ndefault login robot password hush-hush";
    const project = prebuilt.project(
      program(
        `engine: "buildkit", builder: "b", build: { netrc: pulumi.secret(Promise.resolve("${netrc}")) }`,
      ),
      inHello(helloFiles),
    );
    const { code, output } = await project.pulumi(["up", "--yes", "--skip-preview"]);
    assert.notEqual(code, 0);
    assert.match(output, /build\.netrc: has a default entry, whose password git sends to every host/);
    assert.doesNotMatch(output, /hush-hush|\bat .*\.js:\d/);
    assert.equal(await fetchManifest(project.repository, "latest"), undefined);
  });
});
