import assert from "node:assert/strict";
import { makeTree } from "../../support/module";
import { editableSource, Example, exampleId, exampleSettings } from "../support/project/example";

describe("examples: promotion", function () {
  this.timeout(600_000);

  it("deploys in prod what was tested in dev, until the next promotion", async () => {
    const { directory, edit } = editableSource("examples/quickstart/service");
    const state = makeTree({});
    const dev = new Example("examples/promotion", `${exampleId}-dev`, state);
    await dev.start({ ...exampleSettings(), source: directory });
    const refOf = async (example: Example) => String((await example.deploy())["ref"]);
    const tried = await refOf(dev);

    const prod = new Example("examples/promotion", `${exampleId}-prod`, state);
    // Prod builds nothing, so it needs neither the source nor an engine.
    await prod.start({ image: tried, source: "not there" });
    assert.equal(await refOf(prod), tried);

    edit("internal/greeting/greeting.go", "Hello", "Good day");
    assert.notEqual(await refOf(dev), tried);
    assert.equal(await refOf(prod), tried);
    await prod.end();
    await dev.end();
  });
});
