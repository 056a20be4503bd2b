// Rows of test/badInputs.md about text that would be an instruction, or change one, if it were spliced in.

import assert from "node:assert/strict";
import { DockerfileParser } from "dockerfile-ast";
import { stageNames } from "../../components/inputs";
import { examplePlan, fastWith } from "../support/plan";
import { problems } from "../support/problems";

const lineEnds = ["\n", "\r", "\r\n", "\u2028", "\u2029", "\u0085", "\u0000", "\v", "\f"];
const smuggled = ["# syntax=evil/frontend", "# escape=`", "# check=skip=all"];

/** Rendered with these settings, which must be valid; the instructions as another parser reads them. */
function instructions(change: { build?: object; runtime?: object }): [keyword: string, rest: string][] {
  assert.deepEqual(problems(change), []);
  const { text } = fastWith({ build: change.build ?? {} }, change.runtime ?? {});
  const parsed = DockerfileParser.parse(text);
  assert.deepEqual(parsed.getDirectives(), []);
  return parsed.getInstructions().map((found) => [found.getKeyword(), found.getRawArgumentsContent() ?? ""]);
}

/** What some settings add to the instructions of a Dockerfile with none. */
function added(change: { build?: object; runtime?: object }): [keyword: string, rest: string][] {
  const without = instructions({}).map(([keyword, rest]) => `${keyword} ${rest}`);
  return instructions(change).filter(([keyword, rest]) => !without.includes(`${keyword} ${rest}`));
}

