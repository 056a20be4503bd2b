// The rules of the policy pack, on Dockerfiles that goimage renders.

import assert from "node:assert/strict";
import { basesOf, pinsFor, render } from "../../components/dockerfile";
import { inForeignRegistry, notNumericUser, notPinned, tooLarge } from "../../examples/policies/rules";
import { examplePlan } from "../support/plan";

const digest = `sha256:${"d".repeat(64)}`;

describe("policy pack", () => {
  it("allows images up to a size, and images of unknown size", () => {
    assert.equal(tooLarge({ size: 100 }, 100), undefined);
    assert.equal(tooLarge({}, 100), undefined);
    assert.match(tooLarge({ size: 101 }, 100) ?? "", /has 101 bytes, 1 more than allowed \(100\)/);
  });

  it("requires a numeric user other than root", () => {
    assert.equal(notNumericUser({ dockerfile: render(examplePlan()).text }), undefined);
    const classic = render(examplePlan({ recipe: "classic" })).text;
    assert.match(notNumericUser({ dockerfile: classic }) ?? "", /runs as root/);
    for (const user of ["root", "0", "0:0", "app", "1000:0"])
      assert.match(notNumericUser({ dockerfile: `FROM a\nUSER ${user}\n` }) ?? "", new RegExp(`as ${user}:`));
    // The last stage counts.
    assert.notEqual(notNumericUser({ dockerfile: "FROM a AS b\nUSER 1000\nFROM c\n" }), undefined);
    assert.equal(notNumericUser({}), undefined);
  });

  it("requires base images by digest", () => {
    const plan = examplePlan();
    const { text } = render(plan);
    assert.match(notPinned({ dockerfile: text }) ?? "", /golang:1\.23, alpine:3\.20\.3 can change/);
    const pinned = pinsFor(plan, Object.fromEntries(basesOf(plan).map(({ image }) => [image, digest])));
    assert.equal(notPinned({ dockerfile: render(plan, pinned).text }), undefined);
    assert.equal(notPinned({ dockerfile: "FROM scratch AS a\nFROM a\n" }), undefined);
  });

  it("requires an allowed registry", () => {
    const tags = ["registry.example.com/team/api:v1", "ghcr.io/team/api:v1"];
    assert.equal(inForeignRegistry({ tags }, ["registry.example.com", "ghcr.io"]), undefined);
    assert.match(inForeignRegistry({ tags }, ["ghcr.io"]) ?? "", /^registry\.example\.com is not one of/);
    assert.equal(inForeignRegistry({}, []), undefined);
  });
});
