// The plugin for programs in other languages, on a real engine: a program that knows the component's type and nothing else.

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { helloFiles, inHello, makeTree } from "../support/module";
import { engineFields, engines } from "./support/project/environment";
import { Project, repositoryRoot, run } from "./support/project/project";

const plugin = path.join(repositoryRoot, "dist/provider/plugin.js");
const upNow = ["up", "--yes", "--skip-preview"];

/** A PATH on which the plugin is, as npm install -g puts it there. */
function withPlugin(): Record<string, string> {
  const directory = makeTree({
    "pulumi-resource-goimage": `#!/bin/sh\nexec ${process.execPath} ${plugin} "$@"\n`,
  });
  fs.chmodSync(path.join(directory, "pulumi-resource-goimage"), 0o755);
  return { PATH: `${directory}:${process.env["PATH"]}` };
}

const image = (name: string, fields: string) => `
exports.${name} = new Image("${name}", { ${fields} });
`;
const program = (...images: string[]) => `
const pulumi = require("@pulumi/pulumi");
class Image extends pulumi.ComponentResource {
  constructor(name, args) {
    const outputs = { digest: undefined, size: undefined, platformSizes: undefined };
    super("goimage:index:GoMultiStageImage", name, { ...outputs, ...args }, { version: "0.1.0" }, true);
  }
}
${images.join("")}
`;

describe("the plugin for other languages", function () {
  this.timeout(600_000);
  const env = withPlugin();
  const engine = engines.includes("buildkit") ? "buildkit" : "docker";
  const fields = (repository: string) =>
    `source: "hello", repository: "${repository}", ${engineFields(engine)}`;
  const failing = async (project: Project, ...words: string[]) => {
    const { code, output } = await project.pulumi(words, env);
    assert.notEqual(code, 0, output);
    return output;
  };

  it("has a schema that Pulumi accepts", async () => {
    const { code, output } = await run("pulumi", ["schema", "check", "provider/schema.json"], repositoryRoot);
    assert.equal(code, 0, output);
  });

  it("makes the same image as a TypeScript program, and changes nothing the second time", async () => {
    const remote = new Project(
      (repository) => program(image("hello", fields(repository))),
      inHello(helloFiles),
    );
    await remote.up(env);
    const { hello } = await remote.outputs<{ hello: { digest: string; size: number } }>();
    const local = new Project(
      (repository) => `
const { GoMultiStageImage } = require("goimage");
exports.digest = new GoMultiStageImage("hello", { ${fields(repository)} }).digest;
`,
      inHello(helloFiles),
    );
    await local.up();
    if (engine === "buildkit") assert.equal(hello.digest, (await local.outputs<{ digest: string }>()).digest);
    assert.ok(hello.size > 1_000_000);
    assert.deepEqual(await remote.up(env), { same: 3 });
    // The size comes from the state, as it does in a TypeScript program's preview.
    const preview = await remote.preview(env);
    const { digest, size } = preview.outputs["hello"] as typeof hello;
    assert.deepEqual({ digest, size }, { digest: hello.digest, size: hello.size });
    remote.write({ "hello/main.go": "package main\n\nfunc main() { undefined_() }\n" });
    const output = await failing(remote, ...upNow);
    assert.match(output, /error: the build failed:\n\s+# \S+\n\s+\.?\/?main\.go:3:15: undefined: undefined_/);
    assert.deepEqual((await remote.outputs<{ hello: { digest: string } }>()).hello.digest, hello.digest);
  });

  it("reports all mistakes at once by property name, including Outputs for plain values", async () => {
    const canary = "canary-in-a-plain-input";
    const wrong = `source: "nowhere", repository: "x/Y", tags: "v1", mainPackage: pulumi.secret("${canary}"), platforms: pulumi.output(["linux/amd64"]).apply((x) => x),`;
    const project = new Project(program(image("hello", wrong)));
    const output = await failing(project, "preview");
    for (const line of [
      'source: "nowhere" does not exist',
      'repository: "x/Y"',
      'tags: "v1" is not a list',
      "mainPackage: an Output is not a string; it must be known when the program runs",
      "platforms: an Output is not a list",
    ])
      assert.ok(output.includes(`      ${line}`), output);
    assert.ok(!output.includes(canary), output);
  });

  it("refuses two images with one tag in a program", async () => {
    const project = new Project(
      (repository) => program(image("one", fields(repository)), image("two", fields(repository))),
      inHello(helloFiles),
    );
    assert.match(
      await failing(project, "preview"),
      /"(one|two)" in this program already pushes to \S+:latest/,
    );
  });
});
