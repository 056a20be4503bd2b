// Patterns for a secret in the forms in which servers, tools and compilers repeat it: as it is, in an address or a form, in JSON or
// HTML, quoted for a shell, in hexadecimal, and anywhere within a base64 text.

/** Masking a shorter one would garble every message and protect nothing. */
export const shortestSecret = 4;
/** Longer ones are only looked for as they are: patterns of theirs would be too large. */
const longestPattern = 4096;

/** The secret in one piece. */
export function wholeForms(secret: string): RegExp | string {
  if (secret.length > longestPattern) return secret;
  const bytes = Buffer.from(secret, "utf8");
  return anyOf([inCharacters(secret), ...base64Cores(bytes).map(withShared), inHex(bytes)]);
}

/** One or more forms of a secret in a text without `gaps`. */
export interface GaplessForm {
  form: RegExp | string;
  /** Where what was found begins and ends in a line: what it shares with its neighbours belongs to it. */
  extended: (line: string, begin: number, end: number) => [begin: number, end: number];
}

export function gaplessForms(secret: string): GaplessForm[] {
  const parts = secret.split(gaps);
  const gapless = parts.join("");
  const asFound: GaplessForm["extended"] = (_, begin, end) => [begin, end];
  if (secret.length > longestPattern)
    return gapless.length < shortestSecret ? [] : [{ form: gapless, extended: asFound }];
  const bytes = Buffer.from(secret, "utf8");
  // A space or a line end that is escaped may be wrapped, too, and is no gap then.
  const gap = `(?:${[" ", "\n", "\r", "\t"].map(characterForms).join("|")}){0,4}`;
  const asItIs = gapless.length < shortestSecret ? [] : [parts.map(inCharacters).join(gap)];
  return [
    { form: anyOf([...asItIs, inHex(bytes)]), extended: asFound },
    ...base64Cores(bytes).map((one) => ({
      form: anyOf([one.core]),
      extended: (line: string, begin: number, end: number) => withNeighbours(one, line, begin, end),
    })),
  ];
}

/** White space, as it is or escaped. Encoders wrap lines, and whoever quotes such a text may escape the line ends. */
export const gaps =
  /\s+|\\{1,4}[nrt]|%(?:25){0,3}(?:0[9AaDd]|20)|&#(?:0{0,6}(?:9|10|13|32)|[xX]0{0,6}(?:9|[AaDd]|20));/g;

const anyOf = (forms: readonly string[]): RegExp => new RegExp(forms.join("|"), "gu");
const inCharacters = (text: string): string => [...text].map(characterForms).join("");
const inHex = (bytes: Buffer): string => [...bytes.toString("hex")].map(anyCase).join("");

/** A character of base64 that holds bits of the secret and of others. */
const shared = "[A-Za-z0-9+/_-]?";
const padding = `(?:=|${percent(0x3d)}){0,2}`;

interface Base64 {
  /** Characters that hold bits of the bytes alone. */
  core: string;
  sharesFirst: boolean;
  sharesLast: boolean;
}

/** The bytes in base64 behind 0, 1 and 2 others, such as a user's name and a colon. */
function base64Cores(bytes: Buffer): Base64[] {
  return [0, 1, 2].map((offset) => {
    const all = Buffer.concat([Buffer.alloc(offset), bytes]);
    const begin = Math.ceil((offset * 4) / 3);
    const end = Math.floor((all.length * 4) / 3);
    const core = [...all.toString("base64").slice(begin, end)].map(
      // The alphabet for URLs has others in the place of these two.
      (character) =>
        ({ "+": `(?:-|${characterForms("+")})`, "/": `(?:_|${characterForms("/")})` })[character] ??
        character,
    );
    return { core: core.join(""), sharesFirst: offset > 0, sharesLast: all.length % 3 > 0 };
  });
}

/** Characters that the bytes share with others are masked too. */
function withShared({ core, sharesFirst, sharesLast }: Base64): string {
  return (sharesFirst ? shared : "") + core + (sharesLast ? shared + padding : "");
}

const sharedBefore = new RegExp(`${shared}$`);
const sharedBehind = new RegExp(`^${shared}${padding}`);
/** Twice %2525253D. */
const longestPadding = 20;

function withNeighbours(
  { sharesFirst, sharesLast }: Base64,
  line: string,
  begin: number,
  end: number,
): [begin: number, end: number] {
  const before = sharesFirst ? sharedBefore.exec(line.slice(Math.max(begin - 1, 0), begin)) : null;
  const behind = sharesLast ? sharedBehind.exec(line.slice(end, end + 1 + longestPadding)) : null;
  return [begin - (before?.[0].length ?? 0), end + (behind?.[0].length ?? 0)];
}

const named: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;|'\\\\''|'\"'\"'",
  "\t": "\\\\{1,4}t",
  "\n": "\\\\{1,4}n",
  "\r": "\\\\{1,4}r",
  " ": "\\+",
};

/** A pattern for one character as it is or escaped. Each repetition has a bound, so that no text takes long. */
function characterForms(character: string): string {
  if (/^[A-Za-z0-9]$/.test(character)) return character;
  const code = character.codePointAt(0) ?? 0;
  const units = Array.from({ length: character.length }, (_, n) => character.charCodeAt(n));
  const digits = (number: number, length: number) =>
    [...number.toString(16).padStart(length, "0")].map(anyCase).join("");
  return `(?:${[
    // Control characters are spaces by now.
    /^\p{Cc}$/u.test(character) ? " " : `\\\\{0,4}${character.replace(/[\\^$.*+?()[\]{}|/]/, "\\$&")}`,
    ...(named[character] === undefined ? [] : [named[character]]),
    [...Buffer.from(character, "utf8")].map(percent).join(""),
    units.map((unit) => `\\\\{1,4}u${digits(unit, 4)}`).join(""),
    ...(code < 256 ? [`\\\\{1,4}x${digits(code, 2)}`] : []),
    `&#(?:0{0,6}${code}|[xX]0{0,6}${digits(code, 1)});`,
  ].join("|")})`;
}

/** A byte as addresses have it, perhaps of an address within another. */
function percent(byte: number): string {
  return `%(?:25){0,3}${[...byte.toString(16).padStart(2, "0")].map(anyCase).join("")}`;
}

function anyCase(digit: string): string {
  return /[a-f]/.test(digit) ? `[${digit}${digit.toUpperCase()}]` : digit;
}
