// User strings are data: a parser that is not ours must read back exactly the instructions that were meant.

import assert from "node:assert/strict";
import { DockerfileParser } from "dockerfile-ast";
import * as path from "node:path";
import * as fc from "fast-check";
import { validate } from "../../components/inputs";
import { awaitTurn } from "../../components/dockerfile/steps/compileLock";
import { fastWith } from "../support/plan";

/** Strings made of what means something to Dockerfiles, shells, Go and JSON, and of anything else. */
const nasty = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "$",
        "${HOME}",
        "\\",
        '"',
        "'",
        "`",
        "$(id)",
        "<<EOF",
        "#",
        "# syntax=x",
        "\\n",
        " ",
        "=",
        ";",
        "|",
        "*",
      ),
      fc.constantFrom(
        "[",
        "]",
        "{",
        "}",
        "RUN",
        "FROM x",
        "--from=build",
        "é",
        "\u{1f600}",
        "\u00a0",
        "%",
        "&&",
        ",",
      ),
      fc.string({ unit: "binary", maxLength: 6 }),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(""));

const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,8}$/);
const runtimes = fc.record({
  env: fc.dictionary(name, nasty, { maxKeys: 4 }),
  labels: fc.dictionary(name, nasty, { maxKeys: 4 }),
  command: fc.array(nasty, { maxLength: 4 }),
  entrypoint: fc.array(nasty, { minLength: 1, maxLength: 4 }),
  healthcheck: fc.record({ command: fc.array(nasty, { minLength: 1, maxLength: 3 }) }),
  files: fc.array(nasty, { maxLength: 3 }),
});
const builds = fc.record({
  env: fc.dictionary(name, nasty, { maxKeys: 3 }),
  flags: fc.array(
    nasty.map((text) => `-p=${text}`),
    { maxLength: 2 },
  ),
  ldflags: fc.array(
    nasty.map((text) => `-X main.v=${text}`),
    { maxLength: 2 },
  ),
  goProxy: nasty,
});

