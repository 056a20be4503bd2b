// A build that takes longer than it may.

import assert from "node:assert/strict";
import { engineFields, engines, skipWithReason } from "./support/project/environment";
import { Project } from "./support/project/project";
import { slowModule, startSlowModules, type SlowModules } from "./support/servers/slowModules";

describe("a time limit", function () {
  this.timeout(600_000);
  let modules: SlowModules;
  before(async function () {
    if (!engines.includes("buildkit")) skipWithReason(this, "there is no builder");
    modules = await startSlowModules("127.0.0.1");
    modules.hold = () => new Promise(() => undefined);
  });
  after(() => modules?.close());

  it("ends a build that hangs, and names the step", async () => {
    const program = (repository: string) => `
const { GoMultiStageImage } = require("goimage");
new GoMultiStageImage("hello", { source: "hello", repository: "${repository}", ${engineFields("buildkit")}
  build: { goProxy: "${modules.url}", env: { GONOSUMDB: "*", GOFLAGS: "-mod=mod" } } },
  { customTimeouts: { create: "20s" } });
`;
    const project = new Project(program, {
      "hello/go.mod": `module example.com/hello\n\ngo 1.23\n\nrequire ${slowModule} v1.0.0\n`,
      "hello/main.go": `package main\n\nimport _ "${slowModule}"\n\nfunc main() {}\n`,
    });
    const { code, output } = await project.pulumi(["up", "--yes", "--skip-preview"]);
    assert.notEqual(code, 0);
    assert.match(
      output,
      /error: the build timed out \(customTimeouts; .*it stopped at this step: \[build 4\/6\] RUN .*go mod download/,
    );
  });
});
