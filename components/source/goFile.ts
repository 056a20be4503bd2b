// Reads of a Go source file what decides which other files its build needs: imports, build constraint, embedded files.
// It is not a compiler: where it cannot be sure it says more rather than less.

import { limits } from "../limits";
import { unquote } from "./goString";

/** What one Go file says. */
export interface GoFile {
  /** Name in the package clause; undefined for a file that is no Go. */
  packageName: string | undefined;
  imports: string[];
  /** The expression of the //go:build line; undefined without one, "" (which nothing can evaluate) with several. */
  constraint: string | undefined;
  /** Patterns of //go:embed lines, unquoted. */
  embeds: string[];
  /** The comment above import "C", which is C code; undefined without that import. */
  cgoPreamble: string | undefined;
}

/** A token of the part of a file before its first declaration. */
interface Token {
  kind: "space" | "line comment" | "block comment" | "string" | "word" | "mark";
  start: number;
  end: number;
}

const space = /\s+/uy;
const word = /[\p{L}_][\p{L}\p{N}_]*/uy;

/** The next token; undefined at the end, and where a comment or a string does not end, which Go refuses. */
function tokenAt(text: string, start: number): Token | undefined {
  const character = text[start];
  if (character === undefined) return undefined;
  const token = (kind: Token["kind"], end: number) => (end < 0 ? undefined : { kind, start, end });
  const behind = (mark: string, from: number) => {
    const at = text.indexOf(mark, from);
    return at < 0 ? -1 : at + mark.length;
  };
  if (text.startsWith("//", start)) {
    const end = text.indexOf("\n", start);
    return token("line comment", end < 0 ? text.length : end);
  }
  if (text.startsWith("/*", start)) return token("block comment", behind("*/", start + 2));
  if (character === "`") return token("string", behind("`", start + 1));
  if (character === '"') return token("string", stringEnd(text, start));
  for (const [kind, pattern] of [
    ["space", space],
    ["word", word],
  ] as const) {
    pattern.lastIndex = start;
    if (pattern.test(text)) return token(kind, pattern.lastIndex);
  }
  return token("mark", start + 1);
}

/** Where a string in double quotes ends; -1 when it does not end in its line. */
function stringEnd(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const character = text[at];
    if (character === "\\") at++;
    else if (character === '"') return at + 1;
    else if (character === "\n") return -1;
  }
  return -1;
}

export function parseGoFile(text: string): GoFile {
  const file: GoFile = {
    packageName: undefined,
    imports: [],
    constraint: undefined,
    embeds: [],
    cgoPreamble: undefined,
  };
  let state: "start" | "package" | "between" | "import" | "group" = "start";
  let comments: string[] = [];
  const first = text.startsWith("\ufeff") ? 1 : 0;
  for (let token = tokenAt(text, first); token; token = tokenAt(text, token.end)) {
    const found = text.slice(token.start, token.end);
    if (token.kind === "space") {
      // A blank line parts a comment from what follows it.
      if (found.indexOf("\n") !== found.lastIndexOf("\n") && state !== "group") comments = [];
    } else if (token.kind === "line comment" || token.kind === "block comment") {
      const isLine = token.kind === "line comment";
      if (state === "start" && isLine) readConstraint(file, found, text, token.start);
      comments.push(isLine ? found.slice(2) : found.slice(2, -2));
    } else if (state === "start") {
      if (found !== "package") break;
      state = "package";
    } else if (state === "package") {
      file.packageName = token.kind === "word" ? found : undefined;
      state = "between";
      comments = [];
    } else if (state === "between") {
      if (found === ";") continue;
      if (found !== "import") break;
      state = "import";
    } else if (token.kind === "string") {
      const path = unquote(found);
      const preamble = comments.map((comment) => `${comment}\n`).join("");
      if (path === "C") file.cgoPreamble = (file.cgoPreamble ?? "") + preamble;
      else file.imports.push(path);
      comments = [];
      if (state === "import") state = "between";
    } else if (found === "(") {
      state = "group";
    } else if (found === ")") {
      state = "between";
    }
  }
  if (text.includes("//go:embed")) file.embeds = embedPatterns(text);
  return file;
}

