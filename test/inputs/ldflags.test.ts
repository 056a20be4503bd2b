import assert from "node:assert/strict";
import { linkerWords } from "../../components/inputs/ldflags";

describe("linker flags", () => {
  it("are refused when they name another linker, however placed and quoted", () => {
    for (const entry of [
      ...[
        "-extld=evil",
        "-extld evil",
        "-buildid= -extld=evil",
        "-s --extldflags=-Wl,x",
        "-linkmode=external",
        "-linkmode external",
      ],
      ...[
        "-extldflags=-static -fuse-ld=x",
        "'-extldflags=-static -fuse-ld=x'",
        "-s '-extld=evil'",
        '-s "-extld" evil',
        "-o=/x",
        "-o /x",
      ],
      "-X main.a=1 -extld=evil",
    ])
      assert.match(linkerWords(entry).problem ?? "", /is refused|two ways|is not a linker flag/, entry);
  });

  it("are accepted when such words are only part of a value", () => {
    for (const entry of [
      "-X 'main.note=a -extld b'",
      "-buildid=",
      "-extldflags=-static",
      "-extldflags -static",
      "-linkmode=internal",
    ])
      assert.equal(linkerWords(entry).problem, undefined, entry);
  });

  it("are refused when they are ambiguous or malformed", () => {
    const wrong: [string, RegExp][] = [
      ["-X main.a=run -s", /two ways: quote a value/],
      ["-X main.a=one two -X main.b=2", /two ways/],
      ["-X main.a=1 -buildid=", /two ways/],
      ["-X 'main.a=1' more", /two ways/],
      ["-X 'main.a=1", /quote that is not closed/],
      ["-X", /has no value/],
      ["main.a=1", /is not a linker flag/],
      [`-X main.a=it's "both" kinds`, /both kinds of quotes/],
    ];
    for (const [entry, problem] of wrong) assert.match(linkerWords(entry).problem ?? "", problem, entry);
  });
});
