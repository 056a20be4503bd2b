import * as assert from "node:assert/strict";
import { inspect } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import { failure, invalidInputs, messageAlone, runError } from "../../components/deploy/pulumi/userErrors";

describe("failure", () => {
  it("belongs to its resource, and can be inspected without touching it", () => {
    // Only reached when something looks into the resource.
    const resource = Object.defineProperty({}, "urn", {
      enumerable: true,
      get: () => assert.fail("the resource was looked into"),
    }) as pulumi.Resource;
    const error = failure("the registry is gone", resource);
    assert.ok(pulumi.ResourceError.isInstance(error));
    assert.equal(error.resource, resource);
    assert.equal(error.hideStack, true);
    for (const colors of [true, false])
      assert.equal(inspect(error, { colors, getters: true }), "the registry is gone");
  });

  it("has no stack, which Pulumi would print when the program has ended", () => {
    const resource = {} as pulumi.Resource;
    for (const error of [failure("gone", resource), runError("gone"), invalidInputs("T", "n", [])])
      assert.ok(!error.stack, error.stack);
  });
});

describe("an error of an output", () => {
  it("keeps its message when the runtime puts text before it", () => {
    const error: Error = messageAlone(new Error("what is wrong"));
    error.message = `error serializing property "outputs": ${error.message}`;
    assert.equal(error.message, "what is wrong");
  });
});
