// .dockerignore beside Docker's own matcher, github.com/moby/patternmatcher, which a small Go program here asks.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as path from "node:path";
import * as fc from "fast-check";
import { dockerignore } from "../../components/source/dockerignore";
import { makeTree } from "../support/module";
import { needsGo } from "../support/go";

interface Question {
  ignore: string;
  paths: string[];
}

interface Answer {
  error?: string;
  ignored: boolean[] | null;
}

const folder = path.join(__dirname, "../fixtures/patternmatcher");
let program = "";

function askMoby(questions: readonly Question[]): Answer[] {
  const input = questions.map((question) => JSON.stringify(question)).join("\n");
  const output = execFileSync(program, { input, encoding: "utf8", maxBuffer: 2 ** 28 });
  return output
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Answer);
}

/** What we say; the word "error" for what is refused. */
function ours({ ignore, paths }: Question): boolean[] | "error" {
  try {
    return paths.map(dockerignore(ignore));
  } catch (error) {
    assert.match((error as Error).name, /DockerignoreError/);
    return "error";
  }
}

function compare(questions: readonly Question[]): void {
  const answers = askMoby(questions);
  assert.equal(answers.length, questions.length);
  let stricter = 0;
  answers.forEach(({ error, ignored }, n) => {
    const question = questions[n] as Question;
    const found = ours(question);
    // moby looks at some patterns only when it needs them; a mistake in the others is found here, too.
    if (found === "error" && error === undefined) stricter++;
    else assert.deepEqual(found, error === undefined ? (ignored ?? []) : "error", JSON.stringify(question));
  });
  assert.ok(stricter <= questions.length / 5, `${stricter} of ${questions.length} refused, and not by moby`);
}

describe(".dockerignore", () => {
  describe("compared with moby's own matcher", function () {
    this.timeout(120_000);
    before(function () {
      program = path.join(makeTree({}), "patternmatcher");
      needsGo(this);
      execFileSync("go", ["build", "-o", program, "."], {
        cwd: folder,
        env: { ...process.env, GOFLAGS: "-mod=readonly" },
        stdio: ["ignore", "pipe", "pipe"],
      });
    });

    it("agrees on typical patterns", () => {
      const paths = [
        ...[
          "README.md",
          "static/readme.md",
          "static/README.md",
          "a.go",
          "x/a.go",
          "x/y/a_test.go",
          "vendor/modules.txt",
        ],
        ...[
          "cmd/api/main.go",
          "internal/x.go",
          "cmd|internal",
          "c++/x.cc",
          "c",
          ".env",
          "x/.env",
          "node_modules/a/b.js",
        ],
        ...[
          "docs/a/b/c.txt",
          "docs",
          "a b",
          "a]b",
          "é.go",
          "x^y",
          "x$y",
          "(a)",
          "a{1}",
          "!x",
          "#x",
          ".git/config",
          "foo.go.bak",
        ],
      ];
      const lists = [
        ...[
          "**/README.md",
          "**.go",
          "c++",
          "cmd|internal",
          "*.go",
          "**",
          "*",
          "!x",
          "vendor",
          "/vendor",
          "vendor/",
          "./vendor",
        ],
        ...[
          "**/*.go\n!**/a.go",
          "*\n!cmd\n!internal",
          "docs/**",
          "docs/*/c.txt",
          "docs/**/c.txt",
          "**/b",
          "**b",
          "a?b",
          "?.go",
        ],
        ...[
          "[a-c].go",
          "[^a].go",
          "x^y",
          "x$y",
          "(a)",
          "a{1}",
          "\\!x",
          "\\#x",
          "#x",
          "  a.go  ",
          "\ufeffa.go",
          "a.go\r\n*.md\r\n",
        ],
        ...[
          "../x",
          "..",
          ".",
          "/",
          "a/../b",
          "a//b",
          "**/**/a.go",
          "**/.env",
          "x/**\n!x/y",
          "[",
          "[]",
          "a[",
          "\\",
          "!",
          "[a-]",
          "[-a]",
        ],
        ...[
          "[]a]",
          "[^]",
          "[z-a]",
          "]",
          "a]b",
          "[a",
          "a\\",
          "[\\é]",
          "[\\^]",
          "x/**/y/**/z",
          "**/y/**",
          "node_modules/**\n!node_modules/a",
        ],
      ];
      compare(lists.map((ignore) => ({ ignore, paths })));
    });

    it("agrees on random patterns and paths", () => {
      const piece = fc.constantFrom(
        ...[
          "a",
          "b",
          "ab",
          "A",
          ".",
          "-",
          "/",
          "/",
          "/",
          "*",
          "*",
          "**",
          "**/",
          "?",
          "[a]",
          "[^a]",
          "[a-c]",
          "[b.]",
          "\\*",
          "\\[",
          "é",
          "+",
          "|",
        ],
        ...["..", "!", "]", "[", "\\", " ", "^", "$", "("],
      );
      const line = fc.array(piece, { minLength: 1, maxLength: 7 }).map((parts) => parts.join(""));
      const list = fc.array(
        fc.oneof(
          line,
          line.map((text) => `!${text}`),
        ),
        { minLength: 1, maxLength: 4 },
      );
      const name = fc.array(fc.constantFrom("a", "b", "ab", "A", ".a", "é", "-", "*", "a+", "^"), {
        minLength: 1,
        maxLength: 2,
      });
      const file = fc
        .array(
          name.map((parts) => parts.join("")),
          { minLength: 1, maxLength: 4 },
        )
        .map((parts) => parts.join("/"));
      const question = fc.record({
        ignore: list.map((lines) => lines.join("\n")),
        paths: fc.array(file, { minLength: 1, maxLength: 8 }),
      });
      // A * or ? in a set is refused here. In patterns with wildcards moby forgets to escape | { } and ^ for its regular
      // expressions; here they stand for themselves.
      const isOdd = ({ ignore }: Question) =>
        /\[[^\]\n]*[*?[]/.test(ignore) ||
        ignore
          .split("\n")
          .some((text) => /[|{}^]/.test(text.replaceAll("[^", "[")) && /[*?[\]\\]/.test(text));
      const questions = fc
        .sample(question, { numRuns: 60_000, seed: Date.now() })
        .filter((each) => !isOdd(each));
      assert.ok(questions.length > 10_000);
      compare(questions);
    });
  });
});
