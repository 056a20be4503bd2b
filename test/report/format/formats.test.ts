import assert from "node:assert/strict";
import { compared } from "../../../components/report/compared";
import { formatHtml } from "../../../components/report/page/html";
import { formatMarkdown } from "../../../components/report/format/markdown";
import { formatSvg } from "../../../components/report/format/svg";
import { reportTables } from "../../../components/report/format/tables";
import { formatText, textTable } from "../../../components/report/format/text";
import { sampleReport } from "../../fixtures/sampleReport";

const before = sampleReport({ http: 200, musl: 500, name: "registry.example.com/a:0" });

describe("report/format", () => {
  it("removes terminal and CI commands from names, in text and Markdown", () => {
    const name = "::add-mask::x\u001b[2J\u2028##[group]";
    const report = { ...sampleReport(), reference: name };
    report.contents = { ...report.contents, name, children: [{ name, kind: "file", size: 9 }] };
    for (const text of [formatText(report, { top: 3, colours: false }), formatMarkdown(report, { top: 3 })]) {
      assert.match(text, /add-mask/);
      assert.doesNotMatch(text, /^\s*::|##\[|(?!\n)\p{Cc}|\p{Zl}/mu);
    }
  });

  it("prints an aligned table in a terminal", () => {
    const text = formatText(sampleReport(), { top: 3, colours: false });
    assert.match(text, /^registry\.example\.com\/a:1 {2}linux\/amd64 {2}sha256:abab/);
    assert.match(text, /\nGo standard library +module +700 B +48\.1 %\n/);
    assert.match(text, /\n4 others +205 B +14\.1 %\n/);
    assert.match(text, /\nnet\/http +standard library +400 B +40\.0 %\n/);
    assert.ok(!text.includes("\x1b"));
    assert.ok(formatText(sampleReport(), { top: 3, colours: true }).includes("\x1b[1mLayers\x1b[0m"));
  });

  it("replaces control characters in a table's cells", () => {
    const columns = [{ title: "a", number: false }];
    assert.equal(textTable({ columns, rows: [["\x1b[2J\u202e\r"]] }), "a\n\ufffd[2J\ufffd\ufffd");
  });

  it("sorts changes by growth, and keeps the largest", () => {
    const [figures, changed] = reportTables(sampleReport(), { top: 20, before });
    assert.deepEqual(figures?.rows[1], ["on disk", "1.35 kB", "1.46 kB", "+100 B", "+7.4 %"]);
    assert.deepEqual(
      changed?.rows.map((row) => [row[0], row[4]]),
      [
        ["Go standard library", "+200 B"],
        ["musl", "-100 B"],
      ],
    );
    const [, one] = reportTables(sampleReport(), { top: 1, before });
    assert.deepEqual([one?.rows.length, one?.note], [1, "Smaller changes that are not listed: 1."]);
  });

  it("says so when the image has no Go program", () => {
    const files = reportTables({ ...sampleReport(), programs: [] }, { top: 5 });
    assert.ok(files.some(({ note }) => note?.includes("The image has no Go program")));
  });

  it("escapes Markdown in table cells", () => {
    const text = formatMarkdown(sampleReport(), { top: 20, before });
    assert.match(text, /^before: `registry\.example\.com\/a:0`/);
    assert.match(text, /\n\| Go standard library \| module \| 500 B \| 700 B \| \+200 B \|\n/);
    assert.match(text, /COPY 1 \\\| of \\\*many\\\*/);
    assert.ok(!text.includes("<img"));
  });

  it("draws a well-formed SVG picture", async () => {
    const picture = await formatSvg(sampleReport());
    assert.match(
      picture,
      /<title>binary &gt; app &gt; main &gt; Go standard library &gt; net\/http: 400 B<\/title>/,
    );
    assert.ok(!picture.includes("<img"));
    const opened = picture.match(/<[a-z]+(?![^>]*\/>)[^>]*>/g)?.length;
    assert.equal(opened, picture.match(/<\/[a-z]+>/g)?.length);
  });

  it("draws changes with signs, and a new directory as one box", async () => {
    const after = sampleReport({ files: { "/srv/<new>/a": 70, "/srv/<new>/b": 30 } });
    const older = sampleReport({
      ...{ http: 200, musl: 500, name: "registry.example.com/a:0" },
      files: { "/srv/old": 60 },
    });
    const picture = await formatSvg(after, older);
    assert.match(picture, /class="title"[^>]*>\+70 B to pull, \+140 B on disk: registry/);
    assert.match(
      picture,
      /<title>app\/main &gt; Go standard library &gt; net\/http: 200 B before, 400 B after, \+200 B<\/title><rect class="c-grew"/,
    );
    assert.match(picture, /<title>srv: 60 B before, 100 B after, \+40 B \(\+100 B, -60 B\)<\/title>/);
    assert.match(
      picture,
      /<title>srv &gt; &lt;new&gt;: 0 B before, 100 B after, \+100 B<\/title><rect class="c-new"/,
    );
    assert.match(picture, /<rect class="c-gone"/);
    assert.match(picture, /<rect class="c-shrank"/);
    assert.ok(!picture.includes("&lt;new&gt; &gt; a"), "what is new as a whole is one box");
    for (const text of ["+100 B", "-100 B", "+ grew", "- gone"])
      assert.ok(picture.includes(`>${text}<`), text);
    const opened = picture.match(/<[a-z]+(?![^>]*\/>)[^>]*>/g)?.length;
    assert.equal(opened, picture.match(/<\/[a-z]+>/g)?.length);
    assert.match(await formatSvg(after, after), />Both images are the same: they have the same digest\.</);
  });

  it("draws merged changes in both directions with both colours", async () => {
    const files = (bytes: number, more: number) =>
      Object.fromEntries(Array.from({ length: 2000 }, (_, n) => [`/srv/${n}`, bytes + (n % 2 ? more : 0)]));
    const picture = await formatSvg(
      sampleReport({ http: 2400, files: files(10, 8) }),
      sampleReport({ files: files(14, 0) }),
    );
    assert.match(
      picture,
      /srv &gt; 2000 smaller changes: 28\.0 kB before, 28\.0 kB after, 0 B \(\+4\.00 kB, -4\.00 kB\)/,
    );
    assert.match(picture, /<rect class="c-grew"[^>]*\/><rect class="c-shrank"/);
  });

  it("lists the other image and every change in the JSON data", () => {
    const older = sampleReport({ http: 200, musl: 500, files: { "/srv/x-1.0": 3 } });
    const report = compared(older, sampleReport({ files: { "/srv/x-1.1": 5 } }));
    assert.equal(report.before, older);
    assert.deepEqual(report.changes, [
      { name: "net/http", kind: "package", before: 200, after: 400 },
      { name: "/srv/x-1.1", kind: "file", was: "/srv/x-1.0", before: 3, after: 5 },
      { name: "musl", kind: "os package", before: 500, after: 400 },
    ]);
    assert.equal(report.unpackedSize - older.unpackedSize, 200 + 2 - 100);
  });

  it("writes a self-contained page, to which an image's names can add nothing", () => {
    const page = formatHtml(sampleReport({ name: "</script><script>alert(1)" }), { top: 20, before });
    assert.equal(page.match(/<script/g)?.length, 2);
    assert.ok(!page.includes("<img"));
    assert.match(page, /default-src &#39;none&#39;/);
    assert.ok(
      !/(src|href)=/.test(page.replace(/<script[\s\S]*?<\/script>/g, "").replace(/&lt;.*?&gt;/g, "")),
    );
  });
});
