// A new version of goimage goes on from what an older one has deployed: it builds once where it writes the Dockerfile in another way,
// says so, and replaces nothing.

import assert from "node:assert/strict";
import * as path from "node:path";
import { missingEngine, skipWithReason } from "./support/project/environment";
import { makeTree } from "../support/module";
import { rebuilt } from "./support/images/images";
import {
  importRecorded,
  recordedEnv,
  recordedOutputs,
  recordedProject,
  recordedVersions,
  type RecordedOutputs as Outputs,
} from "./support/project/recordedState";

/** States that this version does not write: what is in them is no reason to replace anything. */
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

    // The docker provider wants its daemon even for a preview.
    const env = engine === "docker" ? {} : recordedEnv;
    // The stack and both components stay as they are; the image of each is built.
    const builtOnce = { same: 3, update: 2 };

    for (const version of recordedVersions(engine)) {
      it(`promise P6: a stack of version ${version} is rebuilt once without replacement, and the preview gives the reason`, async () => {
        const project = recordedProject(engine);
        await importRecorded(project, engine, version);
        const { changes, output } = await project.preview(env);
        assert.deepEqual(changes, builtOnce);
        // Before this heading the same lines may show as progress, or not.
        const [, diagnostics = ""] = output.split("\nDiagnostics:\n");
        const reasons = diagnostics.match(
          /rebuilds because of (base image, )?the Dockerfile of this goimage version$/gm,
        );
        assert.equal(reasons?.length, 2, output);
        assert.doesNotMatch(output, /\b(replace|delete)\b/);
      });

      for (const [shape, outputs] of Object.entries(shapes))
        it(`replace nothing in a state of ${shape}, after ${version}`, async () => {
          const project = recordedProject(engine);
          await importRecorded(project, engine, version, { outputs });
          assert.deepEqual((await project.preview(env)).changes, builtOnce);
        });
    }
  });
}

describe("an upgrade from images in the registry", function () {
  this.timeout(600_000);

  before(function () {
    const reason = missingEngine("buildkit");
    if (reason !== undefined) skipWithReason(this, reason);
  });

  it("gives the same image as the recorded Dockerfile with the additions since", async () => {
    const [engine, version] = ["buildkit", "0.1.0"];
    const project = recordedProject(engine);
    const recorded = recordedOutputs(engine, version);
    const pushed = (dockerfile: string, image: string) => {
      const names = ["hello/go.mod", "hello/main.go"];
      const files = names.map((name) => [name, project.read(name)] as const);
      const directory = makeTree({ ...Object.fromEntries(files), "hello.Dockerfile": dockerfile });
      return rebuilt(path.join(directory, "hello"), image);
    };
    const digests: Record<string, string> = {};
    for (const [type, repository, tags] of [
      ["GoMultiStageImage", `${project.repository}/multi`, ["v1", "latest"]],
      ["GoSingleStageImage", `${project.repository}/single`, ["latest"]],
    ] as const) {
      const { dockerfile, digest } = recorded[type] ?? assert.fail(type);
      for (const tag of tags)
        digests[digest as string] = await pushed(dockerfile as string, `${repository}:${tag}`);
    }
    await importRecorded(project, engine, version, { digests });
    // Another host is another configuration of the provider, which replaces what it made.
    assert.deepEqual(await project.up(recordedEnv), { same: 3, update: 2 });
    const { ref } = await project.outputs<{ ref: string }>();
    // Version 0.2.0 names the user.
    const text = recorded["GoMultiStageImage"]?.["dockerfile"] as string;
    const named = text.replace('ENV A="1"\n', 'ENV A="1"\nENV USER="nonroot"\n');
    assert.notEqual(named, text);
    assert.equal(ref.split("@")[1], await pushed(named, `${project.repository}/multi:again`));
    assert.deepEqual(await project.up(recordedEnv), { same: 5 });
  });
});
