// Writes the tables of README.md: inputs and outputs from the doc comments of the components, which also reach other
// languages through the package schema, and engines from what the components know of them. `--check` fails when the README is stale.

import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import * as prettier from "prettier";
import ts from "typescript";
import { Engine } from "../components/args";
import { capabilities, capabilityNames, needs, type Capability } from "../components/inputs/engine";

const root = path.resolve(__dirname, "..");
const readme = path.join(root, "README.md");

interface Row {
  name: string;
  type: string;
  text: string;
}

const files = ["components/args.ts", "components/outputs.ts"].map((file) =>
  ts.createSourceFile(file, readFileSync(path.join(root, file), "utf8"), ts.ScriptTarget.ES2022, true),
);
const declarations = files.flatMap((file) => [...file.statements]);

/** Documented fields of an interface or a class, nested inputs below the field that holds them. */
function rows(name: string, prefix = ""): Row[] {
  const found = declarations.find(
    (node) => (ts.isInterfaceDeclaration(node) || ts.isClassDeclaration(node)) && node.name?.text === name,
  ) as ts.InterfaceDeclaration | ts.ClassDeclaration | undefined;
  if (!found) throw new Error(`no ${name} in the components`);
  const inherited = (found.heritageClauses ?? [])
    .flatMap((clause) => clause.types.map((type) => type.expression.getText()))
    .filter((base) => base.endsWith("Args"))
    .flatMap((base) => rows(base, prefix));
  const own = [...found.members].flatMap((member): Row[] => {
    if (!ts.isPropertySignature(member) && !ts.isPropertyDeclaration(member)) return [];
    const field = prefix + member.name.getText();
    const type = (member.type?.getText() ?? "").replace(/pulumi\./g, "").replace(/\s*\|\s*undefined/, "?");
    const text = ts
      .getJSDocCommentsAndTags(member)
      .map((doc) => (typeof doc.comment === "string" ? doc.comment : ""));
    const row = { name: field, type, text: text.join(" ").replace(/\s+/g, " ") };
    return /Args$/.test(type) ? [row, ...rows(type, `${field}.`)] : [row];
  });
  return [...inherited, ...own];
}

function table(heading: string, content: Row[]): string {
  const cell = (text: string) => text.replace(/\|/g, "\\|").replace(/</g, "&lt;");
  const lines = content.map(
    (row) => `| \`${row.name}\` | \`${row.type.replace(/\|/g, "\\|")}\` | ${cell(row.text)} |`,
  );
  return [`| ${heading} | type | meaning |`, "| --- | --- | --- |", ...lines].join("\n");
}

function engineTable(): string {
  const engines = Object.values(Engine);
  const cells = (of: (engine: Engine) => string) => engines.map(of).join(" | ");
  const inputs = (engine: Engine) =>
    needs
      .filter(({ capability }) => capabilities[engine][capability])
      .map(({ input, value }) => `\`${value === undefined ? input : `${input}: ${value}`}\``);
  const selected = (engine: Engine) =>
    inputs(engine).length === 0 ? "by default" : inputs(engine).join(", ");
  const row = ([capability, name]: [string, string]) =>
    `| ${name} | ${cells((engine) => (capabilities[engine][capability as Capability] ? "yes" : "no"))} |`;
  return [
    `| | ${cells((engine) => `\`${engine}\``)} |`,
    `| --- | ${cells(() => "---")} |`,
    `| Selected | ${cells(selected)} |`,
    ...Object.entries(capabilityNames).map(row),
  ].join("\n");
}

function withTables(text: string): string {
  const tables: Record<string, string> = {
    inputs: table("input", rows("GoMultiStageImageArgs")),
    outputs: table("output", rows("GoImageOutputs")),
    engines: engineTable(),
  };
  return Object.entries(tables).reduce((result, [name, content]) => {
    const marked = new RegExp(`(<!-- ${name}: [^>]*-->\\n)[^]*?(\\n<!-- end -->)`);
    if (!marked.test(result)) throw new Error(`README.md has no place for the ${name}`);
    return result.replace(marked, (_, start: string, end: string) => `${start}\n${content}\n${end}`);
  }, text);
}

async function main(): Promise<void> {
  const before = readFileSync(readme, "utf8");
  const style = await prettier.resolveConfig(readme);
  const after = await prettier.format(withTables(before), { ...style, parser: "markdown" });
  if (after === before) return;
  if (!process.argv.includes("--check")) return writeFileSync(readme, after);
  console.error("README.md is stale; run npm run readme");
  process.exitCode = 1;
}

void main();
