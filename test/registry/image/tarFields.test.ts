// Fields of tar headers, and PAX records, at the edges of what Go's archive/tar takes.

import assert from "node:assert/strict";
import {
  TarError,
  checkSum,
  numberField,
  parseRecords,
  recordNumber,
  text,
  ustarPath,
} from "../../../components/registry/image/tarFields";
import { tarHeader } from "../../support/tar";

const bytes = (value: string): Buffer => Buffer.from(value, "latin1");

describe("registry/image/tarFields", () => {
  it("reads numbers in octal and binary, and negative ones where allowed", () => {
    for (const [field, value] of [
      ["0000644\0", 0o644],
      ["   644 \0", 0o644],
      ["\0\0\0\0\0\0\0\0", 0],
      ["644\0junk", 0o644],
      ["77777777", 0o77777777],
      ["\x80\0\0\0\0\0\x01\x02", 258],
    ] as const)
      assert.equal(numberField(bytes(`xx${field}xx`), 2, 8), value, JSON.stringify(field));
    assert.equal(numberField(bytes("\xff\xff\xff\xff\xff\xff\xff\xfe"), 0, 8, true), -2);
    assert.equal(numberField(bytes("\xc0\0\0\0\0\0\0\0\0"), 0, 2, true), -(2 ** 14));
    for (const field of ["0000888\0", "-000001\0", "6 4\0\0\0\0\0"])
      assert.throws(() => numberField(bytes(field), 0, 8), TarError, JSON.stringify(field));
    assert.throws(() => numberField(bytes("\xff\xff\xff\xff\xff\xff\xff\xfe"), 0, 8), /is not valid/);
    assert.throws(() => numberField(bytes("\x80\x7f\xff\xff\xff\xff\xff\xff"), 0, 8), /is not valid/);
  });

  it("accepts checksums of signed and unsigned bytes, and no others", () => {
    const header = tarHeader("\xe9\xe9\xe9");
    checkSum(header);
    const sumOf = (signed: boolean, change = 0): Buffer => {
      const copy = Buffer.from(header);
      copy.write("        ", 148);
      let sum = change;
      for (const byte of copy) sum += signed && byte > 127 ? byte - 256 : byte;
      copy.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
      return copy;
    };
    checkSum(sumOf(false));
    checkSum(sumOf(true));
    for (const signed of [true, false])
      for (const change of [1, -1, 512])
        assert.throws(() => checkSum(sumOf(signed, change)), /not a tar archive, or a damaged one/);
  });

  it("reads text up to a NUL or the end of its field", () => {
    assert.equal(text(bytes("..abc\0def"), 2, 6), "abc");
    assert.equal(text(bytes("..abcdef\0"), 2, 4), "abcd");
    assert.equal(text(bytes("..abcdef"), 2, 4), "abcd");
    assert.equal(text(bytes("..abcd\0"), 2, 4), "abcd");
    assert.equal(text(Buffer.from("é"), 0, 2), "é");
    assert.equal(text(bytes("\xe9"), 0, 1), "\xe9");
  });

  it("joins a name's prefix in POSIX archives only", () => {
    const header = tarHeader("name", { raw: { 345: "some/where" } });
    assert.equal(ustarPath(header), "some/where/name");
    header.write("ustar  \0", 257);
    assert.equal(ustarPath(header), "name");
    assert.equal(ustarPath(tarHeader("name")), "name");
  });

  it("reads PAX records, and refuses malformed ones", () => {
    const record = (body: string): string => {
      let length = body.length + 3;
      while (`${length} ${body}\n`.length !== length) length++;
      return `${length} ${body}\n`;
    };
    const read = (value: string) => Object.fromEntries(parseRecords(bytes(value)));
    assert.deepEqual(read(""), {});
    assert.deepEqual(read(record("path=a=b") + record("mtime=1.5") + record("size=")), {
      path: "a=b",
      size: "",
    });
    assert.deepEqual(read(record("path=first") + record("path=second")), { path: "second" });
    assert.deepEqual([...parseRecords(Buffer.from("11 path=é\n"))], [["path", "é"]]);
    assert.deepEqual(read("11 path=\xe9x\n"), { path: "\xe9x" });
    for (const broken of [
      "path=a",
      "9 path=a\0",
      "99 path=a\n",
      "8 path=a\n",
      "5 path\n9 path=a\n",
      " path=a\n",
      "x9 path=a\n",
      "9=path a\n",
      "-9 path=a\n",
      "0 path=a\n",
      "123456789 path=a\n",
    ])
      assert.throws(() => read(broken), /a PAX record in the archive is not valid/, broken);
  });

  it("reads numbers in PAX records", () => {
    assert.equal(recordNumber(undefined, "size"), undefined);
    assert.equal(recordNumber("12", "size"), 12);
    assert.equal(recordNumber("-12", "uid", true), -12);
    for (const value of ["-12", "", "1.5", "0x1", "9007199254740993"])
      assert.throws(() => recordNumber(value, "size"), /the PAX record size is not valid/, value);
    assert.throws(() => recordNumber("--1", "uid", true), /the PAX record uid is not valid/);
  });
});
