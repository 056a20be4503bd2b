/** Medians as horizontal bars, one group for each timed case; the line through a bar is its range. Pure. */
import type { Comparison, Result } from "./model";
import { casesOf, shown } from "./report";
import { median, type Results } from "./stats";

const width = 960;
const labels = 330;
const bars = 500;
const line = 20;

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

function colour(side: string): string {
  if (side.startsWith("goimage")) return "#00a38d";
  if (side.startsWith("empty") || side.startsWith("limit") || side === "go build") return "#b4bcc4";
  if (side.startsWith("ko")) return "#6a8fd8";
  return side.startsWith("original") ? "#d98568" : "#e3b34f";
}

function text(x: number, y: number, content: string, more = ""): string {
  return `<text x="${x}" y="${y}"${more}>${escaped(content)}</text>`;
}

/** The bars of one case, from `top` on. The longest fills the width. */
function group(title: string, sides: readonly Result[], top: number): string[] {
  const largest = Math.max(...sides.flatMap(({ values }) => values));
  const scale = (value: number) => Math.max(1, (value / largest) * bars).toFixed(1);
  return [
    text(0, top + 14, title, ' font-weight="600"'),
    ...sides.flatMap(({ side, unit, values }, index) => {
      const y = top + (index + 1) * line;
      const middle = y + line / 2;
      const x = (value: number) => (labels + Number(scale(value))).toFixed(1);
      const end = x(Math.max(...values));
      return [
        text(labels - 8, y + 14, side, ' text-anchor="end"'),
        `<rect x="${labels}" y="${y + 3}" width="${scale(median(values))}" height="${line - 6}" fill="${colour(side)}"/>`,
        `<path d="M${x(Math.min(...values))} ${middle}H${end}" stroke="#333"/>`,
        text(Number(end) + 6, y + 14, shown(median(values), unit)),
      ];
    }),
  ];
}

/** What a reader in a hurry looks at: cases of comparisons, by the names of both. */
export const headline = (comparison: string, name: string): boolean =>
  [
    ["noop", "no-op up"],
    ["edit", "one line edited"],
    ["unrelated", "README edited"],
    ["cold", "quickstart"],
    ["runner-telemetry", "telemetry, 100 MB/s"],
    ["runner-telemetry", "telemetry, 20 MB/s"],
  ].some(([first, second]) => comparison === first && name === second);

export function chart(
  comparisons: readonly Comparison[],
  results: Results,
  isWanted: (comparison: string, name: string) => boolean = () => true,
): string {
  const body: string[] = [];
  let top = 8;
  for (const { name } of comparisons)
    for (const sides of casesOf(results, name)) {
      const [first] = sides;
      if (!first || first.unit !== "s" || !isWanted(name, first.case)) continue;
      body.push(...group(`${name}: ${first.case}`, sides, top));
      top += (sides.length + 2) * line;
    }
  const font = 'font-family="system-ui, sans-serif" font-size="12" fill="#222"';
  const background = `<rect width="${width}" height="${top}" fill="#fff"/>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${top}" width="${width}" height="${top}" ${font}>\n${[background, ...body].join("\n")}\n</svg>\n`;
}
