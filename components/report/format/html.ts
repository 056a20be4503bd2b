// A report as one page that asks nothing of any network: data, style and script are in it, and its policy forbids more.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { humanSize } from "../bytes";
import { pruned, smallerOnes, type ImageReport } from "../model";
import { style } from "../page/style";
import { Category, categoryNames } from "./category";
import { escapeMarkup } from "./markup";
import { reportTables, type ReportTable, type TableOptions } from "./tables";

// Smaller parts of an image cannot be seen, but make the page long.
const smallestShare = 1 / 20_000;

export function formatHtml(report: ImageReport, options: TableOptions): string {
  const { before } = options;
  const views = [
    view(before === undefined ? "image" : "after", report),
    ...(before === undefined ? [] : [view("before", before)]),
  ];
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
<ul class="legend">${legend()}</ul>
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

function view(label: string, { contents, programs, unpackedSize }: ImageReport) {
  const mainModules = programs.flatMap(({ main }) => (main === undefined ? [] : [main.path]));
  return { label, tree: pruned(contents, unpackedSize * smallestShare, smallerOnes), mainModules };
}

function heading(report: ImageReport, before: ImageReport | undefined): string {
  const { reference, platform, digest, size, unpackedSize, surface } = report;
  const numbers: [string | number, string][] = [
    [humanSize(size), "to pull"],
    [humanSize(unpackedSize), "on disk"],
    [surface.files, "files"],
    [surface.setuidFiles, "setuid files"],
    [surface.shells, "shells"],
    [surface.osPackages, "OS packages"],
  ];
  const compared =
    before === undefined
      ? ""
      : `<p>compared with ${escapeMarkup(before.reference)} <code>${escapeMarkup(before.digest)}</code></p>`;
  return `<h1>${escapeMarkup(reference)}</h1>
<p class="soft">${escapeMarkup(platform)} <code>${escapeMarkup(digest)}</code></p>${compared}
<ul class="numbers">${numbers.map(([value, name]) => `<li><b>${value}</b>${name}</li>`).join("")}</ul>`;
}

function toolbar(views: readonly { label: string }[]): string {
  const tabs = views.map(
    ({ label }, n) => `<button type="button" data-view="${n}" aria-pressed="${n === 0}">${label}</button>`,
  );
  return `<div class="tools">
${views.length > 1 ? tabs.join("") : ""}
<input id="search" type="search" placeholder="Search modules, packages and files" aria-label="Search modules, packages and files">
<button type="button" id="theme">Light or dark</button>
</div>`;
}

function legend(): string {
  return Object.values(Category)
    .map((category) => `<li><i class="c-${category}"></i>${categoryNames[category]}</li>`)
    .join("");
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
  const own = ["treemap.js", "app.js"].map((name) => path.join(__dirname, "../page", name));
  const [d3, ...parts] = [library, ...own].map((file) => readFileSync(file, "utf8"));
  // A carriage return would be another text to the browser than the one that was hashed.
  return `${d3}\n(() => {\n${parts.join("\n")}\n})();`.replace(/\r/g, "");
}

function sourceHash(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}
