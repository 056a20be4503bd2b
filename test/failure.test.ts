import * as assert from "node:assert/strict";
import { inspect } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import { failure } from "../components/failure";

describe("failure", () => {
  it("belongs to its resource, and is inspected without it", () => {
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
      assert.match(
        inspect(error, { colors, getters: true }),
        /^Error: the registry is gone\n {4}at failure /,
      );
  });
});