/** A //go:build line counts only at the start of its line: behind a comment Go takes no notice of it. */
function readConstraint(file: GoFile, line: string, text: string, start: number): void {
  const prefix = "//go:build";
  if (!line.startsWith(prefix) || !/\s/.test(line[prefix.length] ?? "")) return;
  const expression = line.slice(prefix.length).trim();
  const lineStart = text.lastIndexOf("\n", start - 1) + 1;
  const before = start === 0 ? "" : text.slice(lineStart, start).replace("\ufeff", "");
  if (expression === "" || before.trim() !== "") return;
  file.constraint = file.constraint === undefined ? expression : "";
}

/** Patterns as in: //go:embed a.txt "with space" `raw` all:dir */
function embedPatterns(text: string): string[] {
  const patterns: string[] = [];
  const directive = "//go:embed";
  for (let at = text.indexOf(directive); at >= 0;) {
    const lineStart = text.lastIndexOf("\n", at) + 1;
    const found = text.indexOf("\n", at);
    const end = found < 0 ? text.length : found;
    const line = text.slice(at + directive.length, end);
    if (/^[ \t]/.test(line) && isBlank(text, lineStart, at)) patterns.push(...embedWords(line));
    // A line has one such directive, or none.
    at = text.indexOf(directive, end);
  }
  return patterns;
}

function isBlank(text: string, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (text[at] !== " " && text[at] !== "\t") return false;
  return true;
}

function embedWords(line: string): string[] {
  const words: string[] = [];
  const blanks = /\s*/uy;
  const plain = /\S+/uy;
  // What one quote does not end, no later one does.
  let unended = "";
  for (let at = 0; ;) {
    blanks.lastIndex = at;
    blanks.test(line);
    at = Math.max(at, blanks.lastIndex);
    const quote = line[at];
    if (quote === undefined) return words;
    let end = -1;
    if (quote === '"' && unended !== quote) end = stringEnd(line, at);
    if (quote === "`") end = line.indexOf("`", at + 1) + 1 || -1;
    if (quote === '"' && end < 0) unended = quote;
    if (end < 0) {
      plain.lastIndex = at;
      plain.test(line);
      end = plain.lastIndex;
    }
    words.push(unquote(line.slice(at, end)));
    at = end;
  }
}

/** True, false, or undefined for what cannot be known without the toolchain. */
export type Tristate = boolean | undefined;

/** Evaluates a //go:build expression; undefined when it depends on a tag that is not known, or makes no sense. */
export function evaluateConstraint(expression: string, tag: (name: string) => Tristate): Tristate {
  if (
    expression.length > limits.source.constraintLength ||
    depthOf(expression) > limits.source.constraintDepth
  )
    return undefined;
  const words = expression.match(/&&|\|\||[!()]|[^\s!()&|]+|[&|]/g) ?? [];
  let next = 0;
  const or = (): Tristate => {
    let value = and();
    while (words[next] === "||") {
      next++;
      const right = and();
      value =
        value === true || right === true ? true : value === false && right === false ? false : undefined;
    }
    return value;
  };
  const and = (): Tristate => {
    let value = not();
    while (words[next] === "&&") {
      next++;
      const right = not();
      value =
        value === false || right === false ? false : value === true && right === true ? true : undefined;
    }
    return value;
  };
  const not = (): Tristate => {
    const word = words[next++];
    if (word === "!") {
      const value = not();
      return value === undefined ? undefined : !value;
    }
    if (word === "(") {
      const value = or();
      next++;
      return value;
    }
    return word === undefined ? undefined : tag(word);
  };
  const value = or();
  return next === words.length ? value : undefined;
}

/** How deep parentheses and negations go, at most. */
function depthOf(expression: string): number {
  return expression.match(/[!(]/g)?.length ?? 0;
}
