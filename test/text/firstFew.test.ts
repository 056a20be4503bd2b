import assert from "node:assert/strict";
import { firstFew, firstFewOf } from "../../components/text";

describe("a long list in a message", () => {
  it("ends with the number of entries left out", () => {
    assert.deepEqual(firstFew(["a", "b", "c"], 3), ["a", "b", "c"]);
    assert.deepEqual(firstFew(["a", "b", "c"], 1), ["a", "2 more"]);
    assert.deepEqual(firstFew(["a", "b"], 1, "more modules"), ["a", "1 more modules"]);
  });

  it("can end a sentence", () => {
    assert.equal(firstFewOf(["a"], 1), "a");
    assert.equal(firstFewOf(["a", "b", "c"], 2), "a, b and 1 more");
  });
});
