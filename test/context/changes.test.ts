import assert from "node:assert/strict";
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
});
