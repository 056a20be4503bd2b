// The report as people get it: the built command against a real registry.

import assert from "node:assert/strict";
import * as path from "node:path";
import type { ComparedReport } from "../../components/report/compared";
import type { ImageReport } from "../../components/report/model";
import { helloFiles, makeTree } from "../support/module";
import { TestBrowser } from "./support/project/browser";
import {
  engineFields,
  engines,
  missingEngine,
  registry,
  skipWithReason,
} from "./support/project/environment";
import { buildImage } from "./support/images/images";
import { Project, repositoryRoot, run } from "./support/project/project";
import { fetchManifest, transferSize } from "./support/images/registry";

const cli = path.join(repositoryRoot, "dist/cli/index.js");

describe("goimage report", function () {
  this.timeout(600_000);
  let project: Project;
  let refs: { multi: { ref: string; unpackedSize: number }; simple: { ref: string } };
  const goimage = (...args: string[]) =>
    run(process.execPath, [cli, "report", ...args], project.directory, env());
  const env = () => ({
    PULUMI_BACKEND_URL: `file://${path.join(project.directory, ".state")}`,
    PULUMI_CONFIG_PASSPHRASE: "",
    PULUMI_STACK: "test",
    NO_COLOR: "1",
  });

  before(async () => {
    project = new Project(
      (repository) => `
const { GoMultiStageImage, GoSingleStageImage, compareImages } = require("goimage");
const common = { source: "hello", ${engineFields(engines[0] ?? "")} };
const multi = new GoMultiStageImage("m", { ...common, repository: "${repository}/multi" });
const simple = new GoSingleStageImage("s", { ...common, repository: "${repository}/simple" });
exports.multi = { ref: multi.ref, unpackedSize: multi.unpackedSize };
exports.simple = { ref: simple.ref };
exports.comparison = compareImages(simple, multi);
`,
      Object.fromEntries(Object.entries(helloFiles).map(([name, text]) => [`hello/${name}`, text])),
    );
    await project.up();
    refs = await project.outputs();
  });

  it("agrees with the registry's sizes, and accounts for the program to the last byte", async () => {
    const result = await goimage("multi", "--format", "json");
    assert.equal(result.code, 0, result.output);
    const report = JSON.parse(result.output) as ImageReport;
    const [repository = "", digest = ""] = refs.multi.ref.split("@");
    const served = await fetchManifest(repository, digest);
    assert.ok(served);
    assert.equal(report.digest, digest);
    assert.equal(report.size, transferSize(served.manifest));
    assert.equal(report.unpackedSize, refs.multi.unpackedSize);
    assert.equal(report.contents.size, report.unpackedSize);
    const [program] = report.programs;
    assert.ok(program);
    const parts = [...program.packages, ...program.sections];
    assert.equal(
      parts.reduce((sum, { size }) => sum + size, 0),
      program.size,
    );
    assert.ok(program.packages.some((each) => each.kind === "main" && each.code > 0));
  });

  it("compares the two ways, with the same table as the program's output", async () => {
    const table = await goimage("multi.ref", "--compare", refs.simple.ref, "--format", "table");
    assert.equal(table.code, 0, table.output);
    const { comparison } = await project.outputs<{
      comparison: { before: { files: number }; after: { setuidFiles: number; files: number }; table: string };
    }>();
    assert.ok(comparison.before.files > comparison.after.files);
    assert.equal(comparison.after.setuidFiles, 0);
    assert.ok(table.output.includes(comparison.table), `${table.output}\n---\n${comparison.table}`);
    assert.match(table.output, /What changed/);
  });

  it("fails with the reason for a missing output, a missing tag and a wrong format", async () => {
    const missing = await goimage("nothere");
    assert.equal(missing.code, 1);
    assert.match(missing.output, /the stack has no output nothere; it has comparison, multi, simple/);
    const tag = await goimage(`${registry}/${project.repository.split("/").slice(1).join("/")}/multi:gone`);
    assert.equal(tag.code, 1);
    assert.match(tag.output, /tag not found/);
    const wrong = await goimage("multi", "--format", "pdf");
    assert.equal(wrong.code, 2);
    assert.match(wrong.output, /--format is pdf; it can be html, table, json, svg, markdown/);
  });

  it("reads zstd and uncompressed layers of both families, and an index with attestations", async function () {
    const reason = missingEngine("buildkit");
    if (reason !== undefined) skipWithReason(this, reason);
    const context = makeTree({
      Dockerfile: "FROM scratch\nCOPY data /srv/data\n",
      data: "0123456789".repeat(5000),
    });
    for (const [compression, oci] of [
      ["zstd", true],
      ["gzip", false],
      ["uncompressed", false],
      ["uncompressed", true],
    ] as const) {
      const name = `${project.repository}/${compression}-${oci}`;
      const output = `type=image,name=${name}:v1,push=true,oci-mediatypes=${oci},compression=${compression},force-compression=true`;
      await buildImage(context, output, oci ? "--provenance=mode=min" : "--provenance=false");
      const result = await goimage(`${name}:v1`, "--format", "json");
      assert.equal(result.code, 0, result.output);
      const report = JSON.parse(result.output) as ImageReport;
      assert.equal(report.unpackedSize, 50_000, compression);
      const media = { zstd: "tar+zstd", gzip: "tar.gzip", uncompressed: ".tar" }[compression];
      assert.ok(report.layers[0]?.mediaType.endsWith(media), report.layers[0]?.mediaType);
    }
  });

  it("gives both images and each change between them in JSON", async () => {
    const result = await goimage("multi", "--compare", "simple", "--format", "json");
    assert.equal(result.code, 0, result.output);
    const report = JSON.parse(result.output) as ComparedReport;
    assert.deepEqual([report.digest, report.before.digest], [refs.multi.ref, refs.simple.ref].map(digestOf));
    const sum = report.changes.reduce((total, { before, after }) => total + after - before, 0);
    assert.equal(sum, report.unpackedSize - report.before.unpackedSize);
    // The program has another path in the other image, and its packages are compared all the same.
    const { main } = report.programs[0] ?? {};
    const own = report.changes.find(({ kind, name }) => kind === "package" && name === main?.path);
    assert.ok(main && (own === undefined || (own.before > 0 && own.after > 0)), JSON.stringify(own));
  });

  it("writes a page of a real difference that uses no network", async () => {
    const file = path.join(project.directory, "real.html");
    const result = await goimage("multi", "--compare", "simple", "--output", file);
    assert.equal(result.code, 0, result.output);
    const browser = await TestBrowser.launch();
    try {
      const page = await browser.open(file, 1400);
      // What every pair of base images has, stand-ins as well; how many boxes there are depends on their files.
      const drawn = {
        difference: /^usr › local.*: .* gone/,
        after: /› app › main: .* program/,
        before: /› usr › local/,
      };
      for (const [view, box] of Object.entries(drawn)) {
        await page.getByRole("button", { name: view, exact: true }).click();
        await page
          .locator(".box")
          .and(page.getByRole("button", { name: box }))
          .first()
          .waitFor();
      }
      assert.deepEqual(browser.asked, [`file://${file}`]);
      assert.deepEqual(browser.takeErrors(), []);
    } finally {
      await browser.close();
    }
  });
});

function digestOf(ref: string): string | undefined {
  return ref.split("@")[1];
}
