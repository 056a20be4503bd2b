// Writes the generated parts of docs/: inputs and outputs from the doc comments of the components, which also reach other
// languages through the package schema, and engines from what the components know of them. `--check` fails when a page is stale.

import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import * as prettier from "prettier";
import ts from "typescript";
import { Engine } from "../components/args";
import { capabilities, capabilityNames, needs, type Capability } from "../components/inputs/engine";

const root = path.resolve(__dirname, "..");

/** The pages with a generated part, between marks that name it. */
const pages: Record<string, Record<string, () => string>> = {
  "docs/inputs-and-outputs.md": {
    inputs: () => definitions("input", rows("GoMultiStageImageArgs")),
    outputs: () => definitions("output", rows("GoImageOutputs")),
  },
  "docs/engines-and-recipes.md": { engines: engineTable },
};

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

/** One paragraph each, with an anchor: what has more than a sentence does not fit a table. */
function definitions(kind: string, content: Row[]): string {
  return content
    .map(({ name, type, text }) => {
      const anchor = `<a id="${kind}-${name.replace(/\./g, "-")}"></a>`;
      return `${anchor}**\`${name}\`** (\`${type}\`)<br>\n${text.replace(/</g, "&lt;")}`;
    })
    .join("\n\n");
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

async function refresh(page: string, parts: Record<string, () => string>): Promise<void> {
  const file = path.join(root, page);
  const before = readFileSync(file, "utf8");
  const filled = Object.entries(parts).reduce((text, [name, content]) => {
    const marked = new RegExp(`(<!-- ${name}: [^>]*-->\\n)[^]*?(\\n<!-- end -->)`);
    if (!marked.test(text)) throw new Error(`${page} has no place for the ${name}`);
    return text.replace(marked, (_, start: string, end: string) => `${start}\n${content()}\n${end}`);
  }, before);
  const style = await prettier.resolveConfig(file);
  const after = await prettier.format(filled, { ...style, parser: "markdown" });
  if (after === before) return;
  if (!process.argv.includes("--check")) return writeFileSync(file, after);
  console.error(`${page} is stale; run npm run readme`);
  process.exitCode = 1;
}

async function main(): Promise<void> {
  for (const [page, parts] of Object.entries(pages)) await refresh(page, parts);
}

void main();
