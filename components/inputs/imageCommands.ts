// What an image runs, and where a container looks for it.

import * as path from "node:path";
import type { RuntimeSpec } from "./spec";

/** A command in exec form: no shell finds it. */
export interface ImageCommand {
  input: "runtime.entrypoint" | "runtime.healthcheck.command";
  words: readonly string[];
  /** Where its program may be, in the order in which it is looked for. */
  paths: readonly string[];
  /** True if it is looked for in PATH, which a base image may have set. */
  isSearched: boolean;
}

/** The PATH of an image whose base names none. */
const usualPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** The entrypoint and the health check, as far as they run something else than the Go program. */
export function imageCommands(runtime: RuntimeSpec): ImageCommand[] {
  const given = [
    ["runtime.entrypoint", runtime.entrypoint],
    ["runtime.healthcheck.command", runtime.healthcheck?.command ?? []],
  ] as const;
  return given.flatMap(([input, words]) => {
    const [program = ""] = words;
    const isSearched = !program.includes("/");
    const paths = isSearched
      ? (runtime.env["PATH"] ?? usualPath).split(":").map((directory) => inside(runtime, directory, program))
      : [inside(runtime, program)];
    return words.length === 0 || paths.includes(runtime.binary) ? [] : [{ input, words, paths, isSearched }];
  });
}

function inside({ workingDirectory }: RuntimeSpec, ...parts: string[]): string {
  return path.posix.resolve("/", workingDirectory, ...parts);
}
