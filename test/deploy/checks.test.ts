import assert from "node:assert/strict";
import type { ImageLayer, LayerContents } from "../../components/outputs";
import { checksOfAll, failedChecks, imageChecks } from "../../components/deploy/image/checks";
import { imageCommands } from "../../components/inputs";
import type { CommandFile } from "../../components/outputs";
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

  it("pass when every platform passes, and name the platforms that differ", () => {
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
  it("passes a static program with an unprivileged user and certificates", () => {
    assert.deepEqual(failed(good), []);
    assert.equal(imageChecks({ user: "1", layers: good, timezones: false }).length, 4);
  });

  for (const user of ["", "0", "root", "0:1", "1:0", "nobody"]) {
    it(`does not accept ${JSON.stringify(user)} as an unprivileged user`, () =>
      assert.deepEqual(failed(good, user), ["nonRootUser"]));
  }

  it("fails each check for what is wrong in the image", () => {
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

  it("warns of failed checks, except those that the inputs rule out", () => {
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

describe("checks of an image's entrypoint and health check", () => {
  /** The verdict on a runtime stage, given what each layer has at some paths. */
  const verdict = (runtime: object, ...found: (Record<string, CommandFile> | Partial<LayerContents>)[]) => {
    const commands = imageCommands(examplePlan({ runtime }).spec.runtime);
    const layers = found.map((each) =>
      layer("shells" in each ? each : { commands: each as Record<string, CommandFile> }),
    );
    const [check, ...more] = imageChecks({ user: "1", layers, timezones: false, commands }).slice(4);
    assert.deepEqual(more, []);
    return check && [check.name, check.passed, check.detail];
  };
  const start = { entrypoint: ["/app/start.sh"] };
  const script = { kind: "script", executable: true, interpreter: "/bin/bash" };

  it("are left out when the image runs only its program", () => {
    for (const runtime of [
      {},
      { entrypoint: ["./main", "serve"] },
      { healthcheck: { command: ["/app/main", "-h"] } },
    ])
      assert.equal(verdict(runtime), undefined);
  });

  it("pass a program, and a script whose shell is in the image, even behind a linked /bin", () => {
    for (const shells of [["/bin/bash"], ["/bin/sh", "/usr/bin/bash"]])
      assert.deepEqual(verdict(start, { shells }, { "/app/start.sh": script }), [
        ...["entrypoint", true, "/app/start.sh is a script for /bin/bash"],
      ]);
    const python = { ...script, interpreter: "/usr/bin/python3" };
    assert.equal(verdict(start, { "/app/start.sh": python })?.[1], true);
    const tini = { entrypoint: ["/sbin/tini", "--", "/app/main"] };
    assert.equal(verdict(tini, { "/sbin/tini": { kind: "program", executable: true } })?.[1], true);
    assert.equal(verdict(tini, { "/sbin/tini": { kind: "link" } })?.[1], true);
  });

  it("say what is wrong with the file", () => {
    const of = (file: CommandFile) =>
      verdict(start, { shells: ["/bin/sh"] }, { "/app/start.sh": file })?.slice(1);
    assert.deepEqual(of(script), [
      false,
      "/app/start.sh is a script for /bin/bash, which is not in the image",
    ]);
    const ok = { ...script, interpreter: "/bin/sh" };
    assert.deepEqual(of({ ...ok, executable: false }), [false, "/app/start.sh has no executable bit"]);
    assert.match(String(of({ ...ok, windowsLineEnd: true })?.[1]), /CRLF.*"\/bin\/sh\\r"/);
    assert.match(String(of({ kind: "other", executable: true })?.[1]), /neither a program nor a script/);
    assert.deepEqual(of({ kind: "none" }), [false, "/app/start.sh is not in the image"]);
  });

  it("read the file in the topmost layer, and in the first directory of PATH that has it", () => {
    const good: CommandFile = { kind: "program", executable: true };
    const bad: CommandFile = { kind: "other", executable: true };
    const none: CommandFile = { kind: "none" };
    const path = "/app/start.sh";
    assert.equal(verdict(start, { [path]: bad }, { [path]: good }, { [path]: none })?.[1], true);
    const check = { env: { PATH: "/a:/b" }, healthcheck: { command: ["probe"] } };
    assert.deepEqual(verdict(check, { "/a/probe": bad, "/b/probe": good })?.slice(0, 2), [
      "healthcheck",
      false,
    ]);
    assert.deepEqual(verdict(check, { "/a/probe": none, "/b/probe": good })?.slice(1), [
      true,
      "/b/probe is a program",
    ]);
    // A base image may have a PATH of its own.
    assert.equal(verdict({ healthcheck: { command: ["probe"] } }, {})?.[1], true);
  });
});
