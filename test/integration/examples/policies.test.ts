import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { helloFiles, inHello, makeTree } from "../../support/module";
import { engineFields, engines, registry, skipWithReason } from "../support/project/environment";
import { missingNodeHost } from "../support/languages/languages";
import { Project, repositoryRoot } from "../support/project/project";

describe("examples: policies", function () {
  this.timeout(600_000);

  it("report violations, in previews when they are known, and let other images pass", async function () {
    const reason = missingNodeHost();
    if (reason !== undefined) skipWithReason(this, reason);
    const [engine = ""] = engines;
    const image = (repository: string, more: string) => `
const { GoMultiStageImage } = require("goimage");
exports.size = new GoMultiStageImage("hello", {
  source: "hello", repository: "${repository}", ${engineFields(engine)} ${more}
}).size;
`;
    // Where nobody answers, there is no digest to be had.
    const loose = `build: { image: "localhost:1/golang:1.23" }, runtime: { image: "localhost:1/alpine:3.20.3" },`;
    const project = new Project((repository) => image(repository, loose), inHello(helloFiles));
    // Not below the project: Pulumi would take the project's settings, which are for JavaScript, for the pack's.
    const pack = path.join(makeTree({}), "policies");
    fs.cpSync(path.join(repositoryRoot, "examples/policies"), pack, { recursive: true });
    fs.symlinkSync(path.join(repositoryRoot, "node_modules"), path.join(pack, "node_modules"));
    const run = (command: string, config: object) => {
      project.write({ "policies.json": JSON.stringify(config) });
      const policies = ["--policy-pack", pack, "--policy-pack-config", "policies.json"];
      return project.pulumi([command, ...policies, ...(command === "up" ? ["--yes", "--skip-preview"] : [])]);
    };

    const refused = await run("preview", {});
    assert.notEqual(refused.code, 0);
    assert.match(refused.output, /localhost:1\/golang:1\.23, localhost:1\/alpine:3\.20\.3 can change/);
    assert.match(refused.output, /is not one of the allowed registries: registry\.example\.com/);
    assert.doesNotMatch(refused.output, /numeric-user/);

    const bases = `baseImages: "pin", build: { image: "${registry}/library/golang:1.23" }, runtime: { image: "${registry}/library/alpine:3.20.3" },`;
    project.write({ "index.js": image(project.repository, bases) });
    const registries = { registries: { registries: [registry] } };
    const small = await run("up", { ...registries, "image-size": { maxBytes: 1_000_000 } });
    assert.match(small.output, /the image has \d+ bytes, \d+ more than allowed \(1000000\)/);
    const passed = await run("up", registries);
    assert.equal(passed.code, 0, passed.output);
    assert.match(passed.output, /✅ goimage@/);
  });
});
