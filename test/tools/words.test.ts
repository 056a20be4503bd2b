import assert from "node:assert/strict";
import { findings, wordsIn } from "../../tools/docs/lintCode";

describe("the words that the lint reads", () => {
  const code = [
    "// A comment that begins here",
    "// and ends in the next line.",
    'import x from "four words of a name";',
    "/**",
    " * Says what it does.",
    " */",
    'fail("the disk is full: " + `make room on ${disk}`);',
    'const url = "https://example.com";',
  ].join("\n");

  it("are comments and messages, each as one text with the line where it begins", () => {
    assert.deepEqual(wordsIn("components/a.ts", code), [
      { line: 1, text: "A comment that begins here and ends in the next line." },
      { line: 4, text: "Says what it does." },
      { line: 7, text: "the disk is full: make room on <disk>" },
    ]);
  });

  it("are only titles in a test file", () => {
    const tests =
      'describe("an image", () => {\n  it(`has ${n} layers`, () => fail("some text of no title"));\n});';
    assert.deepEqual(wordsIn("test/a.test.ts", tests), [
      { line: 1, text: "an image" },
      { line: 2, text: "has ... layers" },
    ]);
  });

  it("are checked by the documentation's rules, even across a line break", async () => {
    const files = new Map([
      ["components/a.ts", "// Fine.\n\n// The binary is linked to glibc, which Alpine has\n// not.\n"],
      ["test/a.test.ts", 'it("keeps the image, also when it is old", () => {});\n'],
      ["tools/a.mjs", "// Nothing to correct.\n"],
    ]);
    const found = (await findings(files)).map(({ file, line, message }) => [file, line, message]);
    assert.deepEqual(found, [
      ["components/a.ts", 3, "has not => does not have"],
      ["test/a.test.ts", 1, "also when => even when"],
    ]);
  });
});
