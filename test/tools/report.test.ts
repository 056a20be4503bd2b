import assert from "node:assert/strict";
import { comparison, readOutputs, saving } from "../../tools/demo/report";
import { isNews } from "../../tools/demo/stack";
import { humanSize } from "../../components/text/humanSize";
import { duration, table, task } from "../../tools/setup/ui";
import { add, countsLine, judge } from "../../tools/test/phase";

describe("tables and numbers", () => {
  it("print sizes as docker does", () => {
    const sizes = [0, 999, 1000, 6318735, 14023832, 162146028, 1234567890].map(humanSize);
    assert.deepEqual(sizes, ["0 B", "999 B", "1.00 kB", "6.32 MB", "14.0 MB", "162 MB", "1.23 GB"]);
  });

  it("print durations", () => {
    assert.deepEqual([40, 59_940, 60_000, 185_000].map(duration), ["0.0s", "59.9s", "1m00s", "3m05s"]);
  });

  it("align numbers right and text left", () => {
    const text = table([
      ["way", "size"],
      ["simple", "162 MB"],
      ["b", "6 MB"],
    ]);
    assert.equal(text, "way       size\nsimple  162 MB\nb         6 MB");
  });
});

describe("the demo's comparison", () => {
  const image = (size: number, unpackedSize: number) => ({
    digest: `sha256:${"ab".repeat(32)}`,
    ref: "localhost:5050/a@sha256:ab",
    size,
    unpackedSize,
  });

  it("shows both ways and the saving", () => {
    const lines = comparison({
      ...image(6_318_735, 14_023_832),
      simple: image(162_146_028, 495_093_733),
    }).split("\n");
    assert.match(lines[1] ?? "", /^simple +sha256:abababababab +162 MB +495 MB$/);
    assert.match(lines[2] ?? "", /^multi-stage +sha256:abababababab +6\.32 MB +14\.0 MB$/);
    assert.match(lines[3] ?? "", /^saving +96\.1 % less, 26x +97\.2 % less, 35x$/);
  });

  it("gives small factors with one decimal", () => {
    assert.equal(saving(300, 200), "33.3 % less, 1.5x");
  });

  it("refuses a stack that lacks outputs", () => {
    assert.throws(() => readOutputs(JSON.stringify(image(1, 2))), /the stack lacks outputs/);
    assert.equal(readOutputs(JSON.stringify({ ...image(1, 2), simple: image(3, 4) })).simple.size, 3);
  });
});

describe("the test run's verdict", () => {
  const counts = { passed: 3, failed: 0, skipped: 1 };
  const whole = { counts, failedTests: [], files: {}, processorSeconds: 1 };

  it("is based on the counts of a whole run", () => {
    assert.deepEqual(judge("unit tests", 0, whole, false), whole);
    assert.match(judge("unit tests", 1, undefined, false).failure ?? "", /exit code 1 before the end/);
    const one = { ...whole, counts: { ...counts, failed: 1 }, failedTests: ["a push: ends"] };
    assert.deepEqual(judge("unit tests", 1, one, false), { ...one, failure: "unit tests: 1 failed" });
  });

  it("is a failure when a phase ran no test, unless tests were picked", () => {
    const none = { ...whole, counts: { passed: 0, failed: 0, skipped: 4 } };
    assert.match(judge("unit tests", 0, none, false).failure ?? "", /no test ran/);
    assert.equal(judge("unit tests", 0, none, true).failure, undefined);
  });

  it("adds up both phases on one line", () => {
    assert.equal(
      countsLine(add(counts, { passed: 2, failed: 1, skipped: 0 })),
      "5 passed, 1 failed, 1 skipped",
    );
  });
});

describe("pulumi's output in a log", () => {
  const line = (text: string) => ` +  docker:index:Image quickstart creating (40s) ${text}`;

  it("leaves out progress lines", () => {
    const ticks = [
      "@ updating......",
      line("Pushing [=====>      ]  343.7MB/387.1MB"),
      line("Waiting"),
      line(`digest: sha256:${"ab".repeat(32)}`),
      line(`extracting sha256:${"ab".repeat(32)}`),
    ];
    assert.deepEqual(ticks.filter(isNews), []);
  });

  it("keeps all other lines", () => {
    const news = [
      line("Pushed"),
      line("./main.go:3:8: undefined: x"),
      line(`latest: digest: sha256:${"ab".repeat(32)} size: 1362`),
      `    digest: "sha256:${"ab".repeat(32)}"`,
      "    5 unchanged",
      "",
    ];
    assert.deepEqual(news.filter(isNews), news);
  });
});

describe("a long piece of work", () => {
  it("reports its progress until it is done", async () => {
    const lines: string[] = [];
    const write = process.stderr.write.bind(process.stderr);
    process.stderr.write = (text: string) => lines.push(text) > 0;
    try {
      let done = 0;
      const work = () => new Promise<void>((resolve) => setTimeout(resolve, 200));
      await task("compiler", work, () => Promise.resolve(`${++done} packages compiled`), 20);
      await new Promise((resolve) => setTimeout(resolve, 60));
    } finally {
      process.stderr.write = write;
    }
    const told = lines.filter((line) => line.includes("packages compiled"));
    assert.ok(told.length >= 3, lines.join(""));
    assert.match(told[0] ?? "", /^ {3}compiler: 0\.\ds, 1 packages compiled\n$/);
    assert.match(lines.at(-1) ?? "", /done in/);
  });
});
