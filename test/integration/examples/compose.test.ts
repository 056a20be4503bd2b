import assert from "node:assert/strict";
import { makeTree } from "../../support/module";
import { missingEngine, registry, skipWithReason } from "../support/project/environment";
import { answer, editableSource, Example, exampleId } from "../support/project/example";

describe("examples: compose", function () {
  this.timeout(600_000);

  it("replaces the container after an edit, and the other stack refuses an image that is too big", async function () {
    const reason = missingEngine("docker");
    if (reason !== undefined) skipWithReason(this, reason);
    const state = makeTree({});
    const { directory: source, edit } = editableSource("examples/quickstart/service");
    const build = new Example("examples/compose", exampleId, state);
    await build.start({ repository: `${registry}/test/${exampleId}/compose`, source });
    const { url, ref, size } = (await build.deploy()) as { url: string; ref: string; size: number };
    assert.match(await answer(url), /Hello, gopher!/);
    assert.match((await build.up()).output, /4 unchanged/);

    edit("internal/greeting/greeting.go", "Hello", "Good day");
    const edited = await build.up();
    assert.match(edited.output, /1 replaced/);
    const after = (await build.outputs()) as { url: string; ref: string };
    assert.notEqual(after.ref, ref);
    assert.match(await answer(after.url), /Good day, gopher!/);

    const deploy = new Example("examples/compose/deploy", `${exampleId}-deploy`, state);
    await deploy.start({ stack: `organization/compose/${exampleId}`, maxSize: String(size - 100_000) });
    const refused = await deploy.up();
    assert.notEqual(refused.code, 0);
    assert.match(refused.output, /has \d+ bytes, more than the \d+ allowed here/);
    await deploy.end();
    await build.end();
  });
});
