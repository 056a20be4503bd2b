// The oldest SDK that works whole, and one that is too old, beside the packed package as npm installs them. The newest that
// Node 20 runs without a warning is what all other tests have.

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { oldestSdk } from "../../components/deploy/pulumi/sdk";
import { helloFiles, inHello, makeTree } from "../support/module";
import { engineFields, engines, registry } from "./support/project/environment";
import { repositoryRoot, run } from "./support/project/project";

describe("Pulumi's SDK", function () {
  this.timeout(600_000);
  const quiet = ["--no-audit", "--no-fund", "--loglevel=error", "--prefer-offline", "--ignore-scripts"];

  async function projectWith(sdk: string) {
    const project = makeTree({
      "Pulumi.yaml": "name: infra\nruntime: { name: nodejs, options: { typescript: false } }\n",
      "package.json": JSON.stringify({ name: "infra", private: true, main: "index.js" }),
      "index.js": `
const { GoMultiStageImage } = require("goimage");
const hello = new GoMultiStageImage("hello", {
  source: "hello", repository: "${registry}/test/sdk-${sdk.replaceAll(".", "-")}", ${engineFields(engines.at(-1) ?? "")}
});
exports.digest = hello.digest;
`,
      ...inHello(helloFiles),
    });
    const packed = await run(
      "npm",
      ["pack", "--ignore-scripts", "--pack-destination", project, ...quiet],
      repositoryRoot,
    );
    assert.equal(packed.code, 0, packed.output);
    const tarball = fs.readdirSync(project).find((name) => name.endsWith(".tgz")) ?? "";
    const wanted = ["docker", "docker-build"].map((name) => {
      const file = path.join(repositoryRoot, "node_modules/@pulumi", name, "package.json");
      return `@pulumi/${name}@${(JSON.parse(fs.readFileSync(file, "utf8")) as { version: string }).version}`;
    });
    const installed = await run(
      "npm",
      ["install", ...quiet, `./${tarball}`, `@pulumi/pulumi@${sdk}`, ...wanted],
      project,
    );
    assert.equal(installed.code, 0, installed.output);
    const env = {
      PULUMI_BACKEND_URL: `file://${makeTree({})}`,
      PULUMI_CONFIG_PASSPHRASE: "",
      PULUMI_STACK: "dev",
    };
    const pulumi = (...words: string[]) => run("pulumi", [...words, "--non-interactive"], project, env);
    await pulumi("stack", "init", "dev");
    return { project, up: () => pulumi("up", "--yes", "--skip-preview") };
  }

  it(`works from version ${oldestSdk} on: builds, changes nothing the second time, shows the compiler's lines`, async () => {
    const { project, up } = await projectWith(oldestSdk);
    const first = await up();
    assert.equal(first.code, 0, first.output);
    assert.match(first.output, /digest: "sha256:/);
    assert.match((await up()).output, /3 unchanged/);
    fs.writeFileSync(path.join(project, "hello/main.go"), "package main\n\nfunc main() { undefined_() }\n");
    const broken = await up();
    assert.notEqual(broken.code, 0);
    assert.match(broken.output, /error: the build failed:\n[^]*undefined: undefined_/);
  });

  it("is refused in one line before a build when it is older", async () => {
    const { up } = await projectWith("3.200.0");
    const { code, output } = await up();
    assert.notEqual(code, 0);
    assert.match(
      output,
      /goimage needs @pulumi\/pulumi 3\.245\.0 or newer, .*: run npm install @pulumi\/pulumi@latest/,
    );
    assert.doesNotMatch(output, /docker-build:index:Image|docker:index\/image|Invalid string length/);
  });
});
