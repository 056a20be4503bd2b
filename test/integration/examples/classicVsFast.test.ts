import assert from "node:assert/strict";
import { startExample } from "../support/project/example";

describe("examples: classic-vs-fast", function () {
  this.timeout(600_000);

  it("shows that the default recipe is smaller", async () => {
    const example = await startExample("examples/classic-vs-fast");
    const outputs = await example.deploy();
    assert.ok(Number(outputs["fastSize"]) < Number(outputs["classicSize"]));
    assert.match(String(outputs["saved"]), /^[1-9]\d? %$/);
    await example.end();
  });
});
