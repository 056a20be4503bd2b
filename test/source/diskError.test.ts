import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { diskError } from "../../components/source/diskError";
import { makeTree } from "../support/module";
import { accepted, hello, outcome } from "../support/outcome";

function errorOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return assert.fail("no error");
}

describe("errors of the disk", () => {
  it("are explained with the file and the error code", () => {
    const long = errorOf(() => fs.writeFileSync(path.join(makeTree({}), "x".repeat(300)), ""));
    assert.match(
      diskError(long) ?? "",
      /^\/.*x{300}: its name is too long for the filesystem \(ENAMETOOLONG\)$/,
    );
    for (const [code, words] of [
      ["ENOSPC", /the disk is full \(ENOSPC\)/],
      ["EROFS", /read-only \(EROFS\)/],
      ["ERR_FS_FILE_TOO_LARGE", /larger than 2 GiB/],
    ] as const) {
      const error = Object.assign(new Error("raw"), { code, path: "/a/b" });
      assert.match(diskError(error) ?? "", new RegExp(`^/a/b: .*${words.source}`));
    }
    assert.equal(diskError(new TypeError("a fault of ours")), undefined);
  });

  it("name a file that is too large to be read", async () => {
    const prepare = (directory: string) =>
      fs.truncateSync(path.join(directory, "hello/big.bin"), 2 ** 31 + 1);
    const embedding =
      'package main\n\nimport _ "embed"\n\n//go:embed big.bin\nvar b []byte\n\nfunc main() {}\n';
    const { error } = await outcome(hello({ "main.go": embedding, "big.bin": "" }), {}, prepare);
    assert.match(
      error,
      /the largest is big\.bin with 2\.15 GB\. At most 1\.07 GB each and 2\.15 GB together/,
    );
  });

  it("name an embedded file whose name is not UTF-8", async () => {
    const embedding = 'package main\n\nimport _ "embed"\n\n//go:embed data\nvar d string\n\nfunc main() {}\n';
    const prepare = (directory: string) =>
      fs.writeFileSync(
        Buffer.concat([Buffer.from(`${directory}/hello/data/`), Buffer.from([0x66, 0xff])]),
        "",
      );
    const { error } = await outcome(hello({ "main.go": embedding, "data/a": "" }), {}, prepare);
    assert.match(error, /source: data\/f\ufffd is a file whose name is not UTF-8/);
    // Beside the program it is none of its files.
    await accepted(hello({ "data/a": "" }), {}, prepare);
  });
});
