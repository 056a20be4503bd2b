// Which golang image compiles.

import assert from "node:assert/strict";
import { specOf } from "../../components/inputs";
import { golangImage } from "../../components/source/toolchain";
import { examplePlan } from "../support/plan";

describe("the image that compiles", () => {
  const { goMod } = examplePlan().service;
  const of = (args: object) =>
    golangImage(
      specOf("GoMultiStageImage", { source: ".", repository: "r.example.com/a", ...args }, []),
      goMod,
    );

  it("is the Debian-based golang by default", () => {
    assert.equal(of({}), "golang:1.23");
    assert.equal(of({ build: { goVersion: "1.24.2" } }), "golang:1.24.2");
  });

  it("is the Alpine-based golang with the input cache, since it is smaller to pull", () => {
    assert.equal(of({ cache: {} }), "golang:1.23-alpine");
    assert.equal(of({ cache: {}, build: { goVersion: "1.24.2" } }), "golang:1.24.2-alpine");
    assert.equal(of({ cache: {}, build: { goProxy: "https://proxy.example.com" } }), "golang:1.23-alpine");
  });

  it("is the one in build.image, if set", () => {
    assert.equal(of({ cache: {}, build: { image: "golang:1.25" } }), "golang:1.25");
  });

  for (const build of [
    { cgoEnabled: true },
    { goPrivate: "git.example.com/*" },
    { goProxy: "direct" },
    { goProxy: "https://proxy.example.com,direct" },
    { goProxy: "https://proxy.example.com| direct" },
    { env: { GONOPROXY: "git.example.com" } },
    { env: { GIT_CONFIG_COUNT: "0" } },
  ])
    it(`stays Debian-based, which has git and a C compiler, with ${JSON.stringify(build)}`, () => {
      assert.equal(of({ cache: {}, build }), "golang:1.23");
    });
});