describe("text that could be an instruction", () => {
  for (const image of lineEnds.map((end) => `alpine${end}RUN id`)) {
    it(`bad input 19: a line end in a base image is refused: ${JSON.stringify(image)}`, () => {
      assert.match(problems({ build: { image } }).join(), /^build\.image: .* has the control character U\+/);
      assert.match(
        problems({ runtime: { image } }).join(),
        /^runtime\.image: .* has the control character U\+/,
      );
    });
  }

  it("bad input 20: a line end or NUL in a value is refused", () => {
    for (const end of lineEnds) {
      const value = `x${end}RUN id`;
      const control = /^[\w.[\]]+: .* has the control character U\+[0-9A-F]{4}, which is not allowed$/;
      for (const change of [
        { runtime: { labels: { a: value } } },
        { runtime: { env: { A: value } } },
        { runtime: { command: [value] } },
        { runtime: { entrypoint: [value] } },
        { runtime: { healthcheck: { command: [value] } } },
        { runtime: { files: [value] } },
        { runtime: { packages: [value] } },
        { runtime: { workingDirectory: `/${value}` } },
        { runtime: { user: value } },
        { runtime: { stopSignal: value } },
        { runtime: { exposedPorts: [value] } },
        { build: { env: { A: value } } },
        { build: { flags: [`-race=${value}`] } },
        { build: { ldflags: [`-X a.b=${value}`] } },
        { build: { buildTags: [value] } },
        { build: { goProxy: value } },
        { build: { goPrivate: value } },
        { mainPackage: `./${value}` },
        { builder: value },
      ]) {
        const [found = "", ...others] = problems(change);
        assert.deepEqual(others, []);
        assert.match(found, control);
      }
    }
  });

  it("bad input 21: special characters in a label's name are refused", () => {
    for (const name of ["a=b", "a b", "$a", 'a"b', "a\nRUN id", "", "#a", "-a", "<<a"])
      assert.match(
        problems({ runtime: { labels: { [name]: "" } } }).join(),
        /^runtime\.labels: the name ".*" /,
      );
  });

  it("bad input 22: a variable in a label or in the environment is not expanded", () => {
    assert.deepEqual(added({ runtime: { labels: { a: "$HOME" }, env: { B: "${HOME:-x}" } } }), [
      ["ENV", 'B="\\${HOME:-x}"'],
      ["LABEL", 'a="\\$HOME"'],
    ]);
  });

  it("bad input 23: a backslash at the end of a value does not continue the line", () => {
    assert.deepEqual(added({ runtime: { labels: { a: "x\\" }, env: { B: "\\" }, command: ["\\"] } }), [
      ["ENV", 'B="\\\\"'],
      ["LABEL", 'a="x\\\\"'],
      ["CMD", '["\\\\"]'],
    ]);
  });

  it("bad input 24: a value that closes its quotes and adds an instruction stays a value", () => {
    const value = 'a"\nRUN id\nLABEL z="b';
    assert.match(problems({ runtime: { labels: { a: value } } }).join(), /has the control character U\+000A/);
    assert.deepEqual(added({ runtime: { labels: { a: 'a" RUN id LABEL z="b' } } }), [
      ["LABEL", 'a="a\\" RUN id LABEL z=\\"b"'],
    ]);
  });

  it("bad input 25: a parser directive is refused in a base image, and is data in a value", () => {
    for (const text of smuggled) {
      assert.match(problems({ build: { image: text } }).join(), /^build\.image: /);
      assert.deepEqual(added({ runtime: { labels: { a: text } } }), [["LABEL", `a="${text}"`]]);
    }
  });

  it("bad input 26: a base image named like a stage is refused", () => {
    for (const image of Object.values(stageNames)) {
      assert.match(problems({ runtime: { image } }).join(), /^runtime\.image: "\w+" is the name of a stage/);
      assert.match(problems({ build: { image } }).join(), /^build\.image: "\w+" is the name of a stage/);
    }
    assert.match(
      problems({ build: { image: "scratch" } }).join(),
      /^build\.image: "scratch" .*no Go toolchain/,
    );
    assert.match(problems({ runtime: { image: "A B" } }).join(), /^runtime\.image: /);
    assert.ok(
      added({ runtime: { image: "docker.io/library/build" } }).some(([, rest]) =>
        rest.startsWith("docker.io"),
      ),
    );
    assert.deepEqual(problems({ runtime: { image: "scratch" } }), []);
  });

  it("bad input 27: the start of a heredoc in a command or file name is data", () => {
    assert.deepEqual(added({ runtime: { command: ["<<EOF"], files: ["<<EOF"], env: { A: "<<EOF" } } }), [
      ["COPY", '["\\u003c\\u003cEOF", "/out/files/app/\\u003c\\u003cEOF"]'],
      ["COPY", "/out/files/ /"],
      ["ENV", 'A="<<EOF"'],
      ["CMD", '["\\u003c\\u003cEOF"]'],
    ]);
  });

  it("bad input 28: an option in place of a base image is refused", () => {
    for (const image of ["--platform=linux/arm64", "--platform=linux/arm64 alpine", "-x"])
      assert.match(problems({ runtime: { image } }).join(), /^runtime\.image: /);
  });

  it("bad input 29: wildcards in copied paths are refused; spaces and quotes are data", () => {
    for (const file of ["*", "a?", "[a]", "a\\b", "/a", "../a", "a/../../b", ""])
      assert.match(
        problems({ runtime: { files: [file] } }).join(),
        /^runtime\.files\[0\]: .* is not a plain path/,
      );
    for (const workingDirectory of ["/a b", "/a*", "app", "/../x", "/$HOME", "//"])
      assert.match(problems({ runtime: { workingDirectory } }).join(), /^runtime\.workingDirectory: /);
    assert.deepEqual(added({ runtime: { files: [`it's $a "b"`, "--from=x"] } }).slice(0, 2), [
      ["COPY", `["it\\\\'s \\\\$a \\\\\\"b\\\\\\"", "/out/files/app/it\\\\'s \\\\$a \\\\\\"b\\\\\\""]`],
      ["COPY", '["--from=x", "/out/files/app/--from=x"]'],
    ]);
  });

  it("bad input 29: a module's directory may have spaces, quotes and dollars in its name", () => {
    const service = { ...examplePlan().service, moduleDirectory: `it's $a "b"` };
    const lines = fastWith({ service }, {}).text.split("\n");
    assert.ok(lines.includes(`WORKDIR "/src/it's \\$a \\"b\\""`), lines.join("\n"));
  });

  it("bad input 53: ten thousand labels are all rendered", () => {
    const names = Array.from({ length: 10_000 }, (_, index) => `label-${index}`);
    const labels = Object.fromEntries(names.map((name) => [name, "x"]));
    assert.equal(added({ runtime: { labels } }).length, 10_000);
  });
});
