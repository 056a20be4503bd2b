import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { oldestSdk, sdkProblem, valueIfKnown } from "../../components/deploy/pulumi/sdk";

describe("the SDK", () => {
  it("is refused in one line when it is too old, with the command to upgrade", () => {
    for (const version of ["3.200.0", "3.244.9", "2.9.9"]) {
      for (const [loaded, runner] of [
        [version, undefined],
        [version, version],
        ["3.259.0", version],
      ]) {
        const problem = sdkProblem(loaded, runner) ?? "";
        assert.match(
          problem,
          /^goimage needs @pulumi\/pulumi 3\.245\.0 or newer, but this program has \S+: run npm install @pulumi\/pulumi@latest/,
        );
        assert.ok(problem.includes(` ${version}:`), problem);
      }
    }
  });

  it("is accepted from the oldest supported version on, and when the runner's version is unknown", () => {
    for (const version of [oldestSdk, "3.259.0", "3.300.0-alpha.1", "4.0.0"])
      for (const runner of [version, "3.250.0", undefined])
        assert.equal(sdkProblem(version, runner), undefined, version);
  });
});

describe("the value of an output", () => {
  it("resolves to the value, or to undefined when it stays unknown", async () => {
    assert.equal(await valueIfKnown(pulumi.output(Promise.resolve(1))), 1);
    const unknown = pulumi.output(pulumi.unknown as unknown as string).apply((text) => `${text}!`);
    assert.equal(await valueIfKnown(unknown), undefined);
    await assert.rejects(valueIfKnown(pulumi.output(Promise.reject(new Error("no")))), /no/);
  });
});
