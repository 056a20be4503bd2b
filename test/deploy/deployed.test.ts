import assert from "node:assert/strict";
import { parseDeployed } from "../../components/deploy/state/deployed";
import { noContents } from "../../components/registry";
import { recordedFiles } from "../../components/context/changes";

const digest = `sha256:${"a".repeat(64)}`;
const contents = { ...noContents(), files: 1 };
const layer = { digest, mediaType: "m", size: 1, unpackedSize: 2, origin: "base", contents };
const state = {
  ...{
    digest,
    ref: `r.example.com/a@${digest}`,
    size: 3,
    layers: [layer],
    unpackedSize: 4,
    sizeSummary: "s",
  },
  ...{
    platformDigests: { "linux/amd64": `sha256:${"c".repeat(64)}` },
    platformSizes: { "linux/amd64": 3 },
    platformLayers: { "linux/arm64": [layer] },
    checks: [{ name: "n", passed: true, detail: "d" }],
    tags: ["r.example.com/a:v1"],
  },
  ...{ dockerfile: "FROM x\n", sourceHash: "h", sourceFiles: { "main.go": "1" }, baseImages: { x: digest } },
  ...{ repair: "none", context: ".goimage/p/s/a-MultiStage", seed: { GOIMAGE_SEED: "r@sha256:1" } },
  writtenSeed: { repository: "r.example.com/seeds", digest, tags: ["gocache-1"] },
};

describe("the last deployment in the state", () => {
  it("is read completely", () => assert.deepEqual(parseDeployed(state), { ...state, isMeasured: true }));

  /** A path of fields, with another value; undefined stands for what an older version did not write. */
  const without = (value: object, [first = "", ...rest]: readonly string[]): object => {
    const fields = value as Record<string, unknown>;
    const changed =
      rest.length === 0
        ? undefined
        : Array.isArray(fields[first])
          ? (fields[first] as object[]).map((each) => without(each, rest))
          : without(fields[first] as object, rest);
    return { ...fields, [first]: changed };
  };
  for (const path of [
    ...["platformDigests", "platformSizes", "unpackedSize", "sizeSummary", "checks"],
    ...["layers.unpackedSize", "layers.contents", "layers.contents.timezones", "checks.detail"],
  ])
    it(`is measured again when an older version did not record ${path}`, () => {
      assert.equal(parseDeployed(without(state, path.split(".")))?.isMeasured, false);
    });

  it("is not measured again for a field that only some images have", () => {
    assert.equal(parseDeployed({ ...state, platformLayers: undefined })?.isMeasured, true);
  });

  it("does not count when it has no valid image", () => {
    const wrong: object[] = [
      { digest: "sha256:short" },
      { digest: 1 },
      { ref: `r.example.com/a@sha256:${"b".repeat(64)}` },
      { size: "3" },
      { size: -1 },
      { layers: "none" },
      { layers: [{ ...layer, digest: "x" }] },
      { layers: [null] },
    ];
    for (const change of wrong)
      assert.equal(parseDeployed({ ...state, ...change }), undefined, JSON.stringify(change));
    for (const other of [undefined, null, "text", [], {}]) assert.equal(parseDeployed(other), undefined);
  });

  it("drops a field of the wrong type, and keeps the others", () => {
    const wrong: Record<string, unknown> = {
      ...{ dockerfile: 1, sourceHash: {}, sourceFiles: { a: 1 }, baseImages: { x: "latest" }, tags: [1] },
      ...{ repair: 1, context: [], seed: { GOIMAGE_SEED: 1 } },
    };
    for (const [name, value] of Object.entries(wrong)) {
      const expected: Record<string, unknown> = { ...state, isMeasured: true };
      delete expected[name];
      assert.deepEqual(parseDeployed({ ...state, [name]: value }), expected, name);
    }
    for (const change of [{ repository: 1 }, { digest: "latest" }, { tags: "x" }, { tags: [1] }]) {
      const { writtenSeed, ...others } = state;
      const found = parseDeployed({ ...state, writtenSeed: { ...writtenSeed, ...change } });
      assert.deepEqual(found, { ...others, isMeasured: true }, JSON.stringify(change));
    }
    assert.deepEqual(parseDeployed({ ...state, platformLayers: { a: [1] } })?.platformLayers, {});
    const others = { platformSizes: { a: "1" }, unpackedSize: "4", sizeSummary: 1, checks: [{ name: "n" }] };
    const { platformSizes, unpackedSize, sizeSummary, checks } = parseDeployed({ ...state, ...others }) ?? {};
    assert.deepEqual([platformSizes, unpackedSize, sizeSummary, checks], [{}, 0, "", []]);
  });
});

describe("files in the state", () => {
  const files = (directories: number, each: number) =>
    Object.fromEntries(
      Array.from({ length: directories * each }, (_, n) => [`d${Math.floor(n / each)}/f${n}.go`, `hash${n}`]),
    );

  it("are listed one by one, by directory when there are many, and as one entry when there are too many", () => {
    assert.deepEqual(recordedFiles(files(10, 10)), files(10, 10));
    const byDirectory = recordedFiles(files(10, 1_000));
    assert.deepEqual(
      Object.keys(byDirectory),
      Array.from({ length: 10 }, (_, n) => `d${n}/`),
    );
    assert.deepEqual(Object.keys(recordedFiles(files(5_000, 2))), ["./"]);
  });

  it("show every change, however they are listed", () => {
    for (const [directories, each] of [
      [10, 1_000],
      [5_000, 2],
    ] as const) {
      const before = files(directories, each);
      const changed = { ...before, "d3/f7.go": "other" };
      assert.notDeepEqual(recordedFiles(before), recordedFiles(changed));
      assert.deepEqual(
        recordedFiles(before),
        recordedFiles(Object.fromEntries(Object.entries(before).reverse())),
      );
    }
  });
});
