import assert from "node:assert/strict";
import type { ImageLayer, LayerContents } from "../../components/outputs";
import { checksOfAll, failedChecks, imageChecks } from "../../components/deploy/checks";
import { examplePlan } from "../support/plan";

const none: LayerContents = {
  ...{ files: 1, executables: 1, setuidFiles: [], shells: [] },
  ...{ certificates: false, timezones: false },
};

function layer(contents: Partial<LayerContents>): ImageLayer {
  const sizes = { size: 1, unpackedSize: 1 };
  return { digest: "sha256:0", mediaType: "m", ...sizes, origin: "base", contents: { ...none, ...contents } };
}

/** Names of the checks that failed. */
function failed(layers: ImageLayer[], user = "65532:65532", timezones = false): string[] {
  return imageChecks({ user, layers, timezones })
    .filter(({ passed }) => !passed)
    .map(({ name }) => name);
}

const good = [layer({ certificates: true }), layer({ program: { static: true } })];

describe("checks of several platforms", () => {
  const checks = (...layers: ImageLayer[]) => imageChecks({ user: "7", layers, timezones: false });
  const dynamic = layer({ program: { static: false, interpreter: "/lib/ld.so" } });

  it("pass when each platform passes, and say where they differ", () => {
    const found = checksOfAll(["linux/amd64", "linux/arm64"], [checks(...good), checks(...good, dynamic)]);
    assert.deepEqual(found, [
      { name: "nonRootUser", passed: true, detail: "the user is 7" },
      { name: "noSetuidFiles", passed: true, detail: "none" },
      {
        name: "staticBinary",
        passed: false,
        detail: "linux/amd64: no interpreter; linux/arm64: needs /lib/ld.so",
      },
      { name: "certificates", passed: true, detail: "a bundle is there" },
    ]);
    assert.deepEqual(checksOfAll(["linux/amd64"], [checks(...good)]), checks(...good));
  });
});

describe("imageChecks", () => {
  it("passes a static program of a plain user with certificates", () => {
    assert.deepEqual(failed(good), []);
    assert.equal(imageChecks({ user: "1", layers: good, timezones: false }).length, 4);
  });

  for (const user of ["", "0", "root", "0:1", "1:0", "nobody"]) {
    it(`does not take ${JSON.stringify(user)} for a plain user`, () =>
      assert.deepEqual(failed(good, user), ["nonRootUser"]));
  }

  it("fails each promise for what is in the image", () => {
    assert.deepEqual(failed([...good, layer({ setuidFiles: ["/bin/su"] })]), ["noSetuidFiles"]);
    assert.deepEqual(
      failed([...good, layer({ program: { static: false, interpreter: "/lib/ld-musl-x86_64.so.1" } })]),
      ["staticBinary"],
    );
    assert.deepEqual(failed([layer({ certificates: true })]), ["staticBinary"]);
    assert.deepEqual(failed([layer({ program: { static: true } })]), ["certificates"]);
    assert.deepEqual(failed(good, "1", true), ["timezones"]);
    assert.deepEqual(failed([...good, layer({ timezones: true })], "1", true), []);
  });

  it("warns of what failed, but not of what the inputs gave up", () => {
    const broken = (layers: ImageLayer[], cgoEnabled: boolean) =>
      failedChecks(
        imageChecks({ user: "0", layers, timezones: false }),
        examplePlan({ build: { cgoEnabled } }).spec,
      ).map(({ name }) => name);
    const dynamic = [layer({ certificates: true }), layer({ program: { static: false } })];
    assert.deepEqual(broken(dynamic, false), ["nonRootUser", "staticBinary"]);
    assert.deepEqual(broken(dynamic, true), ["nonRootUser"]);
  });
});
