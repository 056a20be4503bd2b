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
  for (const [what, text, wanted] of cases) it(`loses ${what}`, () => assert.equal(cleanLine(text), wanted));

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
    it(`gives no command to a CI system: ${line}`, () => {
      assert.equal(inert(line), wanted);
      assert.equal(messageLine(line), wanted);
      assert.equal(cleanLine(line), wanted.trim());
    });
  }

  it("is a command in no way that cleaning brings about", () => {
    for (const clean of [cleanLine, messageLine]) {
      assert.equal(clean(`${esc}[0m::add-mask::x`), ": :add-mask::x");
      assert.equal(clean(`\u200b:${esc}[1m:error::x`), ": :error::x");
      assert.equal(clean(`#${esc}[0m#[group]`), "# #[group]");
    }
    assert.equal(cleanLine("secret::error::x", { secrets: ["secret"] }), "***::error::x");
  });

  it("as a line of a message keeps its indent and its addresses, and is one line", () => {
    assert.equal(messageLine("  base  3 MB\n::x\r https://a/b?c=d"), "  base  3 MB ::x  https://a/b?c=d");
    assert.equal(messageLine("x".repeat(20_000)).length, 16_003);
  });

  it("loses secrets, the longest first, also where escapes part them", () => {
    const secrets = ["s3cret", "s3cret-and-more", "abc"];
    assert.equal(cleanLine(`x s3cret-and-more ${esc}[1ms3c${esc}[0mret abc`, { secrets }), "x *** *** abc");
  });

  it("is cut, and shows no part of a secret there", () => {
    const secret = "0123456789".repeat(10);
    for (const before of [250, 295, 299]) {
      const line = cleanLine("a".repeat(before) + secret, { secrets: [secret] });
      assert.ok(!/\d/.test(line), line);
      assert.ok(line.length <= 303);
    }
  });

  it("takes time in proportion to its length", () => {
    for (const piece of [`${esc}[`, `${esc}]`, `${esc}[0;`, "https://", "a://@", "\u009d", "://a@b@"]) {
      assertLinearText((text) => assert.ok(cleanLine(text).length <= 303, piece), piece, 2_000_000);
    }
  }).timeout(0);

  it("keeps the last lines and their indent, and says how many it left out", () => {
    const lines = ["one", "two", "\tthree", `  fo${esc}[1mur`];
    assert.deepEqual(cleanLines(lines, { mostLines: 2 }), [
      "(2 more lines before these)",
      "    three",
      "  four",
    ]);
    assert.equal(cleanLines(lines, { mostLines: 9 }).length, 4);
  });
});