/** Undoes the quoting of a value in double quotes, as BuildKit's lexer does; fails on what it would expand. */
function unquoted(text: string): string {
  assert.match(text, /^"(?:[^"\\$]|\\[\\"$])*"$/s);
  return text.slice(1, -1).replace(/\\([\\"$])/g, "$1");
}

/** Source and target of a COPY, as BuildKit reads them: words or JSON, then quotes and variables in each. */
function copied(text: string): string[] {
  if (!text.startsWith("[")) return text.split(" ");
  const words = JSON.parse(text) as string[];
  for (const word of words) assert.match(word, /^(?:[^"'$\\]|\\["'$])*$/s);
  return words.map((word) => word.replace(/\\(["'$])/g, "$1"));
}

describe("rendered Dockerfile, parsed by another parser", () => {
  it("has exactly the intended instructions, whatever validation lets pass", () => {
    let rendered = 0;
    fc.assert(
      fc.property(runtimes, builds, (runtime, build) => {
        const args = { source: ".", repository: "r.example/x", build, runtime };
        if (validate("GoMultiStageImage", args).length > 0) return;
        rendered++;
        const { text } = fastWith({ build }, runtime);
        const env = { USER: "nonroot", ...runtime.env };
        const instructions = DockerfileParser.parse(text).getInstructions();
        assert.deepEqual(
          instructions.map((instruction) => instruction.getKeyword()),
          [
            ...["FROM", "WORKDIR"],
            ...Object.keys({
              CGO_ENABLED: 0,
              GOARCH: 0,
              GOOS: 0,
              GOTOOLCHAIN: 0,
              GOPROXY: 0,
              ...build.env,
            }).map(() => "ENV"),
            ...["COPY", "RUN", "COPY"],
            ...runtime.files.map(() => "COPY"),
            ...["RUN", "FROM", "WORKDIR"],
            ...(runtime.files.length > 0 ? ["COPY"] : []),
            "COPY",
            ...Object.keys(env).map(() => "ENV"),
            ...Object.keys(runtime.labels).map(() => "LABEL"),
            ...["HEALTHCHECK", "USER", "ENTRYPOINT", "CMD"],
          ],
        );
        assert.equal(DockerfileParser.parse(text).getDirectives().length, 0);
        const raw = (keyword: string) =>
          instructions
            .filter((found) => found.getKeyword() === keyword)
            .map((found) => found.getRawArgumentsContent() ?? "");
        const pairs = (values: Record<string, string>) =>
          Object.keys(values)
            .sort()
            .map((key) => [key, values[key]]);
        const parsed = (texts: string[]) =>
          texts.map((pair) => [
            pair.slice(0, pair.indexOf("=")),
            unquoted(pair.slice(pair.indexOf("=") + 1)),
          ]);
        assert.deepEqual(parsed(raw("LABEL")), pairs(runtime.labels));
        assert.deepEqual(parsed(raw("ENV").slice(-Object.keys(env).length)), pairs(env));
        assert.deepEqual(
          instructions
            .filter((found) => found.getKeyword() === "COPY")
            .slice(2, 2 + runtime.files.length)
            // BuildKit takes flags at the beginning alone; this parser also finds some in an array's strings.
            .map((found) => copied(found.getTextContent().replace(/^COPY /, ""))),
          runtime.files.map((file) => [path.posix.join(file), path.posix.join("/out/files/app", file)]),
        );
        // The compile step is a script of ours; what the user has given is among its arguments.
        const compile = /\[.*$/.exec(raw("RUN").at(-1) ?? "")?.[0] ?? "";
        const [shell, option, script, ...words] = JSON.parse(compile) as string[];
        assert.deepEqual([shell, option], ["sh", "-c"]);
        assert.equal(
          script,
          `${awaitTurn("/root/.cache/go-build", "lock")}; ` +
            `GOPROXY=off "$@" && { [ "$(head -c 4 "$0")" = "$(printf '\\177ELF')" ] || ` +
            '{ echo "go build made no program: mainPackage is a library, or a flag in build makes another kind of file" >&2; exit 1; }; }' +
            " && find /out -exec touch -h -d @0 {} +",
        );
        for (const flag of build.flags) assert.ok(words.includes(flag), flag);
        assert.deepEqual(JSON.parse(raw("ENTRYPOINT")[0] ?? ""), runtime.entrypoint);
        assert.deepEqual(JSON.parse(raw("CMD")[0] ?? ""), runtime.command);
        assert.deepEqual(
          JSON.parse((raw("HEALTHCHECK")[0] ?? "").replace(/^CMD /, "")),
          runtime.healthcheck.command,
        );
      }),
      { numRuns: 2000 },
    );
    // Were everything refused, nothing would have been shown.
    assert.ok(rendered > 200, `only ${rendered} of the cases were rendered`);
  });

  it("has base images as they are written, as the only operand besides the stage's name", () => {
    const image = fc.oneof(
      nasty,
      fc
        .tuple(fc.constantFrom("alpine", "r.example:5000/a/b", "golang:1.23"), nasty)
        .map((parts) => parts.join("")),
      fc.stringMatching(/^[a-z][a-z0-9]{0,5}([.:/_@-]?[a-z0-9]{1,4}){0,3}$/),
    );
    let rendered = 0;
    fc.assert(
      fc.property(image, image, (first, second) => {
        const build = { image: first };
        const runtime = { image: second };
        const args = { source: ".", repository: "r.example/x", build, runtime };
        if (validate("GoMultiStageImage", args).length > 0) return;
        rendered++;
        const parsed = DockerfileParser.parse(fastWith({ build }, runtime).text);
        assert.deepEqual(
          parsed.getFROMs().map((found) => [found.getImage(), found.getBuildStage()]),
          [
            [first, "build"],
            [second, "app"],
          ],
        );
      }),
      { numRuns: 3000 },
    );
    assert.ok(rendered > 50, `only ${rendered} of the cases were rendered`);
  });
});
