import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { makeTree } from "../../support/module";
import { missingEngine, registry, skipWithReason } from "../support/environment";
import { Example, exampleId } from "../support/example";
import { repositoryRoot } from "../support/project";

describe("examples: compose", function () {
  this.timeout(600_000);

  it("replaces the container after an edit, and the other stack refuses an image that is too big", async function () {
    const reason = missingEngine("docker");
    if (reason !== undefined) skipWithReason(this, reason);
    const state = makeTree({});
    const source = path.join(makeTree({}), "service");
    fs.cpSync(path.join(repositoryRoot, "examples/quickstart/service"), source, { recursive: true });
    const build = new Example("examples/compose", exampleId, state);
    await build.start({ repository: `${registry}/test/${exampleId}/compose`, source });
    const first = await build.up();
    assert.equal(first.code, 0, first.output);
    const { url, ref, size } = (await build.outputs()) as { url: string; ref: string; size: number };
    assert.match(await answer(url), /Hello, gopher!/);
    assert.match((await build.up()).output, /4 unchanged/);

    const greeting = path.join(source, "internal/greeting/greeting.go");
    fs.writeFileSync(greeting, fs.readFileSync(greeting, "utf8").replace("Hello", "Good day"));
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

/** The service's answer, once it listens. */
async function answer(url: string): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await (await fetch(url)).text();
    } catch (error) {
      if (attempt === 50) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
