// The report as people get it: the built command against a real registry, and its page in a real browser.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { chromium, type Browser, type Page } from "playwright-core";
import { formatHtml } from "../../components/report/format/html";
import type { ImageReport } from "../../components/report/model";
import { sampleReport } from "../fixtures/sampleReport";
import { helloFiles, makeTree } from "../support/module";
import {
  builder,
  engineFields,
  engines,
  missingEngine,
  registry,
  skipWithReason,
} from "./support/environment";
import { Project, repositoryRoot, run } from "./support/project";
import { fetchManifest, transferSize } from "./support/registry";

const cli = path.join(repositoryRoot, "dist/cli.js");
const strange = "<img src=x onerror=alert(1)>";

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

  it("tells the registry's sizes, and the program to the last byte, by the name of a stack output", async () => {
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

  it("compares the two ways, as the output of the program does", async () => {
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

  it("fails with a reason", async () => {
    const missing = await goimage("nothere");
    assert.equal(missing.code, 1);
    assert.match(missing.output, /the stack has no output nothere; it has comparison, multi, simple/);
    const tag = await goimage(`${registry}/${project.repository.split("/").slice(1).join("/")}/multi:gone`);
    assert.equal(tag.code, 1);
    assert.match(tag.output, /the registry has no such tag/);
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
      const attest = oci ? ["--attest", "type=provenance,mode=min"] : ["--provenance=false"];
      const output = `type=image,name=${name}:v1,push=true,oci-mediatypes=${oci},compression=${compression},force-compression=true`;
      // Alone, as the set-up installs it, or as a plugin of docker's.
      const command =
        'if command -v docker-buildx >/dev/null; then docker-buildx "$@"; else docker buildx "$@"; fi';
      const args = ["build", "--builder", builder, ...attest, "--output", output, "."];
      execFileSync("sh", ["-c", command, "sh", ...args], { cwd: context, stdio: "pipe" });
      const result = await goimage(`${name}:v1`, "--format", "json");
      assert.equal(result.code, 0, result.output);
      const report = JSON.parse(result.output) as ImageReport;
      assert.equal(report.unpackedSize, 50_000, compression);
      const media = { zstd: "tar+zstd", gzip: "tar.gzip", uncompressed: ".tar" }[compression];
      assert.ok(report.layers[0]?.mediaType.endsWith(media), report.layers[0]?.mediaType);
    }
  });

  describe("page", () => {
    let browser: Browser;
    let directory: string;
    const asked: string[] = [];
    let errors: string[] = [];
    afterEach(() => {
      const found = errors;
      errors = [];
      assert.deepEqual(found, []);
    });

    before(async () => {
      directory = makeTree({});
      const before = sampleReport({ name: "registry.example.com/a:0", http: 200 });
      fs.writeFileSync(path.join(directory, "page.html"), formatHtml(sampleReport(), { top: 20, before }));
      const mac = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";
      const find = `command -v chromium || command -v google-chrome || echo "${mac}"`;
      const executablePath = execFileSync("sh", ["-c", find], { encoding: "utf8" }).trim();
      // Root may not use the browser's sandbox; the page is our own.
      browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
    });
    after(() => browser?.close());

    async function open(file: string, width: number, colorScheme: "light" | "dark" = "light"): Promise<Page> {
      const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
      page.on("request", (request) => asked.push(request.url()));
      page.on("dialog", (dialog) => void errors.push(dialog.message()));
      page.on("pageerror", (error) => errors.push(error.message));
      page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
      await page.goto(`file://${file}`);
      await page.waitForSelector(".box");
      return page;
    }
    const sample = () => path.join(directory, "page.html");
    const box = (page: Page, name: string) => page.locator(`.box[aria-label*=${JSON.stringify(name)}]`);

    for (const width of [360, 800, 1400]) {
      it(`fits ${width} pixels, in light and dark`, async () => {
        const backgrounds: string[] = [];
        for (const scheme of ["light", "dark"] as const) {
          const page = await open(sample(), width, scheme);
          const wide = await page.evaluate("document.documentElement.scrollWidth");
          assert.ok(Number(wide) <= width, `${String(wide)} pixels wide`);
          const style = "getComputedStyle(document.body).backgroundColor";
          backgrounds.push(await page.evaluate<string>(style));
          await page.locator("#theme").click();
          assert.notEqual(await page.evaluate<string>(style), backgrounds.at(-1));
          await page.close();
        }
        assert.notEqual(backgrounds[0], backgrounds[1]);
      });
    }

    it("zooms by keyboard and by mouse, and says where it is", async () => {
      const page = await open(sample(), 1400);
      const where = async () => (await page.locator("#path button").allTextContents()).join(" > ");
      const focused = () => page.evaluate<string>("document.activeElement.getAttribute('aria-label')");
      await page.locator("#theme").focus();
      await page.keyboard.press("Tab");
      await page.keyboard.press("Tab");
      assert.match(await focused(), /^binary: 1\.00 kB, 69\.1 % of the image, layer, opens$/);
      await page.keyboard.press("Enter");
      assert.equal(await where(), "registry.example.com/a:1 > binary");
      await page.keyboard.press("ArrowDown");
      assert.notEqual(await focused(), null);
      await page.keyboard.press("Escape");
      assert.equal(await where(), "registry.example.com/a:1");
      assert.match(await focused(), /^binary/);
      await box(page, "Go standard library: ")
        .first()
        .click({ position: { x: 30, y: 6 } });
      assert.match(await where(), /main > Go standard library$/);
      await box(page, "net/http: 400 B").hover();
      assert.match(
        await page.locator("#hint").innerText(),
        /net\/http: 400 B, 27\.5 % of the image, package/,
      );
      await page.close();
    });

    it("finds packages, and opens what it found", async () => {
      const page = await open(sample(), 800);
      await page.locator("#search").fill("HTTP");
      assert.equal(await page.locator("#found").innerText(), "1 found");
      assert.ok((await page.locator(".box.dim").count()) > 0);
      await page.locator("#results button").click();
      assert.match((await page.locator("#path").innerText()).replace(/\s+/g, " "), /Go standard library/);
      await page.close();
    });

    it("shows both images and what changed", async () => {
      const page = await open(sample(), 1400);
      assert.equal(await box(page, "net/http: 400 B").count(), 1);
      await page.locator("[data-view='1']").click();
      assert.equal(await box(page, "net/http: 200 B").count(), 1);
      const changed = page.locator("table", { hasText: "Go packages that changed" });
      assert.match(await changed.innerText(), /net\/http\s+package\s+200 B\s+400 B\s+\+200 B/);
      await page.close();
    });

    it("shows names as text, whatever they are, and asks no network", async () => {
      const page = await open(sample(), 1400);
      assert.equal(await page.locator("img").count(), 0);
      assert.ok((await page.content()).includes(strange.replace("<", "&lt;").replace(">", "&gt;")));
      assert.equal(await page.evaluate("fetch('http://127.0.0.1:9/').catch(() => 'refused')"), "refused");
      await page.close();
      assert.match(errors.join(), /Content Security Policy/);
      errors = [];
    });

    it("prints tables instead of the picture", async () => {
      const page = await open(sample(), 800, "dark");
      await page.emulateMedia({ media: "print" });
      assert.equal(await page.locator("#map").isVisible(), false);
      assert.ok(await page.locator("table").first().isVisible());
      assert.equal(
        await page.evaluate("getComputedStyle(document.body).backgroundColor"),
        "rgb(255, 255, 255)",
      );
      await page.close();
    });

    it("is written by the command for a real image", async () => {
      const file = path.join(directory, "real.html");
      const result = await goimage("multi", "--compare", "simple", "--output", file);
      assert.equal(result.code, 0, result.output);
      const page = await open(file, 1400);
      assert.ok((await page.locator(".box").count()) > 50);
      await page.close();
      assert.deepEqual(
        asked.filter((url) => !url.startsWith("file://")),
        [],
      );
    });
  });
});
