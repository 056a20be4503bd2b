import assert from "node:assert/strict";
import { Direction, directionColours, unchanged } from "../../../components/report/format/direction";
import { sampleReport } from "../../fixtures/sampleReport";
import { distance, hex, sights } from "../../support/colours";

describe("report/format/direction", () => {
  it("has colours that colour-blind people can tell apart, in light and dark mode", () => {
    const all = Object.values(Direction);
    for (const mode of ["light", "dark"] as const) {
      for (const sight of sights) {
        for (const [n, one] of all.entries()) {
          for (const other of all.slice(n + 1)) {
            const [a, b] = [hex(directionColours[one][mode]), hex(directionColours[other][mode])];
            assert.ok(distance(a, b, sight) > 12, `${one} and ${other}, ${mode}, ${sight}`);
          }
        }
      }
    }
  });

  it("does not call images equal that have only the same sizes", () => {
    const report = sampleReport();
    assert.match(unchanged(report, report), /the same/);
    assert.match(unchanged({ ...report, digest: "sha256:0" }, report), /contents of the same size may/);
  });
});
