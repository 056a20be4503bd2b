// components/limits.ts says that each of its bounds is enforced where the thing is read.

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import * as ts from "typescript";
import { limits } from "../components/limits";

const components = path.join(__dirname, "../components");

/** The bounds that a file's code names, as group.entry: limits.a.b, or { b } = limits.a. Comments do not count. */
function namedIn(text: string): Set<string> {
  const found = new Set<string>();
  const groupOf = (node: ts.Node | undefined): string | undefined =>
    node && ts.isPropertyAccessExpression(node) && node.expression.getText() === "limits"
      ? node.name.text
      : undefined;
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAccessExpression(node)) {
      const group = groupOf(node.expression);
      if (group !== undefined) found.add(`${group}.${node.name.text}`);
    }
    const isTaken = ts.isVariableDeclaration(node) || ts.isParameter(node);
    if (isTaken && ts.isObjectBindingPattern(node.name)) {
      const group = groupOf(node.initializer);
      for (const { propertyName, name } of node.name.elements)
        if (group !== undefined) found.add(`${group}.${(propertyName ?? name).getText()}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile("x.ts", text, ts.ScriptTarget.Latest, true));
  return found;
}

describe("limits", () => {
  it("are searched for in code, not in comments", () => {
    const text = `
      // limits.a.comment
      if (x > limits.a.one) throw new Error("limits.a.text");
      const { two, three: renamed } = limits.b;
      function f({ four }: Four = limits.c) {}
      const { five } = other.b;`;
    assert.deepEqual([...namedIn(text)].sort(), ["a.one", "b.three", "b.two", "c.four"]);
  });

  it("are each enforced somewhere", () => {
    const files = fs.readdirSync(components, { recursive: true, encoding: "utf8" });
    const named = files
      .filter((file) => file.endsWith(".ts") && file !== "limits.ts")
      .flatMap((file) => [...namedIn(fs.readFileSync(path.join(components, file), "utf8"))]);
    const all = Object.entries(limits).flatMap(([group, entries]) =>
      Object.keys(entries).map((entry) => `${group}.${entry}`),
    );
    assert.ok(all.length > 20);
    const idle = all.filter((entry) => !named.includes(entry));
    assert.deepEqual(idle, [], "bounds that nothing enforces");
  });
});
