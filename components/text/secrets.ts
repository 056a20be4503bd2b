// Masks secrets in a text that others wrote, in the forms in which servers, tools and compilers repeat them: as they are, in an
// address or a form, in JSON or HTML, quoted for a shell, in hexadecimal, and in base64 wherever in it they stand.

/** Masking a shorter one would garble every message and protect nothing. */
const shortestSecret = 4;
/** Longer ones are only looked for as they are: patterns of theirs would be too large. */
const longestPattern = 4096;

/** A function that puts *** in the place of each secret, the longest first. */
export function masker(secrets: Iterable<string>): (text: string) => string {
  const longestFirst = [...new Set(secrets)]
    .map((secret) => secret.trim())
    .filter((secret) => secret.length >= shortestSecret)
    .sort((a, b) => b.length - a.length)
    .map((secret) => (secret.length > longestPattern ? secret : formsOf(secret)));
  return (text) => longestFirst.reduce<string>((safe, form) => safe.replaceAll(form, "***"), text);
}

function formsOf(secret: string): RegExp {
  const bytes = Buffer.from(secret, "utf8");
  const hex = [...bytes.toString("hex")].map(anyCase).join("");
  const asItIs = [...secret].map(characterForms).join("");
  return new RegExp([asItIs, ...[0, 1, 2].map((offset) => base64Forms(bytes, offset)), hex].join("|"), "gu");
}

/** The bytes in base64 behind `offset` others, such as a user's name and a colon. Characters that they share are masked too. */
function base64Forms(bytes: Buffer, offset: number): string {
  const all = Buffer.concat([Buffer.alloc(offset), bytes]);
  const whole = all.toString("base64");
  const begin = Math.ceil((offset * 4) / 3);
  const end = Math.floor((all.length * 4) / 3);
  const shared = "[A-Za-z0-9+/_-]?";
  const core = [...whole.slice(begin, end)].map(
    // The alphabet for URLs has others in the place of these two.
    (character) =>
      ({ "+": `(?:-|${characterForms("+")})`, "/": `(?:_|${characterForms("/")})` })[character] ?? character,
  );
  const before = offset === 0 ? "" : shared;
  return before + core.join("") + (all.length % 3 === 0 ? "" : `${shared}(?:=|${percent(0x3d)}){0,2}`);
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
