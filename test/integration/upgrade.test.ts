// A new version of goimage changes nothing that an older one has deployed.

import assert from "node:assert/strict";
import { missingEngine, skipWithReason } from "./support/project/environment";
import { importRecorded, recordedEnv, recordedVersions } from "./support/project/recordedState";

type Outputs = Record<string, unknown>;

/** States that this version does not write: what is in them is as little a reason to build. */
const shapes: Record<string, (outputs: Outputs) => void> = {
  "an older version that wrote less": (outputs) => {
    for (const name of ["checks", "platformSizes", "sourceFiles", "context", "repair"]) delete outputs[name];
  },
  "a newer version that wrote more": (outputs) => {
    outputs["later"] = { a: [1] };
    outputs["layers"] = (outputs["layers"] as Outputs[]).map((layer) => ({ ...layer, later: "x" }));
  },
  "one that was edited by hand": (outputs) => {
    Object.assign(outputs, { layers: "none", sourceFiles: 7, checks: [{}], tags: { a: 1 } });
  },
};

for (const engine of ["docker", "buildkit"]) {
  describe(`upgrades with engine ${engine}`, function () {
    this.timeout(600_000);

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

      for (const [shape, change] of Object.entries(shapes))
        it(`nothing to replace or update in a state of ${shape}, after ${version}`, async () => {
          const project = await importRecorded(engine, version, change);
          const { changes } = await project.preview(engine === "docker" ? {} : recordedEnv);
          assert.deepEqual(changes, { same: 5 });
        });
    }
  });
}
