// After an upgrade: an output that is new has a value at the next update, which builds nothing.

import assert from "node:assert/strict";
import * as path from "node:path";
import { helloFiles, inHello } from "../support/module";
import { engineFields, missingEngine, skipWithReason } from "./support/project/environment";
import { Project } from "./support/project/project";

interface Exported {
  deployment: { resources: { type: string; outputs?: Record<string, unknown> }[] };
}

for (const engine of ["docker", "buildkit"]) {
  describe(`an upgrade that adds outputs, with engine ${engine}`, function () {
    this.timeout(300_000);

    before(function () {
      const reason = missingEngine(engine);
      if (reason !== undefined) skipWithReason(this, reason);
    });

    it("measures the deployed image again, and builds nothing", async () => {
      const project = new Project(
        (repository) => `
const { GoMultiStageImage } = require("goimage");
const image = new GoMultiStageImage("hello", { source: "hello", repository: "${repository}", ${engineFields(engine)} });
const { ref, digest, size, platformDigests, layers, checks } = image;
module.exports = { ref, digest, size, platformDigests, layers, checks };
`,
        inHello(helloFiles),
      );
      await project.up();
      await project.up();
      const before = await project.outputs();

      const state = JSON.parse(await project.state()) as Exported;
      const image = state.deployment.resources.find(({ type }) => type === "goimage:index:GoMultiStageImage");
      const outputs = image?.outputs ?? assert.fail("the image is not in the state");
      // What a version before these outputs would have left.
      delete outputs["platformDigests"];
      for (const layer of outputs["layers"] as { contents: object }[])
        layer.contents = Object.fromEntries(
          Object.entries(layer.contents).filter(([name]) => name !== "timezones"),
        );
      project.write({ "older.json": JSON.stringify(state) });
      const file = path.join(project.directory, "older.json");
      assert.equal((await project.pulumi(["stack", "import", "--file", file])).code, 0);

      const preview = await project.preview();
      assert.deepEqual(preview.changes, { same: 3 });
      assert.deepEqual(
        [preview.outputs["ref"], preview.outputs["digest"]],
        [before["ref"], before["digest"]],
      );
      assert.deepEqual(await project.up(), { same: 3 });
      assert.deepEqual(await project.outputs(), before);
    });
  });
}
