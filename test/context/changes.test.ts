import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { fast } from "../../components/dockerfile/fast";
import { changedDockerfile } from "../../components/context/changes";
import { examplePlan } from "../support/plan";

describe("reasons of a rebuild", () => {
  const plain = fast(examplePlan()).text;
  const tested = fast(examplePlan({ smokeTest: {} })).text;

  it("tell another base image from stages that come and go", () => {
    assert.deepEqual(changedDockerfile(plain, plain), []);
    assert.deepEqual(changedDockerfile(plain, tested), ["settings in the Dockerfile"]);
    assert.deepEqual(changedDockerfile(tested, tested.replaceAll("golang:1.23", "golang:1.24")), [
      "base image",
    ]);
    assert.deepEqual(changedDockerfile(plain, plain.replace("alpine:3.20.3", "alpine:3.21")), ["base image"]);
  });

  it("find base images in instructions of several lines", () => {
    const digests = (letter: string) => ({ "golang:1.23": `sha256:${letter.repeat(64)}` });
    const pinned = (letter: string) => fast(examplePlan(), { digests: digests(letter), idSuffix: "" }).text;
    assert.match(pinned("a"), /^FROM .*\\\n {4}golang/m);
    assert.deepEqual(changedDockerfile(pinned("a"), pinned("b")), ["base image"]);
    assert.deepEqual(changedDockerfile(pinned("a"), pinned("a")), []);
  });

  it("tell a Dockerfile of version 0.1.0 from other settings", () => {
    const file = path.join(__dirname, "../fixtures/state-0.1.0-buildkit.json");
    const { deployment } = JSON.parse(readFileSync(file, "utf8")) as {
      deployment: { resources: { type: string; outputs?: { dockerfile?: string } }[] };
    };
    const components = deployment.resources.filter(({ type }) => type.startsWith("goimage:"));
    const recorded = components.flatMap(({ outputs }) => outputs?.dockerfile ?? []);
    assert.equal(recorded.length, 2);
    for (const before of recorded)
      assert.equal(changedDockerfile(before, plain).at(-1), "the Dockerfile of this goimage version");
  });
});
