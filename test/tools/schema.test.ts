// The package schema beside what the components check: neither knows an input that the other does not.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { inputTables } from "../../components/inputs/validate";
import { schema } from "../../tools/docs/schema";

const root = path.resolve(__dirname, "../..");

interface Property {
  type?: string;
  $ref?: string;
  oneOf?: Property[];
  items?: Property;
  plain?: boolean;
  secret?: boolean;
  description?: string;
}
interface Shape {
  properties?: Record<string, Property>;
  required?: string[];
  enum?: { name: string; value: string; description: string }[];
  description: string;
}
interface Resource extends Shape {
  isComponent: boolean;
  inputProperties: Record<string, Property>;
  requiredInputs: string[];
}

describe("the package schema", () => {
  const { resources, types, version } = schema(root) as unknown as {
    resources: Record<string, Resource>;
    types: Record<string, Shape>;
    version: string;
  };
  const image = resources["goimage:index:GoMultiStageImage"];
  const type = (name: string) => types[`goimage:index:${name}`];

  it("is the file in provider/, with the package's version", () => {
    const text = (file: string) => JSON.parse(readFileSync(path.join(root, file), "utf8")) as object;
    assert.deepEqual(text("provider/schema.json"), JSON.parse(JSON.stringify(schema(root))));
    assert.equal(version, (text("package.json") as { version: string }).version);
  });

  it("has the same inputs as the components", () => {
    for (const [name, table] of Object.entries(inputTables)) {
      const resource = resources[`goimage:index:${name}`];
      assert.equal(resource?.isComponent, true);
      assert.deepEqual(Object.keys(resource.inputProperties).sort(), Object.keys(table).sort());
      assert.deepEqual(resource.requiredInputs, ["repository", "source"]);
    }
  });

  it("has a description for everything", () => {
    const shapes = [...Object.values(types), ...Object.values(resources)];
    for (const shape of shapes) {
      assert.ok(shape.description);
      for (const each of shape.enum ?? []) assert.ok(each.description, each.value);
      const { inputProperties = {} } = shape as Partial<Resource>;
      for (const [name, property] of Object.entries({ ...shape.properties, ...inputProperties }))
        assert.ok(property.description, name);
    }
  });

  it("marks plain inputs, unions, enums and secrets", () => {
    const inputs = image?.inputProperties ?? {};
    assert.deepEqual([inputs["source"]?.plain, inputs["repository"]?.plain], [true, undefined]);
    assert.deepEqual([inputs["runtime"]?.plain, inputs["build"]?.plain], [true, undefined]);
    assert.deepEqual(
      inputs["maxSize"]?.oneOf?.map((each) => each.type),
      ["number", "string"],
    );
    assert.deepEqual(inputs["engine"]?.$ref, "#/types/goimage:index:Engine");
    assert.deepEqual(
      type("Engine")?.enum?.map(({ value }) => value),
      ["docker", "buildkit"],
    );
    assert.equal(type("Registry")?.properties?.["password"]?.secret, true);
    assert.equal(type("BuildStage")?.properties?.["netrc"]?.secret, true);
    assert.deepEqual(
      [image?.properties?.["size"]?.type, type("LayerContents")?.properties?.["files"]?.type],
      ["number", "integer"],
    );
    assert.deepEqual(type("ProgramLinkage")?.required, ["static"]);
  });
});
