// User strings are data: a real shell hands each of them to the program as it is.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fc from "fast-check";
import { shellList, shellWord } from "../../components/dockerfile/shell";
import { joinedLines } from "../../components/dockerfile/lines";
import { nasty } from "../support/nasty";

/** Shells of this machine: those of golang's images are dash and BusyBox's. */
const shells = [["sh"], ["dash"], ["bash"], ["busybox", "sh"]].filter(([program = "", ...options]) => {
  try {
    execFileSync(program, [...options, "-c", "true"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
});

/** What a program gets for its arguments. */
function received([program = "", ...options]: readonly string[], words: string): string[] {
  const script = `count() { printf '%s\\0' "$#" "$@"; }; count ${words}`;
  const output = execFileSync(program, [...options, "-c", script], { encoding: "utf8", cwd: "/" });
  const [count, ...values] = output.split("\0").slice(0, -1);
  assert.equal(values.length, Number(count));
  return values;
}

describe("words of a shell command", () => {
  it("are quoted only when necessary, with the quotes that are easier to read", () => {
    const words: Record<string, string> = {
      "": "''",
      "./cmd/api": "./cmd/api",
      "-tags=netgo,osusergo": "-tags=netgo,osusergo",
      "-ldflags=-s -w": "-ldflags='-s -w'",
      "-gcflags=all=-N -l": "-gcflags='all=-N -l'",
      "a b": "'a b'",
      "it's": `"it's"`,
      "it's $HOME": `'it'\\''s $HOME'`,
      "~": "'~'",
      "#": "'#'",
      "zlib>=1.3": "'zlib>=1.3'",
      "<<EOF": "'<''<EOF'",
      "<<<'": `"<""<""<'"`,
    };
    for (const [word, typed] of Object.entries(words)) assert.equal(shellWord(word), typed);
  });

  for (const shell of shells) {
    it(`reach a program run by ${shell.join(" ")} unchanged`, () => {
      fc.assert(
        fc.property(fc.array(nasty, { minLength: 50, maxLength: 100 }), (words) => {
          const typed = words.map(shellWord);
          assert.deepEqual(received(shell, typed.join(" ")), words);
          for (const word of typed) assert.doesNotMatch(word, /<<|^#|\\$/);
          // On lines of their own, too.
          const step = joinedLines(["", ...typed]).replaceAll(" \\\n", " ");
          assert.deepEqual(received(shell, step), words);
        }),
        { numRuns: 30 },
      );
    });

    it(`reach a program run by ${shell.join(" ")} as one argument when they form a list`, () => {
      fc.assert(
        fc.property(fc.array(nasty, { minLength: 1, maxLength: 9 }), (parts) => {
          const typed = shellList("-x", parts);
          assert.equal(typed.length, parts.length);
          assert.deepEqual(received(shell, typed.join(" ")), [`-x=${parts.join(" ")}`]);
          assert.deepEqual(received(shell, typed.join("   ")), [`-x=${parts.join("   ")}`]);
        }),
        { numRuns: 40 },
      );
    });
  }
});
