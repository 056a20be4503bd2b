import assert from "node:assert/strict";
import {
  compareGoVersions,
  golangTag,
  newestGoVersion,
  parseGoVersion,
} from "../../components/goSyntax/goVersion";

describe("versions of Go", () => {
  for (const [text, tag] of [
    ["1.23", "1.23"],
    ["1.23.0", "1.23.0"],
    ["1.23.4", "1.23.4"],
    ["1.21rc2", "1.21rc2"],
    ["1.18beta1", "1.18beta1"],
    ["1.23.4-custom", "1.23.4"],
    ["1", undefined],
    ["go1.23", undefined],
    ["1.23; rm -rf /", undefined],
    ["1.23.4rc1", undefined],
  ] as const) {
    it(`give ${text} the image tag ${tag}`, () => {
      const version = parseGoVersion(text);
      assert.equal(version && golangTag(version), tag);
    });
  }

  it("compare in the order of their releases", () => {
    const ordered = [
      "1.9",
      "1.18beta1",
      "1.18beta2",
      "1.18rc1",
      "1.18",
      "1.18.1",
      "1.20",
      "1.21rc2",
      "1.21.0",
      "1.21.10",
      "2.0",
    ];
    ordered.slice(1).forEach((text, n) => {
      const [older, newer] = [parseGoVersion(ordered[n] ?? ""), parseGoVersion(text)];
      assert.ok(older && newer && compareGoVersions(newer, older) > 0, text);
    });
  });

  it("are compared to find the newest, where a patch version wins over the same without one", () => {
    assert.equal(newestGoVersion(["1.23", undefined, "1.17"]), "1.23");
    assert.equal(newestGoVersion(["1.23", "1.23.0"]), "1.23.0");
    assert.equal(newestGoVersion(["1.23", "1.24", "1.24.5", "nonsense"]), "1.24.5");
    assert.equal(newestGoVersion([undefined]), undefined);
  });
});
