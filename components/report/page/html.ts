// A report as one page that asks nothing of any network: data, style and script are in it, and its policy forbids more.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { humanSize } from "../../text";
import type { ImageReport, Surface } from "../model";
import { style } from "./style";
import { Category, categoryNames } from "../format/category";
import { Direction, directionNames } from "../format/direction";
import { escapeMarkup } from "../format/markup";
import { pageViews, type View } from "./views";
import { reportTables, type ReportTable, type TableOptions } from "../format/tables";

export function formatHtml(report: ImageReport, options: TableOptions): string {
  const { before } = options;
  const views = pageViews(report, before);
  const script = pageScript();
  const policy = [
    "default-src 'none'",
    `style-src ${sourceHash(style)}`,
    `script-src ${sourceHash(script)}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeMarkup(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeMarkup(report.reference)}</title>
<style>${style}</style>
</head>
<body>
<header>${heading(report, before)}</header>
<main>
${toolbar(views)}
<ol id="path" aria-label="Where you are"></ol>
<div id="map" role="group" tabindex="-1" aria-label="Treemap: arrow keys move, Enter opens, Escape goes back"></div>
${views[0]?.nothing === undefined ? "" : `<p id="nothing" class="nothing">${escapeMarkup(views[0].nothing)}</p>`}
${legends(views)}
<p id="found" role="status"></p>
<ul id="results"></ul>
<div id="hint" role="tooltip" hidden></div>
${reportTables(report, options).map(htmlTable).join("\n")}
</main>
<script type="application/json" id="data">${scriptData({ views })}</script>
<script>${script}</script>
</body>
</html>
`;
}

function heading(report: ImageReport, before: ImageReport | undefined): string {
  const { platform, digest } = report;
  const compared =
    before === undefined
      ? ""
      : `<p class="soft">compared with ${reference(before)} <code>${escapeMarkup(before.digest)}</code></p>`;
  const figure = (name: string, value: (image: ImageReport) => number, show: (value: number) => string) => {
    const change = before === undefined ? 0 : value(report) - value(before);
    const changed = change === 0 ? "" : ` <small>${change > 0 ? "+" : ""}${show(change)}</small>`;
    return `<li><b>${show(value(report))}</b>${name}${changed}</li>`;
  };
  const bytes = (name: string, field: "size" | "unpackedSize") =>
    figure(name, (image) => image[field], humanSize);
  const count = (name: string, field: keyof Surface) => figure(name, ({ surface }) => surface[field], String);
  const figures = [
    bytes("to pull", "size"),
    bytes("on disk", "unpackedSize"),
    count("files", "files"),
    count("setuid or capable files", "setuidFiles"),
    count("shells", "shells"),
    count("OS packages", "osPackages"),
  ];
  return `<h1>${reference(report)}</h1>
<p class="soft">${escapeMarkup(platform)} <code>${escapeMarkup(digest)}</code></p>${compared}
<ul class="numbers">${figures.join("")}</ul>`;
}

/** May be broken after a slash. */
function reference(image: ImageReport): string {
  return escapeMarkup(image.reference).replace(/\//g, "/<wbr>");
}

function toolbar(views: readonly { label: string }[]): string {
  const tabs = views.map(
    ({ label }, n) => `<button type="button" data-view="${n}" aria-pressed="${n === 0}">${label}</button>`,
  );
  return `<div class="tools">
${views.length > 1 ? `<div class="tabs" role="group" aria-label="Picture of">${tabs.join("")}</div>` : ""}
<input id="search" type="search" placeholder="Search" aria-label="Search modules, packages and files">
<button type="button" id="theme">Light or dark</button>
</div>`;
}

function legends(views: readonly View[]): string {
  const item = (className: string, text: string) => `<li><i class="c-${className}"></i>${text}</li>`;
  const texts: Record<View["look"], string[]> = {
    image: Object.values(Category).map((each) => item(each, categoryNames[each])),
    difference: [
      ...Object.values(Direction).map((each) => item(each, directionNames[each])),
      item("both", "both"),
      "<li>area: bytes that came or went</li>",
    ],
  };
  return [...new Set(views.map(({ look }) => look))]
    .map(
      (look, n) =>
        `<ul class="legend" data-look="${look}"${n > 0 ? " hidden" : ""}>${texts[look].join("")}</ul>`,
    )
    .join("\n");
}

function htmlTable({ title, columns, rows, note }: ReportTable): string {
  const cell = (tag: string, text: string, n: number) =>
    `<${tag}${columns[n]?.number ? ' class="n"' : ""}>${escapeMarkup(text)}</${tag}>`;
  const head = columns.map((column, n) => cell("th", column.title, n)).join("");
  const body = rows.map((row) => `<tr>${row.map((text, n) => cell("td", text, n)).join("")}</tr>`).join("\n");
  const below = note === undefined ? "" : `<p class="soft">${escapeMarkup(note)}</p>`;
  return `<div class="scroll"><table><caption>${escapeMarkup(title)}</caption>
<thead><tr>${head}</tr></thead>
<tbody>
${body}
</tbody></table></div>${below}`;
}

/** JSON in a script element: nothing in it can end the element. */
function scriptData(value: unknown): string {
  return JSON.stringify(value).replace(/</g, "\\u003c");
}

function pageScript(): string {
  const library = path.resolve(path.dirname(require.resolve("d3-hierarchy")), "../dist/d3-hierarchy.min.js");
  const own = ["treemap.js", "app.js"].map((name) => path.join(__dirname, name));
  const [d3, ...parts] = [library, ...own].map((file) => readFileSync(file, "utf8"));
  // A carriage return would be another text to the browser than the one that was hashed.
  return `${d3}\n(() => {\n${parts.join("\n")}\n})();`.replace(/\r/g, "");
}

function sourceHash(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}
