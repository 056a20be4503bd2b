import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { valueOf } from "../mocks";
import { deployment, image, isSafe, megabytes } from "../index";

describe("the stack", () => {
  it("deploys the image by digest", async () => {
    const [container] = await valueOf(deployment.spec.template.spec.containers);
    assert.equal(container?.image, await valueOf(image.ref));
    assert.match(container?.image ?? "", /^registry\.example\.com\/team\/api@sha256:[0-9a-f]{64}$/);
  });

  it("knows the size and the checks", async () => {
    assert.equal(await valueOf(megabytes), 12);
    assert.equal(await valueOf(isSafe), true);
  });
});
