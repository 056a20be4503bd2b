import assert from "node:assert/strict";
import { hookName } from "../../components/deploy/pulumi/hooks";

const image = "goimage:index:GoMultiStageImage";
const urn = (typeAndName: string, stack = "prod") => `urn:pulumi:${stack}::shop::${typeAndName}`;

describe("the name of a hook", () => {
  it("is the component's type and name below its parents' types, which is unique in a program", () => {
    assert.equal(
      hookName("pushed", urn(`acme:index:Service$${image}::api`)),
      `goimage-pushed:acme:index:Service$${image}::api`,
    );
    const components = [
      `${image}::api`,
      `${image}::web`,
      `acme:index:Service$${image}::api`,
      `${image}::a::b`,
    ];
    const names = components.flatMap((typeAndName) =>
      (["pushed", "failed"] as const).map((purpose) => hookName(purpose, urn(typeAndName))),
    );
    assert.equal(new Set(names).size, 2 * components.length, names.join("\n"));
  });

  it("does not depend on the stack's name, since it is in the state", () => {
    const of = (stack: string) => hookName("failed", urn(`${image}::api`, stack));
    assert.equal(of("dev"), of("prod"));
  });
});
