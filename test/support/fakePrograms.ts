// Programs in place of docker's, each a shell script that writes down what it was called with.

import * as fs from "node:fs";
import * as path from "node:path";
import { makeTree } from "./module";

export interface FakePrograms {
  /** Alone in PATH, beside the system's own. */
  install: (programs: Record<string, string>) => void;
  directory: () => string;
  /** What was written down: "calls", with a line of words for each, and "env" of the last. */
  written: (name: "calls" | "env") => string;
}

/** For the tests of the suite that calls it. */
export function fakePrograms(): FakePrograms {
  const before = process.env["PATH"];
  let directory = "";
  afterEach(() => (process.env["PATH"] = before));
  return {
    install(programs) {
      const scripts = Object.entries(programs).map(([name, script]) => {
        const log = `printf '%s\\n' "$*" >> "$(dirname "$0")/calls"; env > "$(dirname "$0")/env"`;
        return [name, `#!/bin/sh\n${log}\n${script}\n`] as const;
      });
      directory = makeTree(Object.fromEntries(scripts));
      for (const [name] of scripts) fs.chmodSync(path.join(directory, name), 0o755);
      process.env["PATH"] = `${directory}:/usr/bin:/bin`;
    },
    directory: () => directory,
    written: (name) => fs.readFileSync(path.join(directory, name), "utf8"),
  };
}
