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
  return cleaned(text, masker(secrets), longest);
}

function cleaned(text: string, mask: (text: string) => string, longest: number): string {
  let line = text.slice(0, longestInput).replace(escapes, "").replace(invisible, " ").trim();
  line = inert(mask(line).replace(address, "$1$2"));
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
  const mask = masker(secrets);
  const shown = lines.slice(-mostLines).map((line) => indentOf(line) + cleaned(line, mask, longest));
  const left = lines.length - shown.length;
  return left > 0 ? [`(${left} more lines before these)`, ...shown] : shown;
}

/** A compiler's lines are told apart by their indent. */
function indentOf(line: string): string {
  return /^[ \t]{0,40}/.exec(line)?.[0].replaceAll("\t", "    ") ?? "";
}
