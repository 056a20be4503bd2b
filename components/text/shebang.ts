// The first line of a script, which tells the kernel what runs it.

import { cleanLine } from "./foreignText";

interface Shebang {
  /** Path of the program that reads the script. */
  interpreter: string;
  /** What runs in the end: of /usr/bin/env, its argument, which it looks for in PATH. */
  program: string;
  /** True if the line ends as on Windows, which the kernel takes for a part of the last word. */
  windowsLineEnd: boolean;
}

/** Bytes that the kernel reads of a script. */
export const shebangLength = 256;

/** Undefined for what does not begin with "#!". */
export function shebang(head: Buffer): Shebang | undefined {
  const line = /^#![ \t]*([^\n]*)/.exec(head.toString("latin1", 0, shebangLength))?.[1];
  if (line === undefined) return undefined;
  const words = line.split(/[ \t\r]+/).filter((word) => word !== "");
  const interpreter = cleanLine(words[0] ?? "", { longest: 160 });
  const isEnv = /(^|\/)env$/.test(interpreter);
  const found = isEnv ? words.slice(1).find((word) => !/^-|=/.test(word)) : undefined;
  return {
    interpreter,
    program: found === undefined ? interpreter : cleanLine(found, { longest: 160 }),
    windowsLineEnd: line.endsWith("\r"),
  };
}
