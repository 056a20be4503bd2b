import assert from "node:assert/strict";
import { editableSource, startExample } from "../support/project/example";

describe("examples: monorepo", function () {
  this.timeout(600_000);

  it("builds only the services that an edit affects", async () => {
    const { directory, edit } = editableSource("examples/monorepo/services");
    const example = await startExample("examples/monorepo", { source: directory });
    const refs = async () => (await example.deploy()) as { orders: string; payments: string; status: string };
    const first = await refs();

    edit("status/main.go", "open", "closed");
    const afterService = await refs();
    assert.notEqual(afterService.status, first.status);
    assert.deepEqual({ ...afterService, status: first.status }, first);

    edit("shared/money/money.go", "EUR", "BRL");
    const afterShared = await refs();
    assert.notEqual(afterShared.orders, first.orders);
    assert.notEqual(afterShared.payments, first.payments);
    assert.equal(afterShared.status, afterService.status);
    await example.end();
  });
});
