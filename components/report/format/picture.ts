// A tree as a picture that needs no script: for a README or a pull request.
import type { HierarchyRectangularNode } from "d3-hierarchy";
import { escapeMarkup } from "./markup";

const width = 960;
const height = 480;
const headHeight = 30;
const legendHeight = 28;
const labelHeight = 16;
// Average of a sans-serif letter at 11 pixels; a text that is cut a little early does no harm.
const letterWidth = 6.4;

interface Part<T> {
  name: string;
  size: number;
  children?: T[];
}

type Box<T> = HierarchyRectangularNode<T>;

/** How a tree is drawn: an image, or a difference of two. */
interface Look<T> {
  title: string;
  /** The text in place of an empty picture. */
  nothing: string;
  /** The parts that are drawn inside of a part. */
  parts: (node: T) => T[] | undefined;
  /** Has its name above what it holds, if there is room for that. */
  isTitled: (node: T) => boolean;
  amount: (node: Box<T>) => string;
  /** A sign in place of the amount where there is no room for it. */
  mark: (node: Box<T>) => string;
  hint: (node: Box<T>) => string;
  /** Colours by name; of two, the first one takes its share of the width. */
  fill: (node: Box<T>) => [string] | [string, string, number];
  legend: readonly (readonly [colour: string, text: string])[];
  colours: Readonly<Record<string, { light: string; dark: string }>>;
}

export async function drawing<T extends Part<T>>(tree: T, look: Look<T>): Promise<string> {
  const { hierarchy, treemap } = await import("d3-hierarchy");
  const sized = hierarchy(tree, look.parts)
    .sum((node) => (look.parts(node) === undefined ? node.size : 0))
    .sort((a, b) => (b.value ?? 0) - (a.value ?? 0));
  const root = treemap<T>()
    .size([width, height])
    .paddingInner(1)
    .paddingOuter(1)
    .paddingTop((node) => (hasTitle(node, look) ? labelHeight + 2 : 1))(sized);
  const boxes = root
    .descendants()
    .slice(1)
    .flatMap((node) => box(node, look));
  const total = headHeight + height + legendHeight;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${total}" width="${width}" height="${total}" role="img" aria-label="${escapeMarkup(look.title)}">`,
    `<style>${style(look)}</style>`,
    `<rect class="page" width="${width}" height="${total}"/>`,
    `<text class="title" x="4" y="20">${escapeMarkup(cut(look.title, width / 7.4))}</text>`,
    `<g transform="translate(0 ${headHeight})">`,
    ...(boxes.length > 0
      ? boxes
      : [`<text class="title" x="4" y="${height / 2}">${escapeMarkup(look.nothing)}</text>`]),
    `</g>`,
    legend(look, headHeight + height + 18),
    `</svg>\n`,
  ].join("\n");
}

function hasTitle<T>(node: Box<T>, { isTitled }: Look<T>): boolean {
  const roomy = node.x1 - node.x0 > 40 && node.y1 - node.y0 > 2 * labelHeight;
  return (
    node.depth > 0 && roomy && node.children !== undefined && (node.value ?? 0) > 0 && isTitled(node.data)
  );
}

function box<T extends Part<T>>(node: Box<T>, look: Look<T>): string[] {
  const [w, h] = [node.x1 - node.x0, node.y1 - node.y0];
  if (w < 1.5 || h < 1.5) return [];
  const leaf = node.children === undefined;
  if (!leaf && !hasTitle(node, look)) return [];
  const rectangle = (colour: string, x: number, across: number) =>
    `<rect class="${colour}" x="${x.toFixed(1)}" y="${node.y0.toFixed(1)}" width="${across.toFixed(1)}" height="${h.toFixed(1)}"/>`;
  const [first, second, share = 1] = leaf ? look.fill(node) : ["group" as const];
  const parts = [
    `<g><title>${escapeMarkup(`${pathOf(node)}: ${look.hint(node)}`)}</title>`,
    rectangle(leaf ? `c-${first}` : first, node.x0, w * share),
  ];
  if (second !== undefined) parts.push(rectangle(`c-${second}`, node.x0 + w * share, w * (1 - share)));
  const lines = labelOf(node.data.name, look.amount(node), look.mark(node), w - 6, h, leaf);
  lines.forEach((text, n) => {
    const place = `x="${(node.x0 + 3).toFixed(1)}" y="${(node.y0 + 12 + 14 * n).toFixed(1)}"`;
    parts.push(`<text ${place}>${escapeMarkup(text)}</text>`);
  });
  return [`${parts.join("")}</g>`];
}

/** The name and its amount, below it where there is room; an amount is never cut. */
function labelOf(name: string, amount: string, mark: string, w: number, h: number, leaf: boolean): string[] {
  const letters = Math.floor(w / letterWidth);
  if (h < labelHeight - 3 || w < 8) return [];
  if (leaf && h > 2 * labelHeight && amount.length <= letters && letters > 6)
    return [shortName(name, letters), amount];
  const forName = letters - amount.length - 1;
  if (forName >= Math.min(name.length, 8)) return [`${shortName(name, forName)} ${amount}`];
  const left = letters - (mark === "" ? 0 : 2);
  return [`${mark} ${left < 4 ? "" : shortName(name, left)}`.trim()].filter(Boolean);
}

/** A path without its first steps, as the last ones say more: "…/client_golang", "…/chi/v5". */
function shortName(name: string, letters: number): string {
  if (name.length <= letters || /\s/.test(name)) return cut(name, letters);
  const steps = name.split(/\/(?!v\d+$)/);
  const last = steps.map((_, n) => `…/${steps.slice(n + 1).join("/")}`).slice(0, -1);
  return last.find((text) => text.length <= letters) ?? cut(steps.at(-1) ?? "", letters);
}

function pathOf<T extends Part<T>>(node: Box<T>): string {
  return node
    .ancestors()
    .reverse()
    .slice(1)
    .map(({ data }) => data.name)
    .join(" > ");
}

function legend<T>(look: Look<T>, y: number): string {
  let x = 4;
  return look.legend
    .map(([colour, text]) => {
      const item = `<rect class="c-${colour}" x="${x}" y="${y - 10}" width="12" height="12"/><text x="${x + 17}" y="${y}">${escapeMarkup(text)}</text>`;
      x += 30 + text.length * letterWidth;
      return item;
    })
    .join("");
}

function style<T>(look: Look<T>): string {
  const colours = (mode: "light" | "dark") =>
    Object.entries(look.colours)
      .map(([name, colour]) => `.c-${name}{fill:${colour[mode]}}`)
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
