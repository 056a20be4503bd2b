// The report's page in a real browser.

import assert from "node:assert/strict";
import * as path from "node:path";
import type { Page } from "playwright-core";
import { formatHtml } from "../../components/report/page/html";
import { sampleReport } from "../fixtures/sampleReport";
import { contrast, over, type Colour } from "../support/colours";
import { makeTree } from "../support/module";
import { TestBrowser, type Scheme } from "./support/project/browser";

const strange = "<img src=x onerror=alert(1)>";
const schemes: Scheme[] = ["light", "dark"];
const widths = [360, 800, 1400];

describe("goimage report, page", function () {
  this.timeout(120_000);
  let browser: TestBrowser;
  let files: Record<"image" | "difference" | "many" | "equal", string>;

  before(async () => {
    const before = sampleReport({
      ...{ name: "registry.example.com/a:0", http: 200, musl: 500 },
      files: { "/srv/old.txt": 60 },
    });
    const after = sampleReport({ files: { "/srv/new/a": 70, "/srv/new/b": 30 } });
    const directory = makeTree({
      "image.html": formatHtml(sampleReport(), { top: 20 }),
      "difference.html": formatHtml(after, { top: 20, before }),
      "many.html": formatHtml(sampleReport({ files: many(0) }), {
        ...{ top: 20, before: sampleReport({ files: many(1) }) },
      }),
      "equal.html": formatHtml(after, { top: 20, before: after }),
    });
    const file = (name: string) => path.join(directory, `${name}.html`);
    files = {
      ...{ image: file("image"), difference: file("difference") },
      ...{ many: file("many"), equal: file("equal") },
    };
    browser = await TestBrowser.launch();
  });
  afterEach(() => assert.deepEqual(browser.takeErrors(), []));
  after(() => browser?.close());

  const box = (page: Page, name: string) => page.locator(`.box[aria-label*=${JSON.stringify(name)}]`);
  const tab = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
  const where = async (page: Page) => (await page.locator("#path button").allTextContents()).join(" > ");
  const focused = (page: Page) => page.evaluate<string>("document.activeElement.getAttribute('aria-label')");

  for (const width of widths) {
    it(`fits ${width} pixels, in light and dark mode`, async () => {
      for (const file of Object.values(files)) {
        const backgrounds: string[] = [];
        for (const scheme of schemes) {
          const page = await browser.open(file, width, scheme);
          for (const view of await page.locator("[data-view]").all()) {
            await view.click();
            assert.ok((await wide(page)) <= width, `${await wide(page)} pixels wide`);
          }
          assert.ok((await wide(page)) <= width, `${await wide(page)} pixels wide`);
          const style = "getComputedStyle(document.body).backgroundColor";
          backgrounds.push(await page.evaluate<string>(style));
          await page.locator("#theme").click();
          assert.notEqual(await page.evaluate<string>(style), backgrounds.at(-1));
          await page.close();
        }
        assert.notEqual(backgrounds[0], backgrounds[1]);
      }
    });
  }

  it("zooms by keyboard and by mouse, and shows the path", async () => {
    const page = await browser.open(files.image, 1400);
    await page.locator("#theme").focus();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    assert.match(await focused(page), /^binary: 1\.00 kB, 69\.1 % of the image, layer, opens$/);
    await page.keyboard.press("Enter");
    assert.equal(await where(page), "registry.example.com/a:1 > binary");
    await page.keyboard.press("ArrowDown");
    assert.notEqual(await focused(page), null);
    await page.keyboard.press("Escape");
    assert.equal(await where(page), "registry.example.com/a:1");
    assert.match(await focused(page), /^binary/);
    await box(page, "Go standard library: ")
      .first()
      .click({ position: { x: 30, y: 6 } });
    assert.match(await where(page), /main > Go standard library$/);
    await box(page, "net/http: 400 B").hover();
    assert.match(await page.locator("#hint").innerText(), /net\/http: 400 B, 27\.5 % of the image, package/);
    await page.close();
  });

  it("finds packages, and opens the result", async () => {
    const page = await browser.open(files.image, 800);
    await page.locator("#search").fill("HTTP");
    assert.equal(await page.locator("#found").innerText(), "1 found");
    assert.ok((await page.locator(".box.dim").count()) > 0);
    await page.locator("#results button").click();
    assert.match((await page.locator("#path").innerText()).replace(/\s+/g, " "), /Go standard library/);
    await page.close();
  });

  it("shows the difference first, then both images, and a table of changes", async () => {
    const page = await browser.open(files.difference, 1400);
    assert.equal(await tab(page, "difference").getAttribute("aria-pressed"), "true");
    assert.equal(await box(page, "net/http: 200 B before, 400 B after, +200 B, grew, package").count(), 1);
    assert.ok(await page.locator(".legend", { hasText: "gone" }).isVisible());
    await tab(page, "after").click();
    assert.equal(await box(page, "net/http: 400 B").count(), 1);
    assert.ok(await page.locator(".legend", { hasText: "your module" }).isVisible());
    assert.equal(await page.locator(".legend", { hasText: "gone" }).isVisible(), false);
    await tab(page, "before").click();
    assert.equal(await box(page, "net/http: 200 B").count(), 1);
    const changed = page.locator("table", { hasText: "Go packages that changed" });
    assert.match(await changed.innerText(), /net\/http\s+package\s+200 B\s+400 B\s+\+200 B/);
    await page.close();
  });

  it("marks each label of the difference with a sign, and shows both sums of a mixed part", async () => {
    for (const width of widths) {
      for (const file of [files.difference, files.many]) {
        const page = await browser.open(file, width);
        const labels = await page.locator(".label").allInnerTexts();
        assert.ok(labels.length >= 5, labels.join());
        for (const label of labels) assert.match(label, /(^|\s)[+-]/);
        await page.close();
      }
    }
    const page = await browser.open(files.difference, 360);
    assert.match(await page.locator("#path").innerText(), /all changes \+140 B \(\+300 B, -160 B\)/);
    const both = box(page, "srv: 60 B before, 100 B after, +40 B (+100 B, -60 B), grew and shrank");
    assert.equal(await both.count(), 1);
    await page.close();
  });

  it("zooms into the difference by keyboard, and into a new directory", async () => {
    const page = await browser.open(files.difference, 1400);
    await page.locator("#theme").focus();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    assert.match(
      await focused(page),
      /^app\/main: 800 B before, 1\.00 kB after, \+200 B, grew, program, opens$/,
    );
    await page.keyboard.press("Enter");
    assert.equal(await where(page), "all changes > app/main");
    await page.keyboard.press("Escape");
    assert.match(await focused(page), /^app\/main/);
    const whole = box(page, "srv › new: 0 B before, 100 B after, +100 B, new, directory, opens");
    assert.equal(await box(page, "srv › new › a").count(), 0);
    await whole.focus();
    assert.match(await page.locator("#hint").innerText(), /srv › new: 0 B before, 100 B after, \+100 B, new/);
    await page.keyboard.press("Enter");
    assert.equal(await where(page), "all changes > srv > new");
    assert.equal(await box(page, "srv › new › a: 0 B before, 70 B after").count(), 1);
    await page.locator("#search").fill("old");
    await page.locator("#results button").click();
    assert.equal(await where(page), "all changes > srv");
    assert.match(await focused(page), /old\.txt: 60 B before, 0 B after, -60 B, gone, file$/);
    await page.close();
  });

  it("has enough contrast on each colour of the difference, in light and dark mode", async () => {
    for (const scheme of schemes) {
      const page = await browser.open(files.difference, 1400, scheme);
      const texts = await page.evaluate<{ box: string; text: string; background: string; opacity: string }[]>(
        `[...document.querySelectorAll(".box:not(.holds) .label > *")].map((text) => ({
          box: text.closest(".box").className,
          text: getComputedStyle(text).color,
          opacity: getComputedStyle(text).opacity,
          background: getComputedStyle(text.closest(".box")).backgroundColor,
        }))`,
      );
      const seen = new Set(texts.map((each) => /c-\w+/.exec(each.box)?.[0]));
      assert.deepEqual([...seen].sort(), ["c-gone", "c-grew", "c-new", "c-shrank"]);
      for (const { box: name, text, background, opacity } of texts) {
        const ratio = contrast(over(rgb(text), rgb(background), Number(opacity)), rgb(background));
        assert.ok(ratio >= 4.5, `${name} in ${scheme}: ${ratio}`);
      }
      await page.close();
    }
  });

  it("says that two images are equal, instead of an empty picture", async () => {
    const page = await browser.open(files.equal, 800);
    assert.equal(
      await page.locator("#nothing").innerText(),
      "Both images are the same: they have the same digest.",
    );
    for (const id of ["#map", "#path", ".legend >> nth=0"])
      assert.equal(await page.locator(id).isVisible(), false, id);
    await tab(page, "after").click();
    assert.ok((await page.locator(".box").count()) > 5);
    assert.equal(await page.locator("#nothing").isVisible(), false);
    await page.close();
  });

  it("shows names as text, and blocks network access", async () => {
    const page = await browser.open(files.image, 1400);
    assert.equal(await page.locator("img").count(), 0);
    assert.ok((await page.content()).includes(strange.replace("<", "&lt;").replace(">", "&gt;")));
    assert.equal(await page.evaluate("fetch('http://127.0.0.1:9/').catch(() => 'refused')"), "refused");
    await page.close();
    assert.match(browser.takeErrors().join(), /Content Security Policy/);
  });

  it("prints tables instead of the picture", async () => {
    for (const file of [files.image, files.difference]) {
      const page = await browser.open(file, 800, "dark");
      await page.emulateMedia({ media: "print" });
      for (const id of ["#map", ".tools", "#path", ".legend >> nth=0"])
        assert.equal(await page.locator(id).isVisible(), false, id);
      assert.ok(await page.locator("table").first().isVisible());
      const background = "getComputedStyle(document.body).backgroundColor";
      assert.equal(await page.evaluate(background), "rgb(255, 255, 255)");
      await page.close();
    }
  });

  it("loads no file but itself", async () => {
    const page = await browser.open(files.difference, 800);
    await tab(page, "after").click();
    await page.close();
    assert.equal(browser.asked.at(-1), `file://${files.difference}`);
    const addresses = Object.values(files).map((file) => `file://${file}`);
    assert.deepEqual(
      browser.asked.filter((url) => !addresses.includes(url)),
      [],
    );
  });
});

/** Files that grow and shrink in turns: boxes of all sizes. */
function many(version: number): Record<string, number> {
  const names = Array.from({ length: 80 }, (_, n) => n);
  return Object.fromEntries(names.map((n) => [`/srv/file-${n}`, 500 + (n % 2 === version ? n * n : 0)]));
}

function wide(page: Page): Promise<number> {
  return page.evaluate<number>("document.documentElement.scrollWidth");
}

function rgb(text: string): Colour {
  const [red = 0, green = 0, blue = 0] = (text.match(/[\d.]+/g) ?? []).map(Number);
  return [red, green, blue];
}
