// Patterns with wildcards, run as automata: each character of a text is looked at once for each part of the pattern, so that
// no pattern takes long, whoever wrote it.

/** A part of a pattern. */
export type Token =
  | { kind: "character"; value: string }
  /** ? and * do not match a slash. ** matches directories with the slash behind each, and at the end everything. */
  | { kind: "one" | "name" | "directories" | "all" }
  | { kind: "class"; negated: boolean; ranges: readonly (readonly [string, string])[] };

/** Comparisons that are left. */
export interface Budget {
  steps: number;
}

/**
 * Whether the pattern matches the whole text; undefined when the budget is spent. A state is twice the next token's number,
 * and one more inside of a **.
 */
export function matches(tokens: readonly Token[], text: string, budget?: Budget): boolean | undefined {
  let states = new Set<number>();
  reach(states, 0, tokens);
  for (const character of text) {
    const following = new Set<number>();
    if (budget !== undefined && (budget.steps -= states.size) < 0) return undefined;
    for (const state of states) {
      const at = state >> 1;
      const token = tokens[at];
      if (token === undefined) continue;
      if (token.kind === "directories") {
        following.add(2 * at + 1);
        if (character === "/") reach(following, at + 1, tokens);
      } else if (token.kind === "all" || (token.kind === "name" && character !== "/")) {
        reach(following, at, tokens);
      } else if (takes(token, character)) {
        reach(following, at + 1, tokens);
      }
    }
    if (following.size === 0) return false;
    states = following;
  }
  return states.has(2 * tokens.length);
}

/** Adds the state before a token, and those behind tokens that may match nothing. */
function reach(states: Set<number>, token: number, tokens: readonly Token[]): void {
  for (let at = token; !states.has(2 * at); at++) {
    states.add(2 * at);
    const kind = tokens[at]?.kind;
    if (kind !== "name" && kind !== "all" && kind !== "directories") return;
  }
}

function takes(token: Token, character: string): boolean {
  switch (token.kind) {
    case "character":
      return token.value === character;
    case "one":
      return character !== "/";
    case "class":
      return inClass(token, character) !== token.negated;
    case "all":
    case "directories":
    case "name":
      return false;
  }
}

function inClass({ ranges }: Extract<Token, { kind: "class" }>, character: string): boolean {
  const code = codeOf(character);
  return ranges.some(([low, high]) => code >= codeOf(low) && code <= codeOf(high));
}

/**
 * The set of characters that begins at a "[", such as [a-z] or [^a-z], and where it ends; undefined when it is none. What
 * `refused` matches can only be there behind a backslash.
 */
export function classAt(
  characters: readonly string[],
  start: number,
  refused = /[-\]]/,
): { token: Token; end: number } | undefined {
  let end = start + 1;
  while (end < characters.length && characters[end] !== "]") end += characters[end] === "\\" ? 2 : 1;
  if (end >= characters.length) return undefined;
  const token = classOf(characters.slice(start + 1, end), refused);
  return token && { token, end };
}

function classOf(body: readonly string[], refused: RegExp): Token | undefined {
  const negated = body[0] === "^";
  const ranges: [string, string][] = [];
  let at = negated ? 1 : 0;
  const next = (): string | undefined => {
    const escaped = body[at] === "\\";
    const character = body[escaped ? at + 1 : at];
    at += escaped ? 2 : 1;
    return character === undefined || (!escaped && refused.test(character)) ? undefined : character;
  };
  while (at < body.length) {
    const low = next();
    if (low === undefined) return undefined;
    let high: string | undefined = low;
    if (body[at] === "-") {
      at++;
      high = next();
    }
    if (high === undefined || codeOf(high) < codeOf(low)) return undefined;
    ranges.push([low, high]);
  }
  return ranges.length === 0 ? undefined : { kind: "class", negated, ranges };
}

const codeOf = (character: string): number => character.codePointAt(0) ?? 0;

/** A pattern of Go's path.Match within one name; undefined for a pattern that it would refuse. */
export function goPattern(pattern: string): Token[] | undefined {
  const characters = [...pattern];
  const tokens: Token[] = [];
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] ?? "";
    if (character === "*") tokens.push({ kind: "name" });
    else if (character === "?") tokens.push({ kind: "one" });
    else if (character === "[") {
      const set = classAt(characters, at);
      if (set === undefined) return undefined;
      tokens.push(set.token);
      at = set.end;
    } else if (character === "\\") {
      const next = characters[++at];
      if (next === undefined) return undefined;
      tokens.push({ kind: "character", value: next });
    } else tokens.push({ kind: "character", value: character });
  }
  return tokens;
}
