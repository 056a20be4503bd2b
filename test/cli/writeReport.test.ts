import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { writeReport } from "../../components/cli/writeReport";
import { makeTree } from "../support/module";

describe("goimage report's file", () => {
  const before = process.cwd();
  let checkout = "";
  let outside = "";
  beforeEach(() => {
    checkout = makeTree({ "old.html": "old", "reports/x": "" });
    outside = makeTree({ "precious.html": "precious" });
    process.chdir(checkout);
  });
  afterEach(() => process.chdir(before));

  const names = () => fs.readdirSync(".").sort();
  const precious = () => fs.readFileSync(path.join(outside, "precious.html"), "utf8");

  it("is created, or replaces the old one with its mode", () => {
    fs.chmodSync("old.html", 0o640);
    writeReport("old.html", "new");
    writeReport("reports/new.html", "new");
    assert.equal(fs.readFileSync("old.html", "utf8"), "new");
    assert.equal(fs.statSync("old.html").mode & 0o777, 0o640);
    assert.equal(fs.readFileSync("reports/new.html", "utf8"), "new");
    assert.deepEqual(names(), ["old.html", "reports"]);
    assert.deepEqual(fs.readdirSync("reports").sort(), ["new.html", "x"]);
  });

  it("is a new file, so other hard links to the old one keep their content", () => {
    fs.linkSync(path.join(outside, "precious.html"), "goimage-report.html");
    writeReport("goimage-report.html", "new");
    assert.equal(precious(), "precious");
    assert.equal(fs.readFileSync("goimage-report.html", "utf8"), "new");
  });

  const links: [what: string, target: () => string][] = [
    ["to a file", () => path.join(outside, "precious.html")],
    ["to a file that is not there", () => path.join(outside, "new.html")],
    ["to a file of the checkout", () => "old.html"],
    ["to a directory", () => outside],
    ["to a device", () => "/dev/null"],
    ["to itself", () => "goimage-report.html"],
  ];
  for (const [what, target] of links) {
    it(`is refused when it is a link ${what}, and the link stays`, () => {
      fs.symlinkSync(target(), "goimage-report.html");
      assert.throws(() => writeReport("goimage-report.html", "new"), {
        message: `goimage-report.html is a symbolic link to ${target()}; give --output another place, or --output - and redirect`,
      });
      assert.equal(fs.readlinkSync("goimage-report.html"), target());
      assert.equal(precious(), "precious");
      assert.equal(fs.readFileSync("old.html", "utf8"), "old");
      assert.deepEqual(fs.readdirSync(outside), ["precious.html"]);
      assert.deepEqual(names(), ["goimage-report.html", "old.html", "reports"]);
    });
  }

  it("is refused behind a linked directory outside the working directory", () => {
    fs.symlinkSync(outside, "public");
    assert.throws(
      () => writeReport("public/precious.html", "new"),
      /^Error: public\/precious\.html lies behind a link: its directory is really /,
    );
    assert.throws(() => writeReport(path.resolve("public/other.html"), "new"), /lies behind a link/);
    assert.equal(precious(), "precious");
    fs.symlinkSync("reports", "inside");
    writeReport("inside/y.html", "new");
    assert.equal(fs.readFileSync("reports/y.html", "utf8"), "new");
    writeReport(path.join(outside, "named.html"), "new");
    assert.ok(fs.existsSync(path.join(outside, "named.html")));
  });

  it("is refused when a directory or a FIFO has its name", function () {
    assert.throws(() => writeReport("reports", "new"), /^Error: reports is a directory; name a file$/);
    if (process.platform === "win32") this.skip();
    execFileSync("mkfifo", ["pipe.html"]);
    assert.throws(
      () => writeReport("pipe.html", "new"),
      /^Error: pipe\.html is not a regular file; give --output/,
    );
    assert.ok(fs.lstatSync("pipe.html").isFIFO());
  });

  it("leaves nothing behind when it cannot be written", () => {
    assert.throws(() => writeReport("no/such/x.html", "new"), /ENOENT/);
    assert.deepEqual(names(), ["old.html", "reports"]);
  });
});
