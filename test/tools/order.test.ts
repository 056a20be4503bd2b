import assert from "node:assert/strict";
import { randomFrom, seedFrom, shuffleSuite } from "../../tools/test/order";

const numbers = () => Array.from({ length: 50 }, (_, n) => n);
const shuffled = (seed: number) => {
  const suite = { suites: [{ suites: [], tests: numbers() }], tests: numbers() };
  shuffleSuite(suite, randomFrom(seed));
  return suite;
};

describe("the random order of tests", () => {
  it("depends on the seed alone, within suites too", () => {
    assert.deepEqual(shuffled(1), shuffled(1));
    assert.notDeepEqual(shuffled(1), shuffled(2));
    assert.notDeepEqual(shuffled(1).suites[0]?.tests, numbers());
  });

  it("contains each test once", () => {
    assert.deepEqual(
      shuffled(3).tests.sort((a, b) => a - b),
      numbers(),
    );
  });

  it("takes its seed from the environment, or in CI from the clock", () => {
    assert.equal(seedFrom({ GOIMAGE_TEST_SEED: "7", CI: "true" }, 9), 7);
    assert.equal(seedFrom({ CI: "true" }, 1_000_009), 9);
    assert.equal(seedFrom({}, 9), undefined);
  });
});
