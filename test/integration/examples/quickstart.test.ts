import assert from "node:assert/strict";
import { startExample } from "../support/project/example";

describe("examples: quickstart", function () {
  this.timeout(600_000);

  it("builds the service both ways from the root of the repository, as the demo does", async () => {
    const example = await startExample(".");
    const outputs = (await example.deploy()) as { digest: string; size: number; simple: { size: number } };
    assert.match(outputs.digest, /^sha256:/);
    assert.ok(outputs.simple.size > 5 * outputs.size, JSON.stringify(outputs));
    const second = await example.up();
    assert.match(second.output, /5 unchanged/);
    await example.end();
  });

  it("works in a folder of its own", async () => {
    const example = await startExample("examples/quickstart");
    const { code, output } = await example.preview();
    assert.equal(code, 0, output);
    assert.match(output, /\+ 5 to create/);
    await example.end();
  });
});
