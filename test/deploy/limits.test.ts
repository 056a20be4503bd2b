import assert from "node:assert/strict";
import {
  breakdown,
  exceededLimits as exceeded,
  exceededPlatforms,
  type SizedImage,
} from "../../components/deploy/image/sizeLimits";
import { growthLimit, growthProblem, parseSize, sizeProblem } from "../../components/inputs/sizeLimit";

/** Limits as the inputs give them. */
function exceededLimits(
  { maxSize, maxGrowth }: { maxSize?: unknown; maxGrowth?: unknown },
  image: SizedImage,
  before: SizedImage | undefined,
): string[] {
  return exceeded({ maxSize: parseSize(maxSize), maxGrowth: growthLimit(maxGrowth) }, image, before);
}

const image = (base: number, binary: number) => ({
  size: base + binary,
  layers: [
    { digest: "a", mediaType: "m", size: base, origin: "base" },
    { digest: "b", mediaType: "m", size: binary, origin: "binary" },
  ],
});

describe("size limits of several platforms", () => {
  const arm = image(50, 70);
  const several = {
    ...image(60, 40),
    platformSizes: { "linux/amd64": 100, "linux/arm64": 120 },
    platformLayers: { "linux/arm64": arm.layers },
  };
  const limits = (platforms: string[], maxSize?: number, maxGrowth?: number) => ({
    ...{ platforms, maxSize },
    maxGrowth: growthLimit(maxGrowth),
  });
  const both = ["linux/amd64", "linux/arm64"];

  it("apply to each platform, and show the sizes of that one", () => {
    assert.deepEqual(exceededPlatforms(limits(both, 120), several, undefined), []);
    assert.deepEqual(exceededPlatforms(limits(both, 110), several, undefined), [
      {
        platform: "linux/arm64",
        lines: ["linux/arm64: the image has 120 B, 10 B more than maxSize allows (110 B)"],
        sums: breakdown(arm, undefined),
      },
    ]);
    const found = exceededPlatforms(limits(both, 1), several, undefined);
    assert.deepEqual(
      found.map(({ platform }) => platform),
      both,
    );
  });

  it("compare growth with the same platform, and skip a new one", () => {
    const before = { ...image(60, 20), platformSizes: { "linux/amd64": 80 }, platformLayers: {} };
    const lines = (platforms: string[]) =>
      exceededPlatforms(limits(platforms, undefined, 5), several, before).flatMap((each) => each.lines);
    assert.deepEqual(lines(both), [
      "linux/amd64: the image grew by 20 B, from 80 B to 100 B; maxGrowth allows 5 B",
    ]);
    // One that replaces another is the stack's image as before.
    const only = { ...arm, platformSizes: { "linux/arm64": 120 }, platformLayers: {} };
    assert.deepEqual(
      exceededPlatforms(limits(["linux/arm64"], undefined, 5), only, before).flatMap((each) => each.lines),
      ["the image grew by 40 B, from 80 B to 120 B; maxGrowth allows 5 B"],
    );
  });
});

describe("size limits", () => {
  it("accept bytes, and units of 1000 and 1024", () => {
    const sizes = [0, 20_000_000, "20000000", "20MB", "20 MB", "1.5 kB", "19MiB", "1GiB", "7 B"];
    assert.deepEqual(
      sizes.map((size) => parseSize(size)),
      [...[0, 20_000_000, 20_000_000, 20_000_000, 20_000_000, 1500], ...[19 * 2 ** 20, 2 ** 30, 7]],
    );
    for (const wrong of [
      -1,
      1.5,
      NaN,
      Infinity,
      "",
      "MB",
      "20 apples",
      "1e9",
      "20  MB",
      "-1MB",
      {},
      null,
      true,
    ])
      assert.match(sizeProblem(wrong) ?? "", /is not a size/, JSON.stringify(wrong));
    assert.match(sizeProblem("10%") ?? "", /is not a size/);
    for (const right of [undefined, 0, "2MB", "10%", "0.5 %"]) assert.equal(growthProblem(right), undefined);
    for (const wrong of ["%", "-1%", "10 percent", []])
      assert.match(growthProblem(wrong) ?? "", /not a growth/);
  });

  it("allow an image of exactly the limit, and not one byte more", () => {
    assert.deepEqual(exceededLimits({ maxSize: 100 }, image(60, 40), undefined), []);
    assert.deepEqual(exceededLimits({ maxSize: "99B" }, image(60, 40), undefined), [
      "the image has 100 B, 1 B more than maxSize allows (99 B)",
    ]);
    assert.deepEqual(exceededLimits({ maxSize: "20MB" }, image(3_600_000, 21_700_000), undefined), [
      "the image has 25.3 MB (25300000 bytes), 5.30 MB more than maxSize allows (20.0 MB (20000000 bytes))",
    ]);
  });

  it("compare growth with the deployed image, if there is one", () => {
    const before = image(60, 40);
    assert.deepEqual(exceededLimits({ maxGrowth: 0 }, image(60, 41), undefined), []);
    assert.deepEqual(exceededLimits({ maxGrowth: 1 }, image(60, 41), before), []);
    assert.deepEqual(exceededLimits({ maxGrowth: "10%" }, image(60, 50), before), []);
    assert.deepEqual(exceededLimits({ maxGrowth: 0 }, image(60, 10), before), []);
    assert.deepEqual(exceededLimits({ maxGrowth: 5 }, image(60, 50), before), [
      "the image grew by 10 B, from 100 B to 110 B; maxGrowth allows 5 B",
    ]);
    assert.deepEqual(exceededLimits({ maxSize: 105, maxGrowth: "5%" }, image(60, 50), before), [
      "the image has 110 B, 5 B more than maxSize allows (105 B)",
      "the image grew by 10 B, from 100 B to 110 B; maxGrowth allows 5%, 5 B",
    ]);
  });

  it("show the size of each part and how it changed", () => {
    assert.deepEqual(breakdown(image(3_600_000, 21_700_000), image(3_600_000, 20_000_000)), [
      "  binary     21.7 MB (+1.70 MB)",
      "  base       3.60 MB",
    ]);
    assert.deepEqual(breakdown(image(60, 40), image(80, 40)), [
      "  base          60 B (-20 B)",
      "  binary        40 B",
    ]);
    assert.deepEqual(breakdown(image(60, 40), undefined), ["  base          60 B", "  binary        40 B"]);
  });
});
