// Whether a pushed image has what its entrypoint or its health check runs. Pure.

import * as path from "node:path";
import type { ImageCommand } from "../../inputs";
import type { CommandFile, ImageCheck, LayerContents } from "../../outputs";

export function commandCheck(
  { input, words, paths, isSearched }: ImageCommand,
  contents: readonly LayerContents[],
): ImageCheck {
  const name = input === "runtime.entrypoint" ? "entrypoint" : "healthcheck";
  const [program = ""] = words;
  for (const place of paths) {
    // The topmost layer that has something there.
    const file = contents
      .flatMap(({ commands }) => commands?.[place] ?? [])
      .findLast(({ kind }) => kind !== "none");
    if (file === undefined) continue;
    const wrong = problemOf(file, contents);
    return { name, passed: wrong === undefined, detail: `${place} ${wrong ?? described(file)}` };
  }
  // The base image's own PATH may lead elsewhere.
  if (isSearched) return { name, passed: true, detail: `${program} is looked for in PATH, and not judged` };
  return { name, passed: false, detail: `${paths[0] ?? program} is not in the image` };
}

function described({ kind, interpreter }: CommandFile): string {
  if (kind === "script") return `is a script for ${interpreter ?? "an interpreter"}`;
  return kind === "link" ? "is a link" : "is a program";
}

function problemOf(file: CommandFile, contents: readonly LayerContents[]): string | undefined {
  const { kind, interpreter = "" } = file;
  if (kind === "link") return undefined;
  if (file.executable !== true) return "has no executable bit";
  if (file.windowsLineEnd)
    return `is a script with lines that end as on Windows (CRLF), so that the kernel looks for "${interpreter}\\r"`;
  if (kind === "other")
    return "is neither a program nor a script: its first line must name what runs it, such as #!/bin/sh";
  if (kind === "script" && lacks(contents, interpreter))
    return `is a script for ${interpreter}, which is not in the image`;
  return undefined;
}

const shells = /^(sh|ash|bash|dash|zsh|ksh|fish|csh|tcsh|busybox)$/;

/** Of shells alone it is known whether an image has them. Where /bin is a link to /usr/bin, they are in both. */
function lacks(contents: readonly LayerContents[], interpreter: string): boolean {
  const found = contents.flatMap((layer) => layer.shells);
  const isKnown = shells.test(path.posix.basename(interpreter)) && !found.includes("...");
  const bare = (shell: string) => shell.replace(/^\/usr(?=\/s?bin\/)/, "");
  return isKnown && !found.some((shell) => bare(shell) === bare(interpreter));
}
