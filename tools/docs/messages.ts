// The texts that goimage shows, read from the source: every string of several words that is not part of a Dockerfile, a page or a
// comment. A text in several pieces is one message; what is filled in at run time is shown by its name.

import * as fs from "node:fs";
import path from "node:path";
import ts from "typescript";
import { limits } from "../../components/limits";
import { lineOf, type Words } from "./comments";

/** Texts of one source file, in its order. */
export function messagesIn(file: string): string[] {
  const source = ts.createSourceFile(file, fs.readFileSync(file, "utf8"), ts.ScriptTarget.ES2022, true);
  return [...new Set(textsIn(source).map(({ text }) => text))];
}

/** The same with their lines. */
export function textsIn(source: ts.SourceFile): Words[] {
  const found: Words[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isLiteralTypeNode(node) || ts.isImportDeclaration(node) || isDockerfileComment(node)) return;
    const text = textOf(node);
    if (text === undefined) return ts.forEachChild(node, visit);
    if (isProse(text))
      found.push({
        line: lineOf(source, node.getStart(source)),
        text: text.replace(/^[;,:.]?\s+/, "").trim(),
      });
    // What is filled in may be a text with conditions of its own.
    for (const inner of insertions(node)) visit(inner);
  };
  visit(source);
  return found;
}

/** Source files below a folder. */
export function sources(place: string): string[] {
  const entries = fs.readdirSync(place, { recursive: true, encoding: "utf8" });
  return entries
    .filter((name) => name.endsWith(".ts"))
    .map((name) => path.join(place, name))
    .sort();
}

/** A string, a template or a sum of them; undefined for anything else. */
function textOf(node: ts.Node): string | undefined {
  if (ts.isParenthesizedExpression(node)) return textOf(node.expression);
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isTemplateExpression(node)) {
    const spans = node.templateSpans.map((span) => named(span.expression) + span.literal.text);
    return node.head.text + spans.join("");
  }
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
    const [left, right] = [textOf(node.left), textOf(node.right)];
    if (left === undefined && right === undefined) return undefined;
    return (left ?? named(node.left)) + (right ?? named(node.right));
  }
  return undefined;
}

/** The parts of a text that are no text themselves. */
function insertions(node: ts.Node): ts.Node[] {
  if (ts.isParenthesizedExpression(node)) return insertions(node.expression);
  if (ts.isTemplateExpression(node)) return node.templateSpans.map((span) => span.expression);
  if (!ts.isBinaryExpression(node)) return [];
  return [node.left, node.right].flatMap((side) => (textOf(side) === undefined ? [side] : insertions(side)));
}

/** The name that a message shows for a value. */
function named(expression: ts.Expression): string {
  const code = expression.getText();
  const bound = /^limits\.(\w+)\.(\w+)$/.exec(code);
  const group = bound && (limits as unknown as Record<string, Record<string, number>>)[bound[1] ?? ""];
  const value = group?.[bound?.[2] ?? ""];
  if (value !== undefined) return value.toLocaleString("en");
  // Text that is there under a condition only.
  if (ts.isConditionalExpression(expression) || /(advice|Advice|said|more|secret)\b/.test(code)) return "";
  const called = ts.isCallExpression(expression) && ts.isIdentifier(expression.expression);
  const text = called ? expression.expression.getText() : code.replace(/"[^"]*"|`[^`]*`/g, "");
  const names = [...text.matchAll(/[A-Za-z]\w*/g)].map(([name]) => name);
  const last = names.filter((name) => !technical.has(name)).at(-1);
  if (last === undefined) return /\bsession\b/.test(code) ? "<registry>" : "<value>";
  return `<${last.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).toLowerCase()}>`;
}

/** Names in the code that mean nothing to the reader of a message. */
const technical = new Set(
  "join map quoteValue String JSON stringify slice toString name message error length code text byteLength Buffer cleanLine as Error value ms session".split(
    " ",
  ),
);

/** A call of the function that makes a Dockerfile's comments. */
function isDockerfileComment(node: ts.Node): boolean {
  return ts.isCallExpression(node) && node.expression.getText() === "comment";
}

/** At least four words, in English rather than in a shell's language. */
function isProse(text: string): boolean {
  const words = text.split(/\s+/).filter((word) => /^[("']?[a-z<]/i.test(word));
  return words.length >= 4 && !/[{}]|\$\(|&&|\\n|-----|^ *#|;$|; (do|then)$|^go build -/.test(text);
}
