// What a user meets with wrong, late or unusual inputs, on a real engine.

import assert from "node:assert/strict";
import { helloFiles } from "../support/module";
import { engineFields, engines } from "./support/environment";
import { Project } from "./support/project";
import { fetchConfig, fetchManifest } from "./support/registry";

const engine = engines.includes("buildkit") ? "buildkit" : "docker";
const hello = Object.fromEntries(Object.entries(helloFiles).map(([file, text]) => [`hello/${file}`, text]));

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

describe("a repository that another resource names", function () {
  this.timeout(300_000);

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

describe("settings with characters that mean something elsewhere", function () {
  this.timeout(300_000);

  for (const engine of engines) {
    it(`reach the image as they are with engine ${engine}`, async () => {
      const value = `a\\b"c $PATH \${HOME} 'd' \`id\` $(id) é <<EOF # x \\`;
      const project = new Project(
        (repository) => `const { GoMultiStageImage } = require("goimage");
         const value = ${JSON.stringify(value)};
         new GoMultiStageImage("hello", { source: "hello", repository: "${repository}", ${engineFields(engine)}
           build: { env: { NASTY: value }, ldflags: ["-X main.note=it's $HOME"] },
           runtime: { env: { VALUE: value, EMPTY: "" }, labels: { "com.example.value": value }, command: [value, "<<EOF"],
             files: ["data/with space.txt"], exposedPorts: ["8080", "53/udp"], stopSignal: "SIGINT" } });`,
        { ...hello, "hello/data/with space.txt": "x" },
      );
      await project.up();
      const served = await fetchManifest(project.repository, "latest");
      assert.ok(served);
      const { config } = await fetchConfig(project.repository, served.manifest);
      assert.ok((config["Env"] as string[]).includes(`VALUE=${value}`));
      assert.ok((config["Env"] as string[]).includes("EMPTY="));
      // A base image may bring labels of its own.
      assert.equal((config["Labels"] as Record<string, string>)["com.example.value"], value);
      assert.deepEqual(config["Cmd"], [value, "<<EOF"]);
      assert.deepEqual(config["ExposedPorts"], { "53/udp": {}, "8080/tcp": {} });
      assert.equal(config["StopSignal"], "SIGINT");
    });
  }
});
