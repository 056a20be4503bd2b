// Linker flags: an entry of build.ldflags means what it would mean in go build -ldflags.

import { isUnquotable, splitQuoted } from "../goSyntax";

/** The words of an entry, or what is wrong with it, worded to follow the entry. */
export type LinkerWords = { words: string[]; problem?: undefined } | { words?: undefined; problem: string };

export function linkerWords(entry: string): LinkerWords {
  if (!entry.trim().startsWith("-"))
    return {
      problem: 'is not a linker flag; write a flag and its value as one entry, such as "-X main.version=1"',
    };
  const words = splitQuoted(entry);
  if (words === undefined) return { problem: "has a quote that does not end" };
  const fields = isDefinition(words[0]) ? definitions(entry, words) : { words };
  if (fields.problem !== undefined) return fields;
  if (fields.words.some(isUnquotable))
    return { problem: "has a value with both kinds of quotes, which go build cannot pass on" };
  const problem = refusedFlag(fields.words);
  return problem === undefined ? fields : { problem };
}

/** -X, alone or with its value. */
function isDefinition(word: string | undefined): boolean {
  return word !== undefined && /^--?X(=|$)/.test(word);
}

/**
 * An entry that begins with -X: one or more of them, each with one word as its value. As a convenience, which go build does not
 * have, the value of a single one may have spaces without quotes. What could be either is refused.
 */
function definitions(entry: string, words: readonly string[]): LinkerWords {
  const found: string[] = [];
  const rest: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    if (!isDefinition(word)) rest.push(word);
    else if (word.includes("=")) found.push(word);
    else found.push(word, words[++at] ?? "");
  }
  if (found.at(-1) === "") return { problem: "has no value: write -X PACKAGE.NAME=VALUE" };
  if (rest.length === 0) return { words: found };
  const isOne = words.filter(isDefinition).length === 1;
  const value = /^\s*--?X[\s=]\s*([^\s'"][^]*)$/.exec(entry)?.[1]?.trimEnd();
  if (!isOne || value === undefined || rest.some((word) => word.startsWith("-"))) {
    return {
      problem:
        "could be read in two ways: quote a value that has spaces, as in \"-X 'main.text=a -b'\", and give other flags entries of their own",
    };
  }
  const [flag = ""] = /^--?X/.exec(words[0] ?? "") ?? [];
  return { words: [flag, value] };
}

/** Flags that would run another linker or link elsewhere, wherever they stand. */
function refusedFlag(words: readonly string[]): string | undefined {
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    // The value of -X is a value, whatever is in it.
    if (/^--?X$/.test(word)) at++;
    const [, name = "", given] = /^--?([a-z]\w*)(?:=(.*))?$/s.exec(word) ?? [];
    const value = given ?? words[at + 1];
    const isRefused =
      (name === "extldflags" && (value !== "-static" || words.length > (given === undefined ? 2 : 1))) ||
      (name === "linkmode" && value !== "internal" && value !== "auto") ||
      /^(extld|extar|o|plugin|importcfg|installsuffix|tmpdir)$/.test(name);
    if (isRefused)
      return 'is refused: it would run another linker, or link elsewhere (but "-extldflags=-static" is allowed)';
  }
  return undefined;
}
