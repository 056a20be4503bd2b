import { describe, expect, it } from "vitest";
import { valueOf } from "../mocks";
import { deployment, image, isSafe, megabytes } from "../index";

describe("the stack", () => {
  it("deploys the image by digest", async () => {
    const [container] = await valueOf(deployment.spec.template.spec.containers);
    expect(container?.image).toBe(await valueOf(image.ref));
    expect(container?.image).toMatch(/^registry\.example\.com\/team\/api@sha256:[0-9a-f]{64}$/);
  });

  it("knows the size and the checks", async () => {
    expect(await valueOf(megabytes)).toBe(12);
    expect(await valueOf(isSafe)).toBe(true);
  });
});
