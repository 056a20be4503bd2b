// The shell blocks of docs/ that need an image, run as they are written, with the test's repository in place of the example's.

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { which } from "../../tools/setup/exec";
import { helloFiles, inHello, makeTree } from "../support/module";
import { blocks } from "../support/pages";
import { missingEngine, skipWithReason } from "./support/project/environment";
import { Project, repositoryRoot, run, type Run } from "./support/project/project";

/** A configuration of docker's command line that has buildx as a plugin. */
function withBuildx(): string {
  const directory = makeTree({ "config.json": "{}" });
  const plugin = which("docker-buildx");
  fs.mkdirSync(path.join(directory, "cli-plugins"));
  if (plugin !== undefined) fs.symlinkSync(plugin, path.join(directory, "cli-plugins/docker-buildx"));
  return directory;
}

describe("commands of the documentation", function () {
  this.timeout(600_000);
  let project: Project;

  before(async function () {
    const reason = missingEngine("docker");
    if (reason !== undefined) skipWithReason(this, reason);
    const program = (version: string) => (repository: string) => `
const { GoMultiStageImage } = require("goimage");
const api = new GoMultiStageImage("api", {
  source: "hello", repository: "${repository}", tags: ["${version}"], engine: "docker",
  build: { ldflags: ["-X main.version=${version}"] },
});
exports.ref = api.ref;
`;
    project = new Project(program("v1.3.0"), inHello(helloFiles), "infra");
    await project.up();
    project.write({ "index.js": program("v1.4.0")(project.repository) });
    await project.up();
  });

  /** Runs a block in the project's directory. */
  function runBlock(block: string): Promise<Run> {
    const text = block
      .replaceAll("registry.example.com/team/api", project.repository)
      .replace("infra/prod", "infra/test")
      .replaceAll("npx goimage", `"${process.execPath}" "${path.join(repositoryRoot, "dist/cli/index.js")}"`);
    return run("bash", ["-euo", "pipefail", "-c", text], project.directory, {
      PULUMI_BACKEND_URL: `file://${path.join(project.directory, ".state")}`,
      PULUMI_CONFIG_PASSPHRASE: "",
      PULUMI_STACK: "test",
      NO_COLOR: "1",
      // The default of every Docker Engine since 23.0, which brings buildx as a plugin.
      DOCKER_BUILDKIT: "1",
      DOCKER_CONFIG: withBuildx(),
      BUILDX_BUILDER: "default",
    });
  }

  it("build the same image without goimage", async () => {
    const [leave = ""] = blocks("docs/leaving.md", "sh");
    const result = await runBlock(leave);
    assert.equal(result.code, 0, result.output);
    const layers = async (image: string) =>
      (await run("docker", ["inspect", "--format", "{{json .RootFS.Layers}}", image], project.directory))
        .output;
    assert.match(await layers(project.repository), /^\["sha256:/);
    assert.equal(await layers(project.repository), await layers(`${project.repository}:v1.4.0`));
  });

  it("report on an image, and compare two", async () => {
    const [report = ""] = blocks("docs/size-and-report.md", "sh");
    const result = await runBlock(report);
    assert.equal(result.code, 0, result.output);
    for (const part of ["/app/main", "alpine-baselayout", "| package |"])
      assert.ok(result.output.includes(part), result.output);
  });
});

describe("pulumi commands in the pipelines of the documentation", function () {
  this.timeout(60_000);

  it("use only options that pulumi knows", async () => {
    const lines = blocks("docs/pipelines.md", "yaml").flatMap(
      (text) => text.match(/\bpulumi [a-z]+ -.*/g) ?? [],
    );
    assert.ok(lines.length >= 4);
    for (const line of lines) {
      const [, command = ""] = line.split(" ");
      const { output } = await run("pulumi", [command, "--help"], ".");
      for (const [option = ""] of line.matchAll(/--[a-z-]+/g))
        assert.match(output, new RegExp(`${option}\\b`), `${option} of ${line}`);
    }
  });
});
