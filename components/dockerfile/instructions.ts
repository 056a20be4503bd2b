// Dockerfile instructions as data, and their text. Only syntax of version 1.2 without a "# syntax" line, which every
// BuildKit since Docker Engine 20.10 reads without fetching a frontend; the smoke test's stages need version 1.4.
//
// User strings are data. In RUN steps they are words that shell.ts has quoted; elsewhere they are in JSON arrays, which no shell and no
// expansion touches, or in double quotes with every character escaped that means something there. Validation has refused control
// characters; a line break that came this far would be a bug of ours, and text() stops it.

import { filled, joinedLines } from "./lines";

/** An empty keyword is an empty line. */
export interface Instruction {
  keyword: string;
  /** What follows the keyword; a later line that begins with "#" is a comment. */
  lines: readonly string[];
  /** Lines that follow, up to the mark that ends them. */
  heredoc?: string;
}

export const emptyLine: Instruction = { keyword: "", lines: [] };

export function text(instructions: readonly Instruction[]): string {
  return instructions.map((instruction) => `${checked(instruction)}\n${instruction.heredoc ?? ""}`).join("");
}

function checked({ keyword, lines: [first = "", ...others] }: Instruction): string {
  const lines = [first === "" ? keyword : `${keyword} ${first}`, ...others];
  for (const line of lines) {
    // eslint-disable-next-line no-control-regex -- a control character here would be an instruction of its own
    if (/[\u0000-\u001f\u007f\u2028\u2029]/.test(line))
      throw new Error(`control character in a ${keyword} instruction`);
  }
  return joinedLines(lines);
}

/** An instruction with words, each of which is on one line. */
function ofWords(keyword: string, words: readonly string[]): Instruction {
  const [first = "", ...others] = filled(words, { start: `${keyword} `, isWhole: true });
  return { keyword, lines: [first.slice(keyword.length + 1), ...others] };
}

/** How a stage begins: its name, and the platform of its base if that is not the image's. */
export interface StageStart {
  as?: string;
  platform?: string;
}

export function from(image: string, options: StageStart = {}): Instruction {
  const platform = options.platform === undefined ? [] : [`--platform=${options.platform}`];
  const name = options.as === undefined ? "" : ` AS ${options.as}`;
  return ofWords("FROM", [...platform, `${image}${name}`]);
}

interface RunOptions {
  mounts?: readonly string[];
  /** Whether it reaches nothing but loopback. Syntax of version 1.3. */
  isOffline?: boolean;
}

/** RUN of a shell's lines. They follow each other without a line end, so each one ends its command itself. */
export function run(script: readonly string[], options: RunOptions = {}): Instruction {
  const flags = runFlags(options);
  const [first = "", ...others] = script;
  return flags.length === 0
    ? { keyword: "RUN", lines: [first, ...others] }
    : { keyword: "RUN", lines: [...flags, ...script] };
}

/** RUN in exec form, for an image that may have no shell. */
export function exec(command: readonly string[], options: RunOptions = {}): Instruction {
  return { keyword: "RUN", lines: [...runFlags(options), ...filled(json(command), { more: " " })] };
}

/** On one line, or on a line each. */
function runFlags({ mounts = [], isOffline = false }: RunOptions): string[] {
  const flags = [...(isOffline ? ["--network=none"] : []), ...mounts.map((mount) => `--mount=${mount}`)];
  if (flags.length === 0) return [];
  const lines = filled(flags, { start: "RUN " });
  return lines.length === 1 ? [flags.join(" ")] : flags;
}

/**
 * Makes the steps of a stage run by this shell where a base image of a user may name another one, or options of it.
 */
export function usualShell(): Instruction[] {
  return [
    comment("The steps are written for this shell, whichever one the base image names."),
    command("SHELL", ["/bin/sh", "-c"]),
  ];
}

/**
 * COPY; paths with other than harmless characters are written as a JSON array, in which quotes and variables still mean
 * something. Validation has refused wildcards of users.
 */
export function copy(
  sources: readonly string[],
  target: string,
  { from, owner }: { from?: string; owner?: string } = {},
): Instruction {
  const paths = [...sources, target];
  const isPlain = paths.every((path) => /^[\w./*-]+$/.test(path) && !path.startsWith("-"));
  return ofWords("COPY", [
    ...(owner === undefined ? [] : [`--chown=${owner}`]),
    ...(from === undefined ? [] : [`--from=${from}`]),
    ...(isPlain ? paths : json(paths.map(literal))),
  ]);
}

/**
 * COPY of a text of ours into a file, as a heredoc that expands nothing. It is syntax of version 1.4, so only for what
 * needs a newer BuildKit anyway.
 */
export function file(target: string, content: string): Instruction {
  const mark = "END_OF_FILE";
  if (!content.endsWith("\n") || content.includes(mark))
    throw new Error(`not a text for a heredoc: ${target}`);
  return { keyword: "COPY", lines: [`<<"${mark}" ${target}`], heredoc: `${content}${mark}\n` };
}

export function comment(words: string): Instruction {
  return { keyword: "#", lines: [words] };
}

export function workdir(directory: string): Instruction {
  return plain("WORKDIR", /^[\w./-]+$/.test(directory) ? directory : quoted(directory));
}

/**
 * ENV or LABEL, one instruction a pair, sorted by name so that the order in the program does not matter. A value that is a list may
 * have any number of spaces between its parts.
 */
export function pairs(
  keyword: "ENV" | "LABEL",
  values: Readonly<Record<string, string | readonly string[]>>,
): Instruction[] {
  return Object.keys(values)
    .sort()
    .map((name) => {
      const value = values[name] ?? "";
      const parts = typeof value === "string" ? [quoted(value)] : quoted(value.join("\0")).split("\0");
      const [first = "", ...others] = parts;
      return ofWords(keyword, [`${name}=${first}`, ...others]);
    });
}

/** An instruction whose operand is a command in exec form: CMD, ENTRYPOINT, HEALTHCHECK ... CMD. */
export function command(keyword: string, words: readonly string[]): Instruction {
  return ofWords(keyword, json(words));
}

/** HEALTHCHECK with its options. */
export function healthcheck(options: readonly string[], words: readonly string[]): Instruction {
  return ofWords("HEALTHCHECK", [...options, "CMD", ...json(words)]);
}

/** An instruction whose operand validation has limited to harmless characters: USER, EXPOSE, STOPSIGNAL. */
export function plain(keyword: string, operand: string): Instruction {
  return { keyword, lines: [operand] };
}

function quoted(value: string): string {
  return `"${value.replace(/[\\"$]/g, "\\$&")}"`;
}

function literal(path: string): string {
  return path.replace(/["'$]/g, "\\$&");
}

/**
 * The words of a JSON array, with its brackets and commas. JSON in ASCII: what is beyond it is escaped, so that no reader takes one of
 * Unicode's line ends for a new line, and so is "<", since some readers look for heredocs ("<<EOF") even here.
 */
function json(words: readonly string[]): string[] {
  if (words.length === 0) return ["[]"];
  return words.map((word, n) => {
    const text = JSON.stringify(word).replace(
      /[<\u007f-\uffff]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
    );
    return `${n === 0 ? "[" : ""}${text}${n === words.length - 1 ? "]" : ","}`;
  });
}
