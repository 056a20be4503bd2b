import assert from "node:assert/strict";
import { formatHtml } from "../../../components/report/format/html";
import { formatMarkdown } from "../../../components/report/format/markdown";
import { formatSvg } from "../../../components/report/format/svg";
import { reportTables } from "../../../components/report/format/tables";
import { formatText, textTable } from "../../../components/report/format/text";
import { sampleReport } from "../../fixtures/sampleReport";

const before = sampleReport({ http: 200, musl: 500, name: "registry.example.com/a:0" });

describe("report/format", () => {
  it("says the same in a terminal, aligned", () => {
    const text = formatText(sampleReport(), { top: 3, colours: false });
    assert.match(text, /^registry\.example\.com\/a:1 {2}linux\/amd64 {2}sha256:abab/);
    assert.match(text, /\nGo standard library +module +700 B +48\.1 %\n/);
    assert.match(text, /\n4 others +205 B +14\.1 %\n/);
    assert.match(text, /\nnet\/http +standard library +400 B +40\.0 %\n/);
    assert.ok(!text.includes("\x1b"));
    assert.ok(formatText(sampleReport(), { top: 3, colours: true }).includes("\x1b[1mLayers\x1b[0m"));
  });

  it("does not let a name in an image steer the terminal", () => {
    const columns = [{ title: "a", number: false }];
    assert.equal(textTable({ columns, rows: [["\x1b[2J\u202e\r"]] }), "a\n\ufffd[2J\ufffd\ufffd");
  });

  it("sorts what changed by growth, and keeps what changed most", () => {
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

  it("says when there is no Go program", () => {
    const files = reportTables({ ...sampleReport(), programs: [] }, { top: 5 });
    assert.ok(files.some(({ note }) => note?.includes("There is no Go program")));
  });

  it("writes markdown whose cells stay cells", () => {
    const text = formatMarkdown(sampleReport(), { top: 20, before });
    assert.match(text, /^before: `registry\.example\.com\/a:0`/);
    assert.match(text, /\n\| Go standard library \| module \| 500 B \| 700 B \| \+200 B \|\n/);
    assert.match(text, /COPY 1 \\\| of \\\*many\\\*/);
    assert.ok(!text.includes("<img"));
  });

  it("draws a picture of well-formed markup", async () => {
    const picture = await formatSvg(sampleReport());
    assert.match(
      picture,
      /<title>binary &gt; app &gt; main &gt; Go standard library &gt; net\/http: 400 B<\/title>/,
    );
    assert.ok(!picture.includes("<img"));
    const opened = picture.match(/<[a-z]+(?![^>]*\/>)[^>]*>/g)?.length;
    assert.equal(opened, picture.match(/<\/[a-z]+>/g)?.length);
  });

  it("writes a page that holds all it needs, and nothing that an image's names could add", () => {
    const page = formatHtml(sampleReport({ name: "</script><script>alert(1)" }), { top: 20, before });
    assert.equal(page.match(/<script/g)?.length, 2);
    assert.ok(!page.includes("<img"));
    assert.match(page, /default-src &#39;none&#39;/);
    assert.ok(
      !/(src|href)=/.test(page.replace(/<script[\s\S]*?<\/script>/g, "").replace(/&lt;.*?&gt;/g, "")),
    );
  });
});
