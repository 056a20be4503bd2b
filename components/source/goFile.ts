// Reads of a Go source file what decides which other files its build needs: imports, build constraint, embedded files.
// It is not a compiler: where it cannot be sure it says more rather than less.

import { unquote } from "./quote";

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

// A token of the part of a file before its first declaration: space, comments, strings, names, punctuation.
const tokens =
  /(\s+)|(\/\/[^\n]*)|(\/\*[^]*?\*\/)|("(?:[^"\\\n]|\\.)*"|`[^`]*`)|([\p{L}_][\p{L}\p{N}_]*)|([^])/uy;

export function parseGoFile(text: string): GoFile {
  const file: GoFile = {
    packageName: undefined,
    imports: [],
    constraint: undefined,
    embeds: [],
    cgoPreamble: undefined,
  };
  let state: "start" | "package" | "between" | "import" | "group" = "start";
  let comments = "";
  tokens.lastIndex = text.startsWith("\ufeff") ? 1 : 0;
  for (let match = tokens.exec(text); match; match = tokens.exec(text)) {
    const [, space, line, block, string, word, mark] = match;
    if (space !== undefined) {
      // A blank line parts a comment from what follows it.
      if (space.split("\n").length > 2 && state !== "group") comments = "";
    } else if (line !== undefined || block !== undefined) {
      if (state === "start" && line !== undefined) readConstraint(file, line, text.slice(0, match.index));
      comments += `${line?.slice(2) ?? block?.slice(2, -2)}\n`;
    } else if (state === "start") {
      if (word !== "package") break;
      state = "package";
    } else if (state === "package") {
      file.packageName = word;
      state = "between";
      comments = "";
    } else if (state === "between") {
      if (mark === ";") continue;
      if (word !== "import") break;
      state = "import";
    } else if (string !== undefined) {
      const path = unquote(string);
      if (path === "C") file.cgoPreamble = (file.cgoPreamble ?? "") + comments;
      else file.imports.push(path);
      comments = "";
      if (state === "import") state = "between";
    } else if (mark === "(") {
      state = "group";
    } else if (mark === ")") {
      state = "between";
    }
  }
  if (text.includes("//go:embed")) file.embeds = embedPatterns(text);
  return file;
}

/** A //go:build line counts only at the start of its line: behind a comment Go takes no notice of it. */
function readConstraint(file: GoFile, line: string, before: string): void {
  const expression = /^\/\/go:build\s+(.*\S)/.exec(line)?.[1];
  const startsLine =
    before
      .slice(before.lastIndexOf("\n") + 1)
      .replace("\ufeff", "")
      .trim() === "";
  if (expression === undefined || !startsLine) return;
  file.constraint = file.constraint === undefined ? expression : "";
}

/** Patterns as in: //go:embed a.txt "with space" `raw` all:dir */
function embedPatterns(text: string): string[] {
  const patterns: string[] = [];
  for (const [, rest = ""] of text.matchAll(/^[ \t]*\/\/go:embed[ \t]+([^\r\n]*)/gm)) {
    for (const [word] of rest.matchAll(/"(?:[^"\\]|\\.)*"|`[^`]*`|\S+/g)) patterns.push(unquote(word));
  }
  return patterns;
}

/** True, false, or undefined for what cannot be known without the toolchain. */
export type Tristate = boolean | undefined;

/** Evaluates a //go:build expression; undefined when it depends on a tag that is not known, or makes no sense. */
export function evaluateConstraint(expression: string, tag: (name: string) => Tristate): Tristate {
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
