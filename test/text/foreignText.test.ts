import assert from "node:assert/strict";
import { cleanLine, cleanLines, inert, messageLine } from "../../components/text/foreignText";
import { assertLinearText } from "../support/linear";

const esc = "\u001b";

describe("text from outside", () => {
  const cases: [string, string, string][] = [
    ["colours", `${esc}[31mred${esc}[0m text`, "red text"],
    ["a window's title", `${esc}]0;you are hacked\u0007rest`, "rest"],
    ["a hyperlink", `${esc}]8;;http://evil.example${esc}\\click${esc}]8;;${esc}\\ here`, "click here"],
    ["C1 controls of 8 bits", "\u009b2Jgone\u009d0;t\u009cleft", "goneleft"],
    ["a device control string", `${esc}Pq#0;2;0${esc}\\sixel`, "sixel"],
    ["an escape that does not end", `text${esc}`, "text"],
    ["a sequence that does not end", `text${esc}[12;`, "text"],
    ["line ends of all kinds", "one\r\ntwo\u2028three\u0085four", "one two three four"],
    ["directions", "abc\u202egpj.exe\u2066x", "abc gpj.exe x"],
    ["invisible characters", "a\u200bb\ufeffc", "a b c"],
    [
      "user and password of an address",
      "get https://user:pa55@host/x?sig=abc#f failed",
      "get https://host/x failed",
    ],
    ["other schemes", "ssh://git:word@host/x", "ssh://host/x"],
    ["ordinary text", "main.go:9:10: undefined: größe", "main.go:9:10: undefined: größe"],
  ];
  for (const [what, text, wanted] of cases)
    it(`is cleaned: ${what}`, () => assert.equal(cleanLine(text), wanted));

  const commands: [string, string][] = [
    ["::add-mask::x", ": :add-mask::x"],
    ["  ::error file=x::y", "  : :error file=x::y"],
    [":::x", ": ::x"],
    ["a ##[add-mask]x", "a # #[add-mask]x"],
    ["##vso[task.setvariable variable=x]y", "# #vso[task.setvariable variable=x]y"],
    ["###VSO[x] ##teamcity[y", "## #VSO[x] # #teamcity[y"],
    ["a::b, ## heading, [#1]", "a::b, ## heading, [#1]"],
  ];
  for (const [line, wanted] of commands) {
    it(`cannot give a command to a CI system: ${line}`, () => {
      assert.equal(inert(line), wanted);
      assert.equal(messageLine(line), wanted);
      assert.equal(cleanLine(line), wanted.trim());
    });
  }

  it("does not become a command through cleaning", () => {
    for (const clean of [cleanLine, messageLine]) {
      assert.equal(clean(`${esc}[0m::add-mask::x`), ": :add-mask::x");
      assert.equal(clean(`\u200b:${esc}[1m:error::x`), ": :error::x");
      assert.equal(clean(`#${esc}[0m#[group]`), "# #[group]");
    }
    assert.equal(cleanLine("secret::error::x", { secrets: ["secret"] }), "***::error::x");
  });

  it("becomes one line that keeps its indent and addresses", () => {
    assert.equal(messageLine("  base  3 MB\n::x\r https://a/b?c=d"), "  base  3 MB ::x  https://a/b?c=d");
    assert.equal(messageLine("x".repeat(20_000)).length, 16_003);
  });

  it("loses secrets, the longest first, even with escapes inside them", () => {
    const secrets = ["s3cret", "s3cret-and-more", "abc"];
    assert.equal(cleanLine(`x s3cret-and-more ${esc}[1ms3c${esc}[0mret abc`, { secrets }), "x *** *** abc");
  });

  it("is cut without showing part of a secret", () => {
    const secret = "0123456789".repeat(10);
    for (const before of [250, 295, 299]) {
      const line = cleanLine("a".repeat(before) + secret, { secrets: [secret] });
      assert.ok(!/\d/.test(line), line);
      assert.ok(line.length <= 303);
    }
  });

  it("loses a wrapped secret, even one that begins before the lines shown", () => {
    const secrets = ["hush-hush-hush"];
    const lines = [
      "begin",
      ...(Buffer.from("user:hush-hush-hush")
        .toString("base64")
        .match(/.{1,6}/g) ?? []),
    ];
    assert.deepEqual(cleanLines([...lines, "end"], { mostLines: 3, secrets }), [
      "(4 more lines before these)",
      "***",
      "***",
      "end",
    ]);
    assert.equal(cleanLine(lines.join("\n"), { secrets }), "begin dXNlcj *** *** *** ***");
  });

  it("is cleaned in linear time", () => {
    for (const piece of [`${esc}[`, `${esc}]`, `${esc}[0;`, "https://", "a://@", "\u009d", "://a@b@"]) {
      assertLinearText((text) => assert.ok(cleanLine(text).length <= 303, piece), piece, 2_000_000);
    }
    const secrets = ["hush-hush-hush", "a a a a a a a a"];
    for (const piece of ["a ", "\n", "%0a", "&#0", "aHVzaC1"]) {
      const clean = (line: string) =>
        cleanLines(
          Array.from({ length: 100 }, () => line),
          { mostLines: 100, secrets },
        );
      assertLinearText((line) => assert.equal(clean(line).length, 100, piece), piece, 20_000);
    }
  }).timeout(0);

  it("keeps its last lines with their indent, and counts those left out", () => {
    const lines = ["one", "two", "\tthree", `  fo${esc}[1mur`];
    assert.deepEqual(cleanLines(lines, { mostLines: 2 }), [
      "(2 more lines before these)",
      "    three",
      "  four",
    ]);
    assert.equal(cleanLines(lines, { mostLines: 9 }).length, 4);
  });
});
