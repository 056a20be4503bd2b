import assert from "node:assert/strict";
import { sizeSummary } from "../../components/deploy/image/sizeSummary";
import { noContents } from "../../components/registry";

describe("the summary of an image's size", () => {
  it("sums the layers by origin", () => {
    const contents = { ...noContents(), files: 1 };
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
