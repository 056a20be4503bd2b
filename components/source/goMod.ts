// Reads the few lines of go.mod and go.work that a build needs to know.
// Grammar: https://go.dev/ref/mod#go-mod-file and https://go.dev/ref/mod#go-work-file

import { newestGoVersion } from "../goSyntax";
import { unquote } from "./goString";

/** A module that a local directory replaces. */
export interface LocalReplacement {
  /** Path of the replaced module. */
  module: string;
  /** The directory, as written. */
  directory: string;
}

/** What go.mod or go.work says. */
export interface GoMod {
  /** The module line; undefined in go.work. */
  module: string | undefined;
  /** The go line, such as "1.23" or "1.23.4". */
  go: string | undefined;
  /** The toolchain line without "go", such as "1.23.4". */
  toolchain: string | undefined;
  /** The oldest Go that knows all of its directives, such as "1.24" for tool; undefined where every one does. */
  needs: string | undefined;
  localReplacements: LocalReplacement[];
  /** Directories of the modules of a go.work, as written. */
  use: string[];
}

/** What only the look for local modules needs to know. */
export interface GoModFile extends GoMod {
  /** Paths of the modules in require lines. */
  requires: string[];
}

export function parseGoMod(text: string): GoModFile {
  const mod: GoModFile = {
    module: undefined,
    go: undefined,
    toolchain: undefined,
    needs: undefined,
    requires: [],
    localReplacements: [],
    use: [],
  };
  let block = "";
  for (const line of text.replace(/^\ufeff/, "").split("\n")) {
    const words = wordsOf(line);
    const [first] = words;
    if (first === undefined) continue;
    if (block !== "") {
      if (isMark(first, ")")) block = "";
      else directive(mod, block, words.map(textOf));
    } else if (isMark(words.at(-1), "(")) {
      block = words.slice(0, -1).map(textOf)[0] ?? "";
    } else if (isMark(words.at(-2), "(") && isMark(words.at(-1), ")")) {
      // An empty block, in one line.
    } else {
      directive(mod, textOf(first), words.slice(1).map(textOf));
    }
  }
  return mod;
}

/** Directives that older Go refuses, with the first that takes them. */
const newDirectives: Readonly<Record<string, string>> = { godebug: "1.23", tool: "1.24", ignore: "1.25" };

function directive(mod: GoModFile, name: string, args: string[]): void {
  if (Object.hasOwn(newDirectives, name)) mod.needs = newestGoVersion([mod.needs, newDirectives[name]]);
  switch (name) {
    case "module":
      mod.module = args[0];
      break;
    case "go":
      mod.go = args[0];
      break;
    case "toolchain":
      if (args[0] !== "default") mod.toolchain = args[0]?.replace(/^go/, "");
      break;
    case "require":
      if (args[0] !== undefined) mod.requires.push(args[0]);
      break;
    case "use":
      if (args[0] !== undefined) mod.use.push(args[0]);
      break;
    case "replace": {
      const [module, target] = [args[0], args[args.indexOf("=>") + 1]];
      const local = target !== undefined && /^(\.{1,2}([/\\]|$)|[/\\]|[A-Za-z]:)/.test(target);
      if (module !== undefined && local) mod.localReplacements.push({ module, directory: target });
      break;
    }
  }
}

/** A word as written. */
interface Word {
  text: string;
  quoted: boolean;
}

const isMark = (word: Word | undefined, mark: string): boolean => word?.text === mark && !word.quoted;
const textOf = ({ text, quoted }: Word): string => (quoted ? unquote(text) : text);

/** Words of a line, without its comment. */
function wordsOf(line: string): Word[] {
  const words: Word[] = [];
  const plain = /[^\s()[\]{},]/u;
  for (let at = 0; at < line.length;) {
    const character = line[at] ?? "";
    let end = at + 1;
    if (line.startsWith("//", at)) break;
    if (/\s/.test(character)) {
      at = end;
      continue;
    }
    const quoted = character === '"' || character === "`";
    if (quoted) {
      while (end < line.length && line[end] !== character)
        end += character === '"' && line[end] === "\\" ? 2 : 1;
      end++;
    } else if (plain.test(character)) {
      while (end < line.length && plain.test(line[end] ?? "") && !line.startsWith("//", end)) end++;
    }
    words.push({ text: line.slice(at, end), quoted });
    at = end;
  }
  return words;
}
