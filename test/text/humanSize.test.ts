import assert from "node:assert/strict";
import { humanSize } from "../../components/text/humanSize";

describe("report/bytes", () => {
  it("writes sizes with three digits and powers of 1000, as docker does", () => {
    const cases: [number, string][] = [
      [0, "0 B"],
      [999, "999 B"],
      [1000, "1.00 kB"],
      [9_994, "9.99 kB"],
      [9_996, "10.0 kB"],
      [99_960, "100 kB"],
      [999_499, "999 kB"],
      [999_500, "1.00 MB"],
      [6_318_735, "6.32 MB"],
      [1_234_567_890, "1.23 GB"],
      [-2_500, "-2.50 kB"],
    ];
    for (const [bytes, text] of cases) assert.equal(humanSize(bytes), text);
  });
});
