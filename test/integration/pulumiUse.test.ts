// Pulumi as people use it: targets, limits that change, resources that fail, two copies of a package, renamed stacks.

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { helloFiles, inHello } from "../support/module";
import { builder, engineFields, engines } from "./support/project/environment";
import { docker, rebuilt } from "./support/images/images";
import { Project, repositoryRoot } from "./support/project/project";
import { fetchManifest } from "./support/images/registry";

const hello = inHello(helloFiles);
const upNow = ["up", "--yes", "--skip-preview"];

for (const engine of engines) {
  describe(`pulumi in everyday use, with engine ${engine}`, function () {
    this.timeout(600_000);
    const image = (name: string, repository: string, more = "", opts = "") => `
const ${name} = new GoMultiStageImage("${name}", {
  source: "${name}", repository: "${repository}/${name}", ${engineFields(engine)} ${more}
}, { ${opts} });
module.exports["${name}"] = { digest: ${name}.digest, sourceHash: ${name}.sourceHash, files: ${name}.sourceFiles, dockerfile: ${name}.dockerfile };
`;
    const start = 'const { GoMultiStageImage } = require("goimage");\n';
    const two =
      (more = "") =>
      (repository: string) =>
        `${start}${image("hello", repository, more)}${image("other", repository)}`;
    const files = {
      ...hello,
      ...Object.fromEntries(Object.entries(helloFiles).map(([name, text]) => [`other/${name}`, text])),
    };

    it("fails an update whose limit is below the deployed size, pushes nothing and keeps the state", async () => {
      const project = new Project(two(), files);
      await project.up();
      const before = await project.outputs();
      project.write({ "index.js": two('maxSize: "1kB",')(project.repository) });
      const preview = await project.pulumi(["preview"]);
      assert.match(preview.output, /more than maxSize allows \(1\.00 kB .*the update will fail/);
      const { code, output } = await project.pulumi(upNow);
      assert.notEqual(code, 0);
      assert.match(output, /error: \S+: the image has .* more than maxSize allows/);
      assert.match(output, /nothing was pushed: the stack has this image deployed already/);
      assert.doesNotMatch(output, /error serializing property/);
      assert.deepEqual(await project.outputs(), before);
      project.write({ "index.js": two('maxSize: "1GB", maxGrowth: 0,')(project.repository) });
      assert.deepEqual(await project.up(), { same: 5 });
    });

    it("keeps the deployed image's source in the outputs when --target leaves the image alone", async () => {
      const project = new Project(two(), files);
      await project.up();
      const before = await project.outputs<{ hello: object }>();
      project.write({ "hello/main.go": helloFiles["main.go"]?.replace("hello", "edited") ?? "" });
      const state = JSON.parse(await project.state()) as { deployment: { resources: { urn: string }[] } };
      const targets = state.deployment.resources
        .map(({ urn }) => urn)
        .filter((urn) => urn.endsWith("::other"));
      assert.equal(targets.length, 2);
      const other = await project.pulumi([...upNow, ...targets.flatMap((urn) => ["--target", urn])]);
      assert.equal(other.code, 0, other.output);
      assert.deepEqual((await project.outputs<{ hello: object }>()).hello, before.hello);
      // Nor with the component's own name alone, which is not that of the resource that builds.
      const component = state.deployment.resources
        .map(({ urn }) => urn)
        .find((urn) => /GoMultiStageImage::hello$/.test(urn));
      const own = await project.pulumi(["preview", "--target", component ?? ""]);
      for (const { output } of [other, own]) {
        assert.doesNotMatch(output, /rebuilds because of/);
        assert.match(
          output,
          /not rebuilt, although main\.go changed: this update leaves urn:\S+::hello alone \(--target\)/,
        );
      }
      const { code, output } = await project.pulumi(upNow);
      assert.equal(code, 0, output);
      assert.match(output, /rebuilds because of main\.go/);
      assert.notDeepEqual((await project.outputs<{ hello: object }>()).hello, before.hello);
    });

    it("ends without a hang when an image's repository stays unknown after a failure", async () => {
      const project = new Project(
        (repository) => `${start}${image("hello", repository)}
const next = new GoMultiStageImage("next", {
  source: "other", ${engineFields(engine)}
  repository: hello.digest.apply((digest) => "${repository}/next" + digest.length),
});`,
        { ...files, "hello/main.go": "package main\n\nfunc main() { undefined_() }\n" },
      );
      const { code, output } = await project.pulumi([...upNow, "--continue-on-error"]);
      assert.notEqual(code, 0);
      assert.match(output, /undefined: undefined_/);
      assert.doesNotMatch(output, /promise leak|error serializing property/i);
    });

    it("passes customTimeouts to the build, which the docker provider ignores", async () => {
      const project = new Project(
        (repository) => start + image("hello", repository, "", 'customTimeouts: { create: "1ms" }'),
        hello,
      );
      const { code, output } = await project.pulumi(upNow);
      // The docker provider finishes what it has begun.
      if (engine === "docker") return;
      assert.notEqual(code, 0, output);
      assert.match(output, /customTimeouts/);
    });

    it("accepts a corrected image with the name and tag of a refused one", async () => {
      const project = new Project(
        (repository) => `${start}
try {
  new GoMultiStageImage("hello", { source: "hello", repository: "${repository}/hello", runtime: { user: "root" } });
  throw new Error("it was not refused");
} catch (error) {
  if (!/runtime.user/.test(error.message)) throw error;
}
${image("hello", repository)}`,
        hello,
      );
      await project.up();
    });

    it("works with two copies of goimage in a program, which see each other's tags", async () => {
      const program = (second: string) => (repository: string) => `
const { GoMultiStageImage } = require("goimage");
const other = require("goimage2");
const common = { source: "hello", ${engineFields(engine)} };
new GoMultiStageImage("one", { ...common, repository: "${repository}/one" });
new other.GoMultiStageImage("two", { ...common, repository: "${repository}/${second}" });`;
      const project = new Project(program("two"), hello);
      const copy = path.join(project.directory, "node_modules/goimage2");
      fs.mkdirSync(copy);
      for (const part of ["dist", "package.json"])
        fs.cpSync(path.join(repositoryRoot, part), path.join(copy, part), { recursive: true });
      // What the package needs, beside it as npm would put it.
      for (const name of ["fzstd", "d3-hierarchy"])
        fs.symlinkSync(
          path.join(repositoryRoot, "node_modules", name),
          path.join(project.directory, "node_modules", name),
        );
      await project.up();
      project.write({ "index.js": program("one")(project.repository) });
      const { code, output } = await project.pulumi(upNow);
      assert.notEqual(code, 0);
      assert.match(output, /"one" in this program already pushes to \S+/);
    });

    it("rebuilds nothing when the stack is renamed", async () => {
      const project = new Project((repository) => start + image("hello", repository), hello);
      await project.up();
      const renamed = await project.pulumi(["stack", "rename", "renamed"]);
      assert.equal(renamed.code, 0, renamed.output);
      const { code, output } = await project.pulumi(upNow, { PULUMI_STACK: "renamed" });
      assert.equal(code, 0, output);
      assert.match(output, /3 unchanged/);
    });

    it("ships volumes that the program may write to", async function () {
      const writer = `package main

import (
	"fmt"
	"os"
)

func main() {
	err := os.WriteFile("/data/deep/x", []byte("x"), 0o600)
	fmt.Println(os.Getuid(), err)
}
`;
      const project = new Project(
        (repository) => start + image("hello", repository, 'runtime: { volumes: ["/data/deep"] },'),
        { ...hello, "hello/main.go": writer },
      );
      await project.up();
      const served = await fetchManifest(`${project.repository}/hello`, "latest");
      assert.ok(served);
      const { hello: outputs } = await project.outputs<{ hello: { digest: string } }>();
      assert.ok(outputs.digest);
      if (!engines.includes("docker")) {
        console.log("      skipped in part: there is no Docker Engine to run the image");
        return;
      }
      const ref = `${project.repository}/hello@${outputs.digest}`;
      const volume = `goimage-test-${Date.now()}`;
      try {
        const output = await docker("run", "--rm", "--volume", `${volume}:/data/deep`, ref);
        assert.match(output, /65532 <nil>$/);
        assert.match(await docker("run", "--rm", "--read-only", ref), /65532 <nil>$/);
      } finally {
        await docker("volume", "rm", "--force", volume);
      }
    });
  });
}

describe("an image with volumes", function () {
  this.timeout(120_000);
  it("has the same digest when it is built again without a cache", async () => {
    const project = new Project(
      (repository) => `const { GoMultiStageImage } = require("goimage");
const image = new GoMultiStageImage("hello", { source: "hello", repository: "${repository}", builder: "${builder}", runtime: { volumes: ["/data", "/var/lib/x/y"] } });
module.exports = { digest: image.digest };`,
      hello,
    );
    await project.up();
    const { digest } = await project.outputs<{ digest: string }>();
    const context = path.join(project.directory, ".goimage/test/test/hello-MultiStage");
    assert.equal(await rebuilt(context, `${project.repository}:again`), digest);
  });
});
