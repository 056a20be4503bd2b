// Commands of RUN steps. This is the one place where a user's string becomes a part of a shell command: as a word, which the shell
// hands to the program as it is.

import { filled } from "./lines";

/** Words in which no shell sees anything but their characters. */
const plain = /^[\w@%+=:,./-]+$/;

/** Characters of a message that are on one line with what stands around them. */
const longestPart = 99;

/** A word as one would type it: as it is, or in quotes where it has to be. */
export function shellWord(text: string): string {
  if (plain.test(text)) return text;
  // -ldflags='-s -w', and not '-ldflags=-s -w'.
  const [, flag = "", value = ""] = /^(--?[\w-]+=)?(.*)$/s.exec(text) ?? [];
  const { quote, inside } = quoting(value);
  return `${flag}${quote}${inside(value)}${quote}`;
}

/**
 * A flag whose value is a list of words for the program itself, such as -ldflags: as shellWord has it, in parts between which a line
 * may end. More spaces between them mean the same to that program.
 */
export function shellList(flag: string, parts: readonly string[]): string[] {
  const { quote, inside } = quoting(parts.join(" "));
  return parts.map((part, n) => {
    const start = n === 0 ? `${flag}=${quote}` : "";
    return `${start}${inside(part)}${n === parts.length - 1 ? quote : ""}`;
  });
}

/**
 * Single quotes, in which everything is itself; double ones where these are easier to read. BuildKit looks for heredocs ("<<EOF")
 * in a RUN step, so no two "<" stand side by side.
 */
function quoting(value: string): { quote: string; inside: (text: string) => string } {
  const isDouble = value.includes("'") && !/["$`\\]/.test(value);
  const quote = isDouble ? '"' : "'";
  const inside = (text: string) =>
    (isDouble ? text : text.replaceAll("'", `'\\''`)).replace(/<(?=<)/g, `<${quote}${quote}`);
  return { quote, inside };
}

/** A command on the lines that it needs. Its words are quoted already; `end` follows the last one. */
export function commandLines(
  words: readonly string[],
  { indent = "", end = "" }: { indent?: string; end?: string } = {},
): string[] {
  return filled(words, { start: indent, more: `${indent}  `, end });
}

/** Says on standard error what went wrong, on one line: echo puts a space between its words. */
export function complaint(message: string, indent = ""): string[] {
  const words = message.split(" ");
  const parts = [words.shift() ?? ""];
  for (const word of words) {
    const part = `${parts.at(-1) ?? ""} ${word}`;
    if (part.length > longestPart) parts.push(word);
    else parts.splice(-1, 1, part);
  }
  return commandLines(["echo", ...parts.map(shellWord)], { indent, end: " >&2;" });
}
