// What C and assembly read besides themselves: #include lines, and #cgo lines that lead a compiler elsewhere.

import { constraintMatches, type BuildContext } from "./buildConstraints";

/** Files that a text includes, as written, and whether it includes more, that cannot be told. */
export interface Includes {
  names: string[];
  unclear: boolean;
}

const directive = /^[ \t]*(include|import|include_next|embed)\b(.*)$/;

/** Includes of C code, or of assembly that a C compiler reads. */
export function includesOfC(text: string): Includes {
  // A backslash at the end of a line goes on in the next one, anywhere.
  const whole = text.replace(/\\\r?\n/g, "");
  const includes: Includes = { names: [], unclear: false };
  for (const line of whole.split("\n")) {
    const rest = afterMark(line);
    if (rest === undefined) continue;
    const [, word, operand = ""] = directive.exec(rest) ?? [];
    // A comment may stand between the mark and the word.
    if (word === undefined) includes.unclear ||= /^[ \t]*\/\*/.test(rest);
    else {
      const name = /^(?:"([^"]+)"|<([^>]+)>)/.exec(withoutComments(operand));
      // A macro may stand for any name; #embed has rules of its own.
      if (!name || word === "embed") includes.unclear = true;
      else includes.names.push(name[1] ?? name[2] ?? "");
    }
  }
  // The assembler has directives of its own, which also occur in strings of C; x.include would be a member of x.
  if (/(?:\\[nt]|(?<![\w)\]]))\.(?:incbin|include)\b/.test(whole)) includes.unclear = true;
  return includes;
}

/** What follows # or %: where it is the first thing of its line, or comes behind the end of a comment. */
function afterMark(line: string): string | undefined {
  const comment = line.lastIndexOf("*/");
  for (const start of comment < 0 ? [0] : [0, comment + 2]) {
    const rest = withoutComments(line.slice(start));
    if (rest.startsWith("#")) return rest.slice(1);
    if (rest.startsWith("%:")) return rest.slice(2);
  }
  return undefined;
}

/** Without the blanks and the comments at its beginning. */
function withoutComments(text: string): string {
  let at = 0;
  for (;;) {
    while (text[at] === " " || text[at] === "\t") at++;
    const end = text.startsWith("/*", at) ? text.indexOf("*/", at + 2) : -1;
    if (end < 0) return text.slice(at);
    at = end + 2;
  }
}

/** Includes of Go assembly, whose preprocessor knows names in quotes only. */
export function includesOfAssembly(text: string): Includes {
  const names = [...text.matchAll(/^[ \t]*#[ \t]*include[ \t]+"([^"\n]+)"/gm)].map(([, name = ""]) => name);
  return { names, unclear: false };
}

// Flags that name no file and no directory but the package's own, which is searched anyway.
const harmless =
  /^(-D[^$]*|-U\w+|-l[\w.+-]+|-[OgmW][\w=.+-]*|-f(?!profile|plugin)[\w+-]+(=\w+)?|-std=[\w+]+|-pthread|-w|-ansi|-pedantic(-errors)?|-I(\.|\$\{SRCDIR\})\/?)$/;

/** True when a #cgo line may make the compiler or linker read files that #include lines do not tell. */
export function searchesElsewhere(context: BuildContext, preamble: string): boolean {
  for (const line of preamble.split("\n")) {
    const text = line.trim();
    const colon = text.indexOf(":");
    if (!/^#cgo[ \t]/.test(text) || colon < 0) continue;
    // #cgo linux,amd64 !arm CFLAGS: a comma is "and", a space is "or".
    const words = text
      .slice("#cgo".length, colon)
      .split(/[ \t]+/)
      .filter((word) => word !== "");
    const verb = words.pop();
    const expression = words.map((part) => `(${part.split(",").join(" && ")})`).join(" || ");
    if (expression !== "" && !constraintMatches(context, expression)) continue;
    if (verb === "pkg-config") return true;
    const flags = text.slice(colon + 1).split(/\s+/);
    if (flags.some((word) => word !== "" && !harmless.test(word))) return true;
  }
  return false;
}
