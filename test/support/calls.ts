// Which programs a script calls, told by a real shell in which there are no others.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { compileScript } from "./dockerfileText";

/**
 * The calls of each script, a program and its arguments. The scripts find the named programs alone, as functions that do nothing; a call
 * of anything else fails, and so does whatever is no command.
 */
export function callsOf(scripts: readonly string[], names: readonly string[]): string[][][] {
  const functions = names.map((name) => `${name}() { printf '%s\\0' "$(($# + 1))" ${name} "$@" >&3; }`);
  const cases = scripts.map((script) => `( ${script}\n) < /dev/null\nprintf 'end\\0' >&3`);
  const { stdout, stderr, status } = spawnSync("/bin/sh", ["-s"], {
    input: ["exec 3>&1 >/dev/null", ...functions, ...cases, ""].join("\n"),
    encoding: "utf8",
    env: { PATH: "/nonexistent" },
    maxBuffer: 1 << 28,
  });
  assert.equal(stderr, "");
  assert.equal(status, 0);
  const words = stdout.split("\0").slice(0, -1);
  const found: string[][][] = [];
  let calls: string[][] = [];
  for (let n = 0; n < words.length;) {
    if (words[n] === "end") {
      found.push(calls);
      calls = [];
      n++;
    } else {
      const count = Number(words[n]);
      calls.push(words.slice(n + 1, n + 1 + count));
      n += 1 + count;
    }
  }
  assert.equal(found.length, scripts.length);
  return found;
}

/** What the script that compiles calls, where it neither waits nor finds fault with the program. */
export function compileCalls(texts: readonly string[]): string[][][] {
  const scripts = texts.map((text) =>
    compileScript(text).replaceAll("/root/.cache/go-build", "/nonexistent"),
  );
  return callsOf(
    // What is looked at is a program.
    scripts.map((script) => script.replace(`"$(head -c 4 `, `"$(printf '\\177ELF' `)),
    ["go", "find"],
  );
}
