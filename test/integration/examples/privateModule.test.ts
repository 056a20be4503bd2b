import assert from "node:assert/strict";
import { makeTree } from "../../support/module";
import { readableBases } from "../support/images/bases";
import { Example, exampleId } from "../support/project/example";

describe("examples: private-module", function () {
  this.timeout(600_000);

  it("builds with BuildKit, and shows no credentials", async () => {
    const example = new Example("examples/private-module", exampleId, makeTree({}));
    const { golang: buildImage, alpine: runtimeImage } = await readableBases();
    const netrc = "machine git.example.com login robot password hush-hush";
    await example.start({ netrc, buildImage, runtimeImage });
    const { code, output } = await example.preview();
    assert.equal(code, 0, output);
    assert.match(output, /docker-build:index:Image .*create/);
    assert.doesNotMatch(output, /hush-hush/);
    await example.end();
  });
});
