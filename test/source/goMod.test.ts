import assert from "node:assert/strict";
import { parseGoMod } from "../../components/source/goMod";

describe("go.mod reader", () => {
  it("reads module, go, toolchain and local replacements, on single lines and in blocks", () => {
    const mod = parseGoMod(`// Deprecated: not really
module "example.com/with space" // the module
go 1.23.4
toolchain go1.24.1
require (
	example.com/a v1.0.0 // indirect
	replace.me/go v1.2.3
)
replace example.com/a => ../a
replace (
	example.com/b v1.0.0 => ./b // near
	example.com/c => example.com/fork v1.1.0
	example.com/d => \`/abs/d\`
)
`);
    assert.deepEqual(mod, {
      module: "example.com/with space",
      go: "1.23.4",
      toolchain: "1.24.1",
      needs: undefined,
      requires: ["example.com/a", "replace.me/go"],
      localReplacements: [
        { module: "example.com/a", directory: "../a" },
        { module: "example.com/b", directory: "./b" },
        { module: "example.com/d", directory: "/abs/d" },
      ],
      use: [],
    });
  });

  it('treats "toolchain default" and missing lines as absent', () => {
    assert.deepEqual(parseGoMod("module m\ntoolchain default\n"), {
      module: "m",
      go: undefined,
      toolchain: undefined,
      needs: undefined,
      requires: [],
      localReplacements: [],
      use: [],
    });
  });

  it("derives the oldest Go version that knows the directives", () => {
    assert.equal(parseGoMod("module m\ngo 1.21\ntool m/gen\n").needs, "1.24");
    assert.equal(
      parseGoMod("module m\ntool (\n\tm/gen\n)\nignore ./web\ngodebug default=go1.21\n").needs,
      "1.25",
    );
    assert.equal(parseGoMod("go 1.23\ngodebug (\n\tpanicnil=1\n)\n").needs, "1.23");
  });

  it("reads the members of a go.work", () => {
    const work = parseGoMod('go 1.24\nuse ./api\nuse (\n\t./lib // comment\n\t"./with space"\n)\n');
    assert.deepEqual(work.use, ["./api", "./lib", "./with space"]);
    assert.equal(work.go, "1.24");
  });

  it("reads Windows line endings", () => {
    assert.equal(parseGoMod("module m\r\ngo 1.22\r\n").go, "1.22");
  });
});
