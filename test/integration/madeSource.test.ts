// Source that a resource makes: an update reads it when what the image depends on is done, and builds what it finds then.

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { engineFields, missingEngine, skipWithReason } from "./support/project/environment";
import { Project } from "./support/project/project";

/** A generator that writes a Go file, as protoc does; with the text "gone" it removes the file. */
const program = (engine: string) => (repository: string) => `
const pulumi = require("@pulumi/pulumi");
const { GoMultiStageImage } = require("goimage");
const write = (text) => {
  const fs = require("node:fs");
  fs.rmSync("hello/gen", { recursive: true, force: true });
  fs.mkdirSync("hello/gen");
  fs.writeFileSync("hello/gen/gen.go", "package gen\\n\\nconst Text = " + JSON.stringify(text) + "\\n");
  if (text === "first") fs.writeFileSync("hello/gen/more.go", "package gen\\n\\nconst More = 1\\n");
};
const provider = {
  async create(inputs) { write(inputs.text); return { id: "generated", outs: inputs }; },
  async update(id, olds, news) { write(news.text); return { outs: news }; },
};
class Generator extends pulumi.dynamic.Resource {
  constructor(name, args) { super(provider, name, args); }
}
const { text } = JSON.parse(require("node:fs").readFileSync("settings.json", "utf8"));
const generator = new Generator("generator", { text });
const image = new GoMultiStageImage("hello", { source: "hello", repository: "${repository}", ${engineFields(engine)} },
  { dependsOn: [generator] });
const after = new Generator2("after", { digest: image.digest }, { dependsOn: [image] });
module.exports = { digest: image.digest, files: image.sourceFiles };

function Generator2(name, args, opts) {
  return new (class extends pulumi.dynamic.Resource {
    constructor() { super({ async create(inputs) { return { id: "after", outs: inputs }; },
      async update(id, olds, news) { return { outs: news }; } }, name, args, opts); }
  })();
}
`;

const files = {
  "hello/go.mod": "module example.com/hello\n\ngo 1.23\n",
  "hello/main.go": 'package main\n\nimport "example.com/hello/gen"\n\nfunc main() { println(gen.Text) }\n',
};

/** What the command line's own archive has for dynamic resources: the SDK's script. */
function withDynamicResources(project: Project): { PATH: string } {
  const tools = path.join(project.directory, "tools");
  fs.mkdirSync(tools, { recursive: true });
  const script = require.resolve("@pulumi/pulumi/cmd/dynamic-provider");
  fs.writeFileSync(
    path.join(tools, "pulumi-resource-pulumi-nodejs"),
    `#!/bin/sh\nexec node ${script} "$@"\n`,
    { mode: 0o755 },
  );
  return { PATH: `${tools}:${process.env["PATH"] ?? ""}` };
}

interface Outputs {
  digest: string;
  files: Record<string, string>;
}

for (const engine of ["docker", "buildkit"]) {
  describe(`source made by a resource, engine ${engine}`, function () {
    this.timeout(600_000);
    before(function () {
      const reason = missingEngine(engine);
      if (reason !== undefined) skipWithReason(this, reason);
    });

    it("is built in the update that makes it, and the next update changes nothing", async () => {
      const settings = (text: string) => ({ "settings.json": JSON.stringify({ text }) });
      const project = new Project(program(engine), { ...files, ...settings("first") }, `made-${engine}`);
      const env = withDynamicResources(project);
      const { output } = await project.preview(env);
      assert.match(
        output,
        /the source cannot be built as it is now; the update reads it again once the resources that the image depends on are done/,
      );
      assert.match(output, /main\.go imports example\.com\/hello\/gen, but gen is not there/);

      await project.up(env);
      const first = await project.outputs<Outputs>();
      assert.deepEqual(Object.keys(first.files), ["gen/gen.go", "gen/more.go", "go.mod", "main.go"]);
      const again = await project.up(env);
      assert.deepEqual(Object.keys(again), ["same"]);
      const known = await project.preview(env);
      assert.deepEqual([known.changes, known.outputs["digest"]], [again, first.digest]);

      // Changed and deleted files are read in the update that changes and deletes them.
      project.write(settings("second"));
      await project.up(env);
      const second = await project.outputs<Outputs>();
      assert.deepEqual(Object.keys(second.files), ["gen/gen.go", "go.mod", "main.go"]);
      assert.notEqual(second.digest, first.digest);
      assert.deepEqual(Object.keys(await project.up(env)), ["same"]);
    });

    it("is refused in the update when it is still missing", async () => {
      const project = new Project(
        program(engine),
        { ...files, "settings.json": '{"text":"x"}' },
        `none-${engine}`,
      );
      const main =
        'package main\n\nimport "example.com/hello/other"\n\nfunc main() { println(other.Text) }\n';
      fs.writeFileSync(path.join(project.directory, "hello/main.go"), main);
      const { code, output } = await project.pulumi(
        ["up", "--yes", "--skip-preview"],
        withDynamicResources(project),
      );
      assert.notEqual(code, 0);
      assert.match(output, /main\.go imports example\.com\/hello\/other, but other is not there/);
      assert.doesNotMatch(output, /^\s+at .*\(/m);
    });
  });
}
