// The documented inputs and outputs, as the source declares them: what the reference page and the package schema are made of.

import { readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";

export interface Field {
  name: string;
  isOptional: boolean;
  type: ts.TypeNode;
  /** The doc comment, in one line. */
  text: string;
}

export interface Shape {
  name: string;
  text: string;
  /** Those that it inherits first. */
  fields: readonly Field[];
}

/** An object of constants with a type of the same name. */
interface Choice {
  name: string;
  text: string;
  values: readonly { name: string; value: string; text: string }[];
}

export interface Declarations {
  shapes: ReadonlyMap<string, Shape>;
  choices: ReadonlyMap<string, Choice>;
}

export function readDeclarations(root: string): Declarations {
  const statements = ["args", "stageArgs", "outputs"].flatMap((name) => {
    const file = path.join(root, "components", `${name}.ts`);
    // For readers, that an input may be left out says that it may be undefined.
    const text = readFileSync(file, "utf8").replaceAll(" | undefined", "");
    return [...ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true).statements];
  });
  const interfaces = new Map(
    statements.filter(ts.isInterfaceDeclaration).map((node) => [node.name.text, node]),
  );
  const shapeOf = (node: ts.InterfaceDeclaration): Shape => ({
    name: node.name.text,
    text: commentOf(node),
    fields: [...inherited(node), ...node.members.filter(ts.isPropertySignature).map(fieldOf)],
  });
  const inherited = (node: ts.InterfaceDeclaration): Field[] =>
    (node.heritageClauses ?? [])
      .flatMap((clause) => clause.types.map((type) => interfaces.get(type.expression.getText())))
      .flatMap((base) => (base === undefined ? [] : shapeOf(base).fields));
  const shapes = [...interfaces.values()].map((node) => [node.name.text, shapeOf(node)] as const);
  // A type that is another name of an interface.
  const aliases = statements.filter(ts.isTypeAliasDeclaration).flatMap((node) => {
    const same = interfaces.get(node.type.getText());
    return same === undefined
      ? []
      : [[node.name.text, { ...shapeOf(same), name: node.name.text, text: commentOf(node) }] as const];
  });
  return {
    shapes: new Map([...shapes, ...aliases]),
    choices: new Map(statements.flatMap(choicesOf).map((choice) => [choice.name, choice])),
  };
}

function fieldOf(member: ts.PropertySignature): Field {
  if (member.type === undefined) throw new Error(`${member.name.getText()} has no type`);
  const { type } = member;
  return {
    name: member.name.getText(),
    isOptional: member.questionToken !== undefined,
    type,
    text: commentOf(member),
  };
}

function choicesOf(node: ts.Statement): Choice[] {
  if (!ts.isVariableStatement(node)) return [];
  const [declaration] = node.declarationList.declarations;
  const object = declaration?.initializer;
  if (declaration === undefined || object === undefined || !ts.isAsExpression(object)) return [];
  if (!ts.isObjectLiteralExpression(object.expression)) return [];
  const values = object.expression.properties.filter(ts.isPropertyAssignment).map((property) => ({
    name: property.name.getText(),
    value: ts.isStringLiteral(property.initializer) ? property.initializer.text : "",
    text: commentOf(property),
  }));
  return [{ name: declaration.name.getText(), text: commentOf(node), values }];
}

function commentOf(node: ts.Node): string {
  const texts = ts
    .getJSDocCommentsAndTags(node)
    .map(({ comment }) => (typeof comment === "string" ? comment : ""));
  return texts.join(" ").replace(/\s+/g, " ").trim();
}
