// Reads the few lines of go.mod and go.work that a build needs to know.
// Grammar: https://go.dev/ref/mod#go-mod-file and https://go.dev/ref/mod#go-work-file

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
    requires: [],
    localReplacements: [],
    use: [],
  };
  let block = "";
  for (const line of text.split("\n")) {
    const words = wordsOf(line);
    if (words.length === 0) continue;
    if (block !== "") {
      if (words[0] === ")") block = "";
      else directive(mod, block, words);
    } else if (words[1] === "(") {
      block = words[0] ?? "";
    } else {
      directive(mod, words[0] ?? "", words.slice(1));
    }
  }
  return mod;
}

function directive(mod: GoModFile, name: string, args: string[]): void {
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

/** Words of a line: comments dropped, "..." and `...` unquoted. */
function wordsOf(line: string): string[] {
  const words = [];
  for (const match of line.matchAll(/\/\/.*|"((?:[^"\\]|\\.)*)"|`([^`]*)`|[()]|(?:(?!\/\/)[^\s()"`])+/g)) {
    if (match[0].startsWith("//")) break;
    words.push(match[1] ?? match[2] ?? match[0]);
  }
  return words;
}

/** Splits "1.23.4", "1.23" or "1.23rc1" into numbers; undefined when it is none of these. */
export function parseGoVersion(text: string): { major: number; minor: number; patch: number } | undefined {
  const match = /^(\d+)\.(\d+)(?:\.(\d+)|(?:rc|beta)\d+)?(?:-[\w.-]+)?$/.exec(text);
  return match
    ? { major: Number(match[1]), minor: Number(match[2]), patch: Number(match[3] ?? 0) }
    : undefined;
}
