import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { takeApart } from "../../components/goBinary/takeApart";
import { needsGo } from "../support/go";

describe("taking programs apart in a worker", function () {
  this.timeout(300_000);

  it("stops after its time limit", async function () {
    needsGo(this);
    const root = execFileSync("go", ["env", "GOROOT"], { encoding: "utf8" }).trim();
    // Megabytes of Go, which no machine takes apart in a millisecond.
    const program = fs.readFileSync(path.join(root, "bin/go"));
    const found = await takeApart(Buffer.from(program), { workerMebibytes: 512, workerMilliseconds: 1 });
    assert.match(found?.note ?? "", /not taken apart within 0\.001 s/);
    assert.deepEqual(found?.sections, [{ name: "not taken apart", size: program.length }]);
    assert.equal(await takeApart(Buffer.from("no program")), undefined);
  });
});
