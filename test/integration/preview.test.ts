// What a preview executes of a pull request: the Pulumi program, and nothing of the Go source (docs/security.md).

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { inHello, makeTree } from "../support/module";
import { engineFields, missingEngine, skipWithReason } from "./support/project/environment";
import { Project } from "./support/project/project";
import { fetchManifest } from "./support/images/registry";

/** Everything in a source tree that a careless tool would run. */
const service = (text: string, mark: string) =>
  inHello({
    "go.mod": "module example.com/hello\n\ngo 1.23\n",
    "main.go": `package main

//go:generate sh -c "echo generate >> ${mark}"

import "os"

func init() { _ = os.WriteFile(${JSON.stringify(mark)}, []byte("init\\n"), 0o644) }

func main() { println(${JSON.stringify(text)}) }
`,
    "main_test.go": 'package main\n\nimport "testing"\n\nfunc TestMain(m *testing.M) { main() }\n',
    Makefile: `all:\n\techo make >> ${mark}\n`,
    ".git/config": `[core]\n\tfsmonitor = "echo git >> ${mark}"\n\thooksPath = hooks\n`,
    ".envrc": `echo direnv >> ${mark}\n`,
  });

/** Commands that a build would need, each of which only says that it was called. */
function tools(mark: string): string {
  const names = ["go", "gofmt", "git", "docker", "docker-buildx", "buildctl", "gcc", "cc", "make"];
  const directory = makeTree(
    Object.fromEntries(names.map((name) => [name, `#!/bin/sh\necho ${name} "$@" >> ${mark}\nexit 1\n`])),
  );
  for (const name of names) fs.chmodSync(path.join(directory, name), 0o755);
  return directory;
}

for (const engine of ["docker", "buildkit"]) {
  describe(`a preview with engine ${engine}`, function () {
    this.timeout(600_000);

    before(function () {
      const reason = missingEngine(engine);
      if (reason !== undefined) skipWithReason(this, reason);
    });

    it("runs the pull request's Pulumi program, and neither its Go source nor a tool on it", async () => {
      const marks = makeTree({});
      const mark = path.join(marks, "executed");
      const program = (repository: string) => `
const { GoMultiStageImage } = require("goimage");
require("node:fs").appendFileSync(${JSON.stringify(mark)}, "program\\n");
const image = new GoMultiStageImage("hello", {
  source: "hello", repository: "${repository}", tags: ["v1"], ${engineFields(engine)}
});
exports.digest = image.digest;
`;
      const project = new Project(program, service("one", mark));
      const env = { PATH: `${tools(mark)}${path.delimiter}${process.env["PATH"] ?? ""}` };
      const executed = () => {
        const lines = fs.readFileSync(mark, "utf8").trim().split("\n");
        fs.rmSync(mark);
        return lines;
      };

      const first = await project.preview(env);
      assert.equal(first.outputs["digest"], "unknown");
      assert.deepEqual(executed(), ["program"]);
      assert.equal(await fetchManifest(project.repository, "v1"), undefined);

      await project.up();
      const pushed = (await fetchManifest(project.repository, "v1"))?.digest;
      assert.ok(pushed);
      executed();
      project.write(service("two", mark));
      const second = await project.preview(env);
      assert.equal(second.outputs["digest"], "unknown");
      assert.deepEqual(executed(), ["program"]);
      assert.equal((await fetchManifest(project.repository, "v1"))?.digest, pushed);

      // An update whose build fails does call one, so these are the tools that would have been called.
      project.write(inHello({ "main.go": "package main\n\nfunc main() { broken }\n" }));
      assert.notEqual((await project.pulumi(["up", "--yes", "--skip-preview"], env)).code, 0);
      assert.match(executed().join("\n"), /^docker(-buildx)? /m);
    });
  });
}
