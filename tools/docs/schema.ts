// The package schema, from which Pulumi makes the SDKs of other languages: made from the same declarations as the reference page.

import { readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import { readDeclarations, type Declarations, type Field, type Shape } from "./declarations";

const token = (name: string) => `goimage:index:${name}`;
const reference = (name: string) => ({ $ref: `#/types/${token(name)}` });

type Json = Record<string, unknown>;

/** Inputs whose values are never in the state in clear. */
const secrets = ["BuildStageArgs.netrc", "BuildStageArgs.caCertificates", "RegistryArgs.password"];

const components = [
  {
    name: "GoMultiStageImage",
    inputs: "GoMultiStageImageArgs",
    description:
      "A Go service as a pushed container image: compiled in a Go stage, shipped as a single binary in an Alpine stage.",
  },
  {
    name: "GoSingleStageImage",
    inputs: "GoSingleStageImageArgs",
    description:
      "A Go service as a pushed container image that compiles it and runs it: with the toolchain and the source on board.",
  },
];

export function schema(root: string): Json {
  const { version, license, keywords } = JSON.parse(
    readFileSync(path.join(root, "package.json"), "utf8"),
  ) as { version: string; license: string; keywords: string[] };
  const declarations = readDeclarations(root);
  const types = new Types(declarations);
  const outputs = shapeNamed(declarations, "GoImageOutputs");
  const resources = components.map(({ name, inputs, description }) => [
    token(name),
    {
      isComponent: true,
      description,
      ...types.properties(outputs, "output"),
      ...renamed(types.properties(shapeNamed(declarations, inputs), "input")),
    },
  ]);
  return {
    $schema: "https://raw.githubusercontent.com/pulumi/pulumi/master/pkg/codegen/schema/pulumi.json",
    name: "goimage",
    displayName: "goimage",
    version,
    license,
    description: "A Go service as a small, safe, pushed container image, with its digest and size.",
    keywords: ["kind/component", "category/infrastructure", ...keywords],
    // SDKs have the version of the package, not one of their own.
    language: {
      nodejs: { respectSchemaVersion: true },
      python: { respectSchemaVersion: true },
      go: { respectSchemaVersion: true },
    },
    types: types.all(),
    resources: Object.fromEntries(resources),
  };
}

/** A component's inputs are beside its outputs. */
const renamed = ({ properties, required }: Properties) => ({
  inputProperties: properties,
  requiredInputs: required,
});

function shapeNamed({ shapes }: Declarations, name: string): Shape {
  const found = shapes.get(name);
  if (found === undefined) throw new Error(`no ${name} in the components`);
  return found;
}

type Direction = "input" | "output";

interface Properties {
  properties: Json;
  required: string[];
}

/** Types by token, as far as properties name them. */
class Types {
  private readonly found = new Map<string, Json>();

  constructor(private readonly declarations: Declarations) {}

  all(): Json {
    return Object.fromEntries([...this.found].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  properties(shape: Shape, direction: Direction): Properties {
    const properties = shape.fields.map((field) => [field.name, this.property(shape, field, direction)]);
    const required = shape.fields.filter(({ isOptional }) => !isOptional).map(({ name }) => name);
    return { properties: Object.fromEntries(properties) as Json, required: required.sort() };
  }

  private property(shape: Shape, field: Field, direction: Direction): Json {
    const { type, isLate } = unwrapped(field.type);
    const isSecret = secrets.includes(`${shape.name}.${field.name}`);
    return {
      ...this.typeOf(type, field, direction),
      description: field.text,
      // What must be known when the program runs. Of a plain object all would be.
      ...(direction === "input" && !isLate && !this.hasLate(type) ? { plain: true } : {}),
      ...(isSecret ? { secret: true } : {}),
    };
  }

  private hasLate(type: ts.TypeNode): boolean {
    const fields = this.declarations.shapes.get(type.getText())?.fields ?? [];
    return fields.some((field) => unwrapped(field.type).isLate || this.hasLate(field.type));
  }

  private typeOf(type: ts.TypeNode, field: Field, direction: Direction): Json {
    if (ts.isUnionTypeNode(type))
      return { oneOf: type.types.map((each) => this.typeOf(each, field, direction)) };
    if (ts.isArrayTypeNode(type)) {
      const items = unwrapped(type.elementType);
      return { type: "array", items: this.item(items, field, direction) };
    }
    if (type.kind === ts.SyntaxKind.StringKeyword) return { type: "string" };
    if (type.kind === ts.SyntaxKind.BooleanKeyword) return { type: "boolean" };
    // An integer of a schema has 32 bits in some languages: too few for bytes.
    if (type.kind === ts.SyntaxKind.NumberKeyword)
      return { type: /\bbytes\b/i.test(field.text) ? "number" : "integer" };
    if (!ts.isTypeReferenceNode(type)) throw new Error(`${field.name}: ${type.getText()}`);
    const name = type.typeName.getText();
    const [key, value] = type.typeArguments ?? [];
    if (name === "Record" && key !== undefined && value !== undefined) {
      const values = this.item(unwrapped(value), field, direction);
      return { type: "object", additionalProperties: values };
    }
    return this.named(name, direction);
  }

  private item({ type, isLate }: Unwrapped, field: Field, direction: Direction): Json {
    const item = this.typeOf(type, field, direction);
    return direction === "input" && !isLate ? { ...item, plain: true } : item;
  }

  private named(name: string, direction: Direction): Json {
    const { shapes, choices } = this.declarations;
    const schemaName = name.replace(/Args$/, "");
    const choice = choices.get(name);
    const shape = shapes.get(name);
    if (choice !== undefined) {
      const values = choice.values.map((each) => ({
        name: each.name,
        value: each.value,
        description: each.text,
      }));
      this.found.set(token(schemaName), { type: "string", description: choice.text, enum: values });
    } else if (shape !== undefined) {
      const { properties, required } = this.properties(shape, direction);
      const described = { type: "object", description: shape.text, properties };
      this.found.set(token(schemaName), { ...described, ...(required.length > 0 ? { required } : {}) });
    } else throw new Error(`no ${name} in the components`);
    return reference(schemaName);
  }
}

interface Unwrapped {
  type: ts.TypeNode;
  /** True when the value may come late. */
  isLate: boolean;
}

/** The type in an Input or an Output. */
function unwrapped(type: ts.TypeNode): Unwrapped {
  const isLate = ts.isTypeReferenceNode(type) && /^(Input|Output)$/.test(type.typeName.getText());
  const [inner] = isLate ? (type.typeArguments ?? []) : [];
  return { type: inner ?? type, isLate };
}
