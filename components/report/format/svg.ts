// A report as a picture that needs no script: for a README or a pull request.
import type { HierarchyRectangularNode } from "d3-hierarchy";
import { humanSize } from "../bytes";
import { pruned, smallerOnes, SizeKind, type ImageReport, type SizeNode } from "../model";
import { Category, categoryColours, categoryNames, categoryOf } from "./category";
import { escapeMarkup } from "./markup";

const width = 960;
const height = 480;
const headHeight = 30;
const legendHeight = 28;
const labelHeight = 16;
// Average of a sans-serif letter at 11 pixels; a text that is cut a little early does no harm.
const letterWidth = 6.4;

type Rectangle = HierarchyRectangularNode<SizeNode>;

export async function formatSvg(report: ImageReport): Promise<string> {
  const { hierarchy, treemap } = await import("d3-hierarchy");
  const mainModules = report.programs.flatMap(({ main }) => (main === undefined ? [] : [main.path]));
  const tree = hierarchy(pruned(report.contents, report.unpackedSize / 2000, smallerOnes), childrenOf)
    .sum((node) => (childrenOf(node) === undefined ? node.size : 0))
    .sort((a, b) => (b.value ?? 0) - (a.value ?? 0));
  const root = treemap<SizeNode>()
    .size([width, height])
    .paddingInner(1)
    .paddingOuter(1)
    .paddingTop((node) => (isTitled(node) ? labelHeight + 2 : 1))(tree);
  const boxes = root
    .descendants()
    .slice(1)
    .flatMap((node) => box(node, mainModules));
  const title = `${report.reference}: ${humanSize(report.size)} to pull, ${humanSize(report.unpackedSize)} on disk`;
  const total = headHeight + height + legendHeight;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${total}" width="${width}" height="${total}" role="img" aria-label="${escapeMarkup(title)}">`,
    `<style>${style()}</style>`,
    `<rect class="page" width="${width}" height="${total}"/>`,
    `<text class="title" x="4" y="20">${escapeMarkup(cut(title, width / 7.4))}</text>`,
    `<g transform="translate(0 ${headHeight})">`,
    ...boxes,
    `</g>`,
    legend(headHeight + height + 18),
    `</svg>\n`,
  ].join("\n");
}

/** Files of an OS package are for the page, where one can zoom. */
function childrenOf({ kind, children }: SizeNode): SizeNode[] | undefined {
  return kind === SizeKind.OsPackage ? undefined : children;
}

/** Layers and programs have their name above what they hold. */
function isTitled(node: Rectangle): boolean {
  const titled = node.data.kind === SizeKind.Layer || node.data.kind === SizeKind.Program;
  return titled && (node.value ?? 0) > 0;
}

function box(node: Rectangle, mainModules: readonly string[]): string[] {
  const [w, h] = [node.x1 - node.x0, node.y1 - node.y0];
  if (w < 1.5 || h < 1.5) return [];
  const titled = isTitled(node);
  const category = node
    .ancestors()
    .map(({ data }) => categoryOf(data, mainModules))
    .find(Boolean);
  const leaf = node.children === undefined;
  if (!leaf && !titled) return [];
  const name = `${node.data.name} ${humanSize(node.value ?? 0)}`;
  const label = h > labelHeight - 3 && w > 40 ? cut(name, (w - 6) / letterWidth) : "";
  const place = `x="${node.x0.toFixed(1)}" y="${node.y0.toFixed(1)}" width="${w.toFixed(1)}" height="${h.toFixed(1)}"`;
  const parts = [
    `<g><title>${escapeMarkup(`${pathOf(node)}: ${humanSize(node.value ?? 0)}`)}</title>`,
    `<rect class="${leaf ? `c-${category ?? Category.File}` : "group"}" ${place}/>`,
  ];
  if (label !== "")
    parts.push(
      `<text x="${(node.x0 + 3).toFixed(1)}" y="${(node.y0 + 12).toFixed(1)}">${escapeMarkup(label)}</text>`,
    );
  return [`${parts.join("")}</g>`];
}

function pathOf(node: Rectangle): string {
  return node
    .ancestors()
    .reverse()
    .slice(1)
    .map(({ data }) => data.name)
    .join(" > ");
}

function legend(y: number): string {
  let x = 4;
  return Object.values(Category)
    .map((category) => {
      const item = `<rect class="c-${category}" x="${x}" y="${y - 10}" width="12" height="12"/><text x="${x + 17}" y="${y}">${categoryNames[category]}</text>`;
      x += 30 + categoryNames[category].length * letterWidth;
      return item;
    })
    .join("");
}

function style(): string {
  const colours = (mode: "light" | "dark") =>
    Object.values(Category)
      .map((category) => `.c-${category}{fill:${categoryColours[category][mode]}}`)
      .join("");
  return (
    "text{font:11px system-ui,sans-serif;fill:#16202b}.title{font-size:13px;font-weight:600}" +
    `.page{fill:#fff}.group{fill:#eef1f4;stroke:#b6bec7}${colours("light")}` +
    `@media(prefers-color-scheme:dark){text{fill:#f0f3f6}.page{fill:#14191f}.group{fill:#222a33;stroke:#4a5663}${colours("dark")}}`
  );
}

function cut(text: string, letters: number): string {
  const most = Math.floor(letters);
  if (text.length <= most) return text;
  return most < 4 ? "" : `${text.slice(0, most - 1)}…`;
}
