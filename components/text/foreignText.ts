// The one way out for text that others wrote: registries, builders, compilers, helpers, images. Everything that goimage
// repeats of it, in errors, logs and on terminals, passes through here.

import { masker } from "./secrets";

/** How a text is cleaned. */
interface Cleaning {
  /** Values that must not be shown. */
  secrets?: Iterable<string>;
  /** Characters after which a line is cut. */
  longest?: number;
}

/** What is looked at of a line, before it is cut: enough that no secret is cut in two and shown in part. */
const longestInput = 64 * 1024;
const longestLine = 300;
const longestMessage = 16_000;

// ECMA-48: control sequences (colours, cursor), strings for the terminal (title, hyperlinks), and two-character escapes.
// Each repetition ends at a character that it does not match, so that the time is linear.
const escapes =
  // eslint-disable-next-line no-control-regex -- these are the characters that are looked for
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]?|(?:\u001b[\]PX^_]|[\u009d\u0090\u0098\u009e\u009f])[^\u0007\u001b\u009c\n]*(?:\u0007|\u001b\\|\u009c)?|\u001b[ -/]*[0-~]?/g;
const invisible = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\u200b\u2060\ufeff]+/gu;
/** User and password of an address, and what a signed one holds. */
const address = /\b([a-z][a-z0-9+.-]{1,20}:\/\/)(?:[^\s/"'@]*@)?([^\s"'?#]*)(?:[?#][^\s"']*)?/gi;

/** One line, without what steers a terminal, and without secrets. */
export function cleanLine(text: string, { secrets = [], longest = longestLine }: Cleaning = {}): string {
  // Line by line until the secrets are masked: one may be wrapped.
  const lines = text.slice(0, longestInput).split("\n").map(steerless);
  return shownLine(
    masker(secrets)(lines)
      .filter((line) => line !== "")
      .join(" "),
    longest,
  );
}

/** Without what steers a terminal, or is not seen. */
function steerless(line: string): string {
  return line.slice(0, longestInput).replace(escapes, "").replace(invisible, " ").trim();
}

/** What is shown of a line without secrets. */
function shownLine(masked: string, longest: number): string {
  const line = inert(masked.replace(address, "$1$2"));
  return line.length > longest ? `${line.slice(0, longest)}...` : line;
}

/**
 * One line of a message of goimage's own, with whatever foreign text is in it, such as a file's name: still one line, with its
 * indent. What others wrote as a whole passes through cleanLine.
 */
export function messageLine(text: string): string {
  const line = text.replace(escapes, "").replace(invisible, " ").trim();
  return indentOf(text) + inert(line.length > longestMessage ? `${line.slice(0, longestMessage)}...` : line);
}

/**
 * A name that others chose, for a place that is shown as it is, such as an output: what steers a terminal or is not seen is
 * escaped, so that it is still another name than one without.
 */
export function printableName(name: string): string {
  return inert(name.replace(invisible, (found) => [...found].map(codeOf).join("")));
}

function codeOf(character: string): string {
  return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`;
}

/**
 * Without what a CI system takes for a command in a log: GitHub's ::add-mask:: and ##[group], Azure's ##vso[...], TeamCity's
 * ##teamcity[...]. The first counts at a line's begin, the others anywhere.
 */
export function inert(line: string): string {
  return line.replace(/^(\s*):(?=:)/, "$1: ").replace(/##(?=(?:vso|teamcity)?\[)/gi, "# #");
}

/** The last lines of a log, `mostLines` at most; what was left out is said. */
export function cleanLines(
  lines: readonly string[],
  { mostLines, secrets = [], longest = longestLine }: Cleaning & { mostLines: number },
): string[] {
  const left = Math.max(lines.length - mostLines, 0);
  // A secret that is wrapped may begin before the lines that are shown.
  const first = linesBefore(lines, left);
  const masked = masker(secrets)(lines.slice(first).map(steerless)).slice(left - first);
  const shown = masked.map((line, n) => indentOf(lines[left + n] ?? "") + shownLine(line, longest));
  return left > 0 ? [`(${left} more lines before these)`, ...shown] : shown;
}

/** The first line of those before `end` that are looked at, as much as of a long line. */
function linesBefore(lines: readonly string[], end: number): number {
  let first = end;
  for (let length = 0; first > 0 && length < longestInput; first--)
    length += (lines[first - 1] ?? "").length + 1;
  return first;
}

/** A compiler's lines are told apart by their indent. */
function indentOf(line: string): string {
  return /^[ \t]{0,40}/.exec(line)?.[0].replaceAll("\t", "    ") ?? "";
}
