// Writes the generated parts of docs/: inputs and outputs from the doc comments of the components, which also reach other
// languages through the package schema, engines from what the components know of them, messages from where they are
// defined, and the programs of the examples. `--check` fails when a page is stale.

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import * as prettier from "prettier";
import { Engine } from "../../components/args";
import { capabilities, capabilityNames, needs, type Capability } from "../../components/inputs/engineChoice";
import { readDeclarations } from "./declarations";
import { schema } from "./schema";
import { troubleshooting } from "./troubleshooting";

const root = path.resolve(__dirname, "../..");

/** Examples in other languages, with their programs; they have a page of their own. */
const inLanguages: Record<string, string> = {
  ...{ yaml: "Pulumi.yaml", python: "__main__.py", go: "main.go", "typescript-sdk": "index.ts" },
};

/** The other folders of examples/, each with its program on the page of examples. */
const examples = readdirSync(path.join(root, "examples")).filter((name) => !(name in inLanguages));

/** The pages with a generated part, between marks that name it. */
const pages: Record<string, Record<string, () => string>> = {
  "docs/inputs-and-outputs.md": {
    inputs: () => definitions("input", rows("GoMultiStageImageArgs")),
    outputs: () => definitions("output", rows("GoImageOutputs")),
  },
  "docs/engines-and-recipes.md": { engines: engineTable },
  "docs/examples.md": Object.fromEntries(examples.map((name) => [name, () => program(name)])),
  "docs/languages.md": Object.fromEntries(
    Object.entries(inLanguages).map(([name, file]) => [name, () => program(name, file)]),
  ),
  "docs/testing.md": {
    stack: () => codeOf("unit-tests/index.ts"),
    mocks: () => codeOf("unit-tests/mocks.ts"),
    test: () => codeOf("unit-tests/node/stack.test.ts"),
  },
  "docs/troubleshooting.md": { messages: () => troubleshooting(root) },
};

interface Row {
  name: string;
  type: string;
  text: string;
}

const declarations = readDeclarations(root);

/** Documented fields, nested inputs below the field that holds them. */
function rows(name: string, prefix = ""): Row[] {
  const shape = declarations.shapes.get(name);
  if (!shape) throw new Error(`no ${name} in the components`);
  return shape.fields.flatMap((field): Row[] => {
    const type = field.type.getText();
    const row = { name: prefix + field.name, type, text: field.text };
    return /Args$/.test(type) ? [row, ...rows(type, `${row.name}.`)] : [row];
  });
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

/** An example's program as a code block, below a link to its folder. */
function program(name: string, file = "index.ts"): string {
  return `[examples/${name}](../examples/${name})\n\n${codeOf(`${name}/${file}`)}`;
}

function codeOf(file: string): string {
  const code = readFileSync(path.join(root, "examples", file), "utf8").trim();
  return `\`\`\`${path.extname(file).slice(1)}\n${code}\n\`\`\``;
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
  await write(page, before, filled, "markdown");
}

async function write(page: string, before: string, text: string, parser: "markdown" | "json"): Promise<void> {
  const file = path.join(root, page);
  const style = await prettier.resolveConfig(file);
  const after = await prettier.format(text, { ...style, parser });
  if (after === before) return;
  if (!process.argv.includes("--check")) return writeFileSync(file, after);
  console.error(`${page} is stale; run npm run generate`);
  process.exitCode = 1;
}

const schemaFile = "provider/schema.json";

async function main(): Promise<void> {
  for (const [page, parts] of Object.entries(pages)) await refresh(page, parts);
  const file = path.join(root, schemaFile);
  const before = existsSync(file) ? readFileSync(file, "utf8") : "";
  await write(schemaFile, before, JSON.stringify(schema(root)), "json");
}

void main();
