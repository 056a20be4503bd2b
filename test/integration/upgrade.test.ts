// A new version of goimage changes nothing that an older one has deployed.

import assert from "node:assert/strict";
import { missingEngine, skipWithReason } from "./support/environment";
import { importRecorded, recordedEnv, recordedVersions } from "./support/recordedState";

for (const engine of ["docker", "buildkit"]) {
  describe(`upgrades with engine ${engine}`, function () {
    this.timeout(300_000);

    before(function () {
      const reason = missingEngine(engine);
      if (reason !== undefined) skipWithReason(this, reason);
    });

    it("have a recorded state to start from", () => {
      assert.notEqual(recordedVersions(engine).length, 0);
    });

    for (const version of recordedVersions(engine)) {
      it(`promise P6: nothing to replace or update in a stack of version ${version}`, async () => {
        const project = await importRecorded(engine, version);
        // The docker provider wants its daemon even for a preview.
        const { changes } = await project.preview(engine === "docker" ? {} : recordedEnv);
        assert.deepEqual(changes, { same: 5 });
      });
    }
  });
}
