// Tokens of registries such as ECR change every twelve hours, and with them the input; the image does not.

import assert from "node:assert/strict";
import { helloFiles, inHello } from "../support/module";
import { engineFields, engines } from "./support/project/environment";
import { Project } from "./support/project/project";

for (const engine of engines) {
  describe(`a new registry token, engine ${engine}`, function () {
    this.timeout(600_000);

    const program = (token: string) => (repository: string) => `
const pulumi = require("@pulumi/pulumi");
const { GoMultiStageImage } = require("goimage");
const registry = { username: "AWS", password: pulumi.secret("${token}") };
const args = { source: "hello", repository: "${repository}", registry, ${engineFields(engine)} };
exports.ref = new GoMultiStageImage("hello", args).ref;
`;

    it("causes no change in a preview or an update", async () => {
      const project = new Project(program("token-of-the-morning"), inHello(helloFiles));
      await project.up();
      project.write({ "index.js": program("token-of-the-evening")(project.repository) });
      const preview = await project.pulumi(["preview", "--diff"]);
      assert.equal(preview.code, 0, preview.output);
      assert.match(preview.output, /3 unchanged/);
      assert.deepEqual(await project.up(), { same: 3 });
      assert.doesNotMatch(await project.state(), /token-of-the-/);
    });
  });
}
