// What C and assembly read besides themselves: #include lines, and #cgo lines that lead a compiler elsewhere.

import { constraintMatches, type BuildContext } from "./constraints";

/** Files that a text includes, as written, and whether it includes more, that cannot be told. */
export interface Includes {
  names: string[];
  unclear: boolean;
}

const directive =
  /^[ \t]*(?:\/\*[^\n]*?\*\/[ \t]*)*(?:#|%:)[ \t]*(include|import|include_next|embed)\b(.*)$/gm;

/** Includes of C code, or of assembly that a C compiler reads. */
export function includesOfC(text: string): Includes {
  // A backslash at the end of a line goes on in the next one, anywhere.
  const whole = text.replace(/\\\r?\n/g, "");
  const includes: Includes = { names: [], unclear: false };
  for (const [, word, rest = ""] of whole.matchAll(directive)) {
    const operand = rest.replace(/^(?:[ \t]*\/\*.*?\*\/)*[ \t]*/, "");
    const name = /^(?:"([^"]+)"|<([^>]+)>)/.exec(operand);
    // A macro may stand for any name; #embed has rules of its own.
    if (!name || word === "embed") includes.unclear = true;
    else includes.names.push(name[1] ?? name[2] ?? "");
  }
  // The assembler has directives of its own, which also stand in strings of C; x.include would be a member of x.
  if (/(?:\\[nt]|(?<![\w)\]]))\.(?:incbin|include)\b/.test(whole)) includes.unclear = true;
  return includes;
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
  const lines = preamble.matchAll(/^[ \t]*#cgo[ \t]+(?:(.*?)[ \t]+)?([\w-]+)[ \t]*:(.*)$/gm);
  for (const [, condition = "", verb, flags = ""] of lines) {
    // #cgo linux,amd64 !arm CFLAGS: a comma is "and", a space is "or".
    const alternatives = condition.split(/[ \t]+/).filter((part) => part !== "");
    const expression = alternatives.map((part) => `(${part.split(",").join(" && ")})`).join(" || ");
    if (expression !== "" && !constraintMatches(context, expression)) continue;
    if (verb === "pkg-config") return true;
    if (flags.split(/\s+/).some((word) => word !== "" && !harmless.test(word))) return true;
  }
  return false;
}
