// What a user meets with wrong, late or unusual inputs, on a real engine.

import assert from "node:assert/strict";
import { helloFiles, inHello } from "../support/module";
import { engineFields, engines } from "./support/project/environment";
import { Project } from "./support/project/project";
import { fetchManifest } from "./support/images/registry";

const engine = engines.includes("buildkit") ? "buildkit" : "docker";
const hello = inHello(helloFiles);

describe("mistakes in the inputs", function () {
  this.timeout(120_000);

  it("are reported together, without a stack trace, before anything is built", async () => {
    const project = new Project(
      `const { GoMultiStageImage } = require("goimage");
       new GoMultiStageImage("api", {
         source: "nowhere", repository: "registry.example.com/Team/api:v1", tags: ["a b"], platforms: ["linux/foo"],
         runtime: { user: "root" },
       });`,
    );
    const { code, output } = await project.pulumi(["up", "--yes", "--skip-preview"]);
    assert.notEqual(code, 0);
    assert.match(output, /GoMultiStageImage "api": 5 inputs are not valid; nothing was built\./);
    for (const input of [
      'source: "nowhere" does not exist',
      "repository:",
      "tags[0]:",
      "platforms[0]:",
      "runtime.user:",
    ]) {
      assert.ok(output.includes(input), `${input} is missing in ${output}`);
    }
    assert.doesNotMatch(output, /\bat .*\(.*\.js:\d+/);
  });

  it("are found in values that only become known during the update", async () => {
    const project = new Project(
      (repository) => `const { GoMultiStageImage } = require("goimage");
       const one = new GoMultiStageImage("one", { source: "hello", repository: "${repository}", ${engineFields(engine)} });
       const bad = one.digest.apply((digest) => "Bad/" + digest.slice(7, 12));
       new GoMultiStageImage("two", { source: "hello", repository: bad, ${engineFields(engine)} });`,
      hello,
    );
    await project.preview();
    const { code, output } = await project.pulumi(["up", "--yes", "--skip-preview"]);
    assert.notEqual(code, 0);
    assert.match(output, /GoMultiStageImage "two": 1 input is not valid[^]*repository: "Bad\//);
  });
});

describe("a netrc given as a secret", function () {
  this.timeout(120_000);

  it("is refused without being shown when the go command would not read all of it", async () => {
    const netrc = String.raw`pulumi.secret("machine git.example.com login robot password\nhunter2")`;
    const project = new Project(
      (repository) => `const pulumi = require("@pulumi/pulumi");
       const { GoMultiStageImage } = require("goimage");
       new GoMultiStageImage("api", { source: "hello", repository: "${repository}", build: { netrc: ${netrc} } });`,
      hello,
    );
    const { code, output } = await project.pulumi(["preview"]);
    assert.notEqual(code, 0);
    assert.match(output, /1 input is not valid[^]*build\.netrc: has a line that ends after password/);
    assert.ok(!output.includes("hunter2"));
  });
});

describe("a time zone in the environment", function () {
  this.timeout(120_000);

  it("causes a warning in the preview when the image has no database, and none when the source embeds one", async () => {
    const project = new Project(
      (repository) => `const { GoMultiStageImage } = require("goimage");
       new GoMultiStageImage("api", { source: "hello", repository: "${repository}", ${engineFields(engine)}
         runtime: { env: { TZ: "Europe/Rome" } } });`,
      hello,
    );
    assert.match(
      (await project.preview()).output,
      /runtime\.env\.TZ is "Europe\/Rome", but the image has no time zone/,
    );
    project.write({ "hello/zones.go": 'package main\n\nimport _ "time/tzdata"\n' });
    assert.doesNotMatch((await project.preview()).output, /time zone database/);
  });
});

describe("a repository named by another resource's output", function () {
  this.timeout(600_000);

  for (const engine of engines) {
    it(`is unknown in the preview and right in the update with engine ${engine}`, async () => {
      const project = new Project(
        (repository) => `const { GoMultiStageImage } = require("goimage");
         const one = new GoMultiStageImage("one", { source: "hello", repository: "${repository}/one", ${engineFields(engine)} });
         const second = one.digest.apply(() => "${repository}/two");
         const two = new GoMultiStageImage("two", {
           source: "hello", repository: second, tags: [one.digest.apply(() => "v2")], ${engineFields(engine)} });
         module.exports = { ref: two.ref, tags: two.tags };`,
        hello,
      );
      const { outputs } = await project.preview();
      assert.equal(outputs["ref"], "unknown");
      await project.up();
      const served = await fetchManifest(`${project.repository}/two`, "v2");
      const { ref } = await project.outputs<{ ref: string }>();
      assert.equal(ref, `${project.repository}/two@${served?.digest}`);
      assert.equal((await project.up())["same"], 5);
    });
  }
});
