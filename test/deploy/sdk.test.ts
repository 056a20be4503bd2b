import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { oldestSdk, sdkProblem, valueIfKnown } from "../../components/deploy/pulumi/sdk";

describe("the SDK", () => {
  it("is refused in one line, with the command that mends it, when it is too old", () => {
    for (const version of ["3.200.0", "3.244.9", "2.9.9"]) {
      for (const [loaded, runner] of [
        [version, undefined],
        [version, version],
        ["3.259.0", version],
      ]) {
        const problem = sdkProblem(loaded, runner) ?? "";
        assert.match(
          problem,
          /^goimage needs @pulumi\/pulumi 3\.245\.0 or newer, and this program has \S+: run npm install @pulumi\/pulumi@latest/,
        );
        assert.ok(problem.includes(` ${version}:`), problem);
      }
    }
  });

  it("is taken from the oldest on, and where nothing tells who runs the program", () => {
    for (const version of [oldestSdk, "3.259.0", "3.300.0-alpha.1", "4.0.0"])
      for (const runner of [version, "3.250.0", undefined])
        assert.equal(sdkProblem(version, runner), undefined, version);
  });
});

describe("the value of an output", () => {
  it("is there once it is known, and undefined where it stays unknown", async () => {
    assert.equal(await valueIfKnown(pulumi.output(Promise.resolve(1))), 1);
    const unknown = pulumi.output(pulumi.unknown as unknown as string).apply((text) => `${text}!`);
    assert.equal(await valueIfKnown(unknown), undefined);
    await assert.rejects(valueIfKnown(pulumi.output(Promise.reject(new Error("no")))), /no/);
  });
});
