// The Dockerfile of an image of several platforms.

import assert from "node:assert/strict";
import { seedDockerfile } from "../../components/dockerfile";
import { prober, proberOfSeveral } from "../../components/dockerfile/steps/smokeTestProber";
import { linesOf } from "../support/dockerfileText";
import { examplePlan, fastWith } from "../support/plan";

const platforms = ["linux/amd64", "linux/arm/v7"];
const textOf = (change: object) => fastWith({ engine: "buildkit", ...change }).text;
const lines = (change: object) => linesOf(textOf(change));

describe("the Dockerfile of several platforms", () => {
  it("differs from one platform's only in the compile step, which takes its target from BuildKit", () => {
    const one = lines({});
    const several = lines({ platforms });
    const isCompile = (line: string) => line.startsWith("RUN --network=none");
    const common = one.filter((line) => !isCompile(line) && line !== 'ENV GOARCH="amd64"');
    const start = several.indexOf("ARG TARGETARCH");
    assert.equal(several[start + 1], "ARG TARGETVARIANT");
    assert.ok(isCompile(several[start + 2] ?? ""));
    assert.deepEqual(
      [...several.slice(0, start), ...several.slice(start + 2)].filter((line) => !isCompile(line)),
      common,
    );
    const [command, target] = [one.find(isCompile), several.find(isCompile)];
    assert.equal(
      target,
      command
        ?.replace(" build() {", " export GOARCH=$TARGETARCH GOARM=${TARGETVARIANT#v}; build() {")
        .replace("/lock;", "/lock-$TARGETARCH$TARGETVARIANT;"),
    );
    assert.ok(several.join("\n").indexOf("go mod download") < several.join("\n").indexOf("ARG TARGETARCH"));
  });

  it("uses one seed for all platforms, and a seed is made for each of them", () => {
    const text = lines({ platforms, cache: {} });
    assert.deepEqual(
      text.filter((line) => line.includes("GOIMAGE_SEED") && line.startsWith("FROM")),
      ["FROM --platform=linux/amd64 ${GOIMAGE_SEED} AS seed"],
    );
    const seed = seedDockerfile(examplePlan({ platforms, engine: "buildkit" }), ["fmt"]);
    assert.match(
      linesOf(seed).join("\n"),
      /for target in amd64\/ arm\/7; do GOPROXY=off GOCACHE=\/seed GOARCH=\$\{target%\/\*\} GOARM=\$\{target#\*\/\} go list /,
    );
    assert.ok(!seed.includes("ENV GOARCH"));
  });

  it("runs the smoke test in the image for the builder's platform", () => {
    const text = textOf({ platforms, smokeTest: {} });
    assert.ok(text.includes(proberOfSeveral) && !text.includes(prober));
    assert.ok(text.includes("FROM --platform=$BUILDPLATFORM alpine:3.20.3 AS smoketest\n"));
    assert.ok(text.includes('"-architectures=amd64,arm"'));
    assert.ok(text.includes("FROM alpine:3.20.3 AS app\n"));
  });
});
