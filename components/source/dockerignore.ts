// .dockerignore as Docker reads it (moby's ignorefile and patternmatcher): case counts, the last pattern that matches
// decides, a pattern that matches a directory matches what is below it. Patterns are run as automata, so that no pattern
// takes long: each character of a path is looked at once for each part of a pattern.

import * as path from "node:path";
import { limits } from "../limits";
import { classAt, matches, type Budget, type Token } from "../text";

/** A file that Docker would refuse, or that takes too long; the message follows the file's name. */
export class DockerignoreError extends Error {
  override readonly name = "DockerignoreError";
}

/** moby would read these for themselves even in a set of characters. */
const wildcards = /[-\]*?[]/;

/** After a backslash, moby's regular expressions take these for themselves; a letter would mean something else. */
const escapable = /^[\x20-\x2f\x3a-\x40\x5b-\x60\x7b-\x7e]$/;

interface Pattern {
  /** What it matches is sent after all. */
  excepts: boolean;
  matches: (file: string) => boolean;
}

/** Says which files below the directory of the .dockerignore are left out. */
export function dockerignore(text: string): (file: string) => boolean {
  if (Buffer.byteLength(text) > limits.source.dockerignoreBytes)
    throw new DockerignoreError(`has more than ${limits.source.dockerignoreBytes} bytes`);
  const budget = { steps: limits.source.dockerignoreSteps };
  const patterns = text
    .replace(/^\ufeff/, "")
    .split("\n")
    .flatMap((line, index) => patternOf(line, index + 1, budget));
  // For each directory, which patterns match it or one above it.
  const known = new Map<string, readonly boolean[]>([[".", patterns.map(() => false)]]);
  const matchesOf = (file: string): readonly boolean[] => {
    const found = known.get(file);
    if (found !== undefined) return found;
    const above: string[] = [file];
    while (!known.has(path.posix.dirname(above.at(-1) ?? ".")))
      above.push(path.posix.dirname(above.at(-1) ?? "."));
    let matches = known.get(path.posix.dirname(above.at(-1) ?? ".")) ?? [];
    for (const place of above.reverse()) {
      const parent = matches;
      matches = patterns.map((pattern, n) => parent[n] === true || pattern.matches(place));
      if (place !== file) known.set(place, matches);
    }
    return matches;
  };
  return (file) => {
    if (patterns.length === 0) return false;
    const last = matchesOf(file).lastIndexOf(true);
    if (last < 0) return false;
    // An exception of what nothing has left out yet changes nothing; the last match decides in any case.
    return !(patterns[last]?.excepts ?? false);
  };
}

function patternOf(line: string, number: number, budget: Budget): Pattern[] {
  if (line.startsWith("#")) return [];
  const written = line.trim();
  if (written === "") return [];
  const refuse = (why: string) =>
    new DockerignoreError(`has a pattern that Docker refuses, in line ${number}: ${why}`);
  const inverted = written.startsWith("!");
  const plain = cleaned(inverted ? written.slice(1).trim() : written).replace(/^\//, "");
  // moby reads the result once more, so that "/!x" is an exception, too.
  const again = ((inverted ? "!" : "") + plain).trim();
  if (again === "") return [];
  const text = cleaned(again);
  const excepts = text.startsWith("!");
  if (text === "!") throw refuse('"!" stands alone');
  const tokens = tokensOf(excepts ? text.slice(1) : text, refuse);
  return [{ excepts, matches: (file) => isMatch(tokens, file, budget) }];
}

/** Go's path.Clean. */
function cleaned(pattern: string): string {
  return pattern === "" ? "" : path.posix.normalize(pattern).replace(/(?<=.)\/$/, "");
}

function tokensOf(pattern: string, refuse: (why: string) => Error): Token[] {
  const characters = [...pattern];
  const tokens: Token[] = [];
  // moby compares a pattern that is ** and plain text with the end of a path, in whatever name that begins.
  const isSuffix = /^\*\*[^*?[\]\\]*$/.test(pattern);
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] ?? "";
    if (character === "*" && characters[at + 1] === "*") {
      at++;
      if (characters[at + 1] === "/") at++;
      const isLast = at + 1 === characters.length;
      tokens.push({ kind: isLast || (isSuffix && characters[at] !== "/") ? "all" : "directories" });
    } else if (character === "*") {
      tokens.push({ kind: "name" });
    } else if (character === "?") {
      tokens.push({ kind: "one" });
    } else if (character === "[") {
      const set = classAt(characters, at, wildcards);
      if (set === undefined)
        throw refuse("[ begins a set of characters, such as [a-z], that is not closed or is empty");
      for (let inside = at + 1; inside < set.end; inside++)
        if (characters[inside] === "\\") checkEscape(characters[++inside], refuse);
      tokens.push(set.token);
      at = set.end;
    } else if (character === "\\") {
      tokens.push({ kind: "character", value: checkEscape(characters[++at], refuse) });
    } else {
      tokens.push({ kind: "character", value: character });
    }
  }
  return tokens;
}

function checkEscape(character: string | undefined, refuse: (why: string) => Error): string {
  if (character === undefined || !escapable.test(character))
    throw refuse("\\ is not followed by a character that it can escape");
  return character;
}

function isMatch(tokens: readonly Token[], file: string, budget: Budget): boolean {
  const found = matches(tokens, file, budget);
  if (found !== undefined) return found;
  throw new DockerignoreError(
    "has patterns that take too long to compare with the module's files; write fewer or simpler ones",
  );
}
