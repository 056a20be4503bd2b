import assert from "node:assert/strict";
import { assertLinear, assertLinearText } from "../support/linear";

describe("the comparison of n with 2n", function () {
  this.timeout(0);

  it("passes linear work", () => {
    assertLinearText((text) => {
      let sum = 0;
      for (let pass = 0; pass < 20; pass++) for (let n = 0; n < text.length; n++) sum += text.charCodeAt(n);
      return sum;
    }, "ab");
  });

  it("fails quadratic work", () => {
    const quadratic = (n: number) => {
      let equal = 0;
      for (let a = 0; a < n; a++) for (let b = 0; b < n; b++) if ((a ^ b) === n) equal++;
      return void equal;
    };
    assert.throws(
      () => assertLinear(quadratic, 8_000, "pairs"),
      /^AssertionError.*pairs: \d+ µs for n = 8000/,
    );
  });
});
