import assert from "node:assert/strict";
import { humanSize, sizeSummary } from "../../components/text/humanSize";

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

  it("sums the layers by origin", () => {
    const contents = {
      files: 1,
      executables: 0,
      setuidFiles: [],
      shells: [],
      certificates: false,
      timezones: false,
    };
    const rest = { digest: "", mediaType: "", unpackedSize: 1, contents };
    const layer = (origin: string, size: number) => ({ ...rest, size, origin });
    const layers = [
      layer("base", 3_000_000),
      layer("binary", 2_000_000),
      layer("packages", 700_000),
      layer("files", 90),
      layer("files", 10),
    ];
    assert.equal(
      sizeSummary(5_700_600, 14_000_000, layers),
      "5.70 MB to pull (base 3.00 MB, binary 2.00 MB, files 100 B, packages 700 kB), 14.0 MB on disk",
    );
  });
});
