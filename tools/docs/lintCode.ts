// Runs textlint's rules, which read the documentation, over the code as well: its comments, its messages and the titles of tests.
// textlint reads one line for each of these texts, so a rule finds words that the code breaks into two lines.

import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import path from "node:path";
import { createLinter, loadTextlintrc } from "textlint";
import ts from "typescript";
import { commentsIn, titlesIn, type Words } from "./comments";
import { textsIn } from "./messages";

const root = path.resolve(__dirname, "../..");
/** Whose comments and messages are read. Of tests only the titles are, since their texts are mostly other programs' output. */
const folders = ["components", "provider", "testing", "tools", "bench"];

/** What users and readers of a file's code read. */
export function wordsIn(name: string, code: string): Words[] {
  const kind = name.endsWith(".ts") ? ts.ScriptKind.TS : ts.ScriptKind.JS;
  const source = ts.createSourceFile(name, code, ts.ScriptTarget.ES2022, true, kind);
  if (name.startsWith("test/")) return titlesIn(source);
  return [...commentsIn(source), ...textsIn(source)].sort((a, b) => a.line - b.line);
}

interface Finding extends Words {
  file: string;
  message: string;
}

/** What the rules find in the texts of files. */
export async function findings(files: ReadonlyMap<string, string>): Promise<Finding[]> {
  const texts = [...files].flatMap(([file, code]) =>
    wordsIn(file, code).map(({ line, text }) => ({ file, line, text: text.replace(/\s+/g, " ") })),
  );
  const descriptor = await loadTextlintrc({ configFilePath: path.join(root, ".textlintrc.json") });
  const linter = createLinter({ descriptor });
  // A blank line between two texts keeps a rule from reading them as one.
  const { messages } = await linter.lintText(texts.map(({ text }) => text).join("\n\n"), "code.txt");
  return messages.flatMap(({ line, message }) => {
    const found = texts[(line - 1) / 2];
    return found ? [{ ...found, message }] : [];
  });
}

async function main(): Promise<void> {
  const listed = execFileSync("git", ["ls-files", "-z", ...folders, "test"], { cwd: root, encoding: "utf8" });
  const names = listed.split("\0").filter((name) => /(?<!\.d)\.(?:ts|mjs|js)$/.test(name));
  const files = new Map(
    names
      .filter((name) => fs.existsSync(path.join(root, name)))
      .map((name) => [name, fs.readFileSync(path.join(root, name), "utf8")]),
  );
  if (files.size === 0) throw new Error("git lists no source files here");
  const found = await findings(files);
  for (const { file, line, text, message } of found)
    console.error(
      `${file}:${line}  ${message}\n    ${text.length > 240 ? `${text.slice(0, 240)}...` : text}`,
    );
  console.log(`words of the code: ${files.size} files, ${found.length} to correct`);
  if (found.length > 0) process.exitCode = 1;
}

if (require.main === module) void main();
