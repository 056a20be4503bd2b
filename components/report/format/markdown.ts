// A report for a pull request.
import type { ImageReport } from "../model";
import { reportTables, type ReportTable, type TableOptions } from "./tables";
import { printable } from "./text";

export function formatMarkdown(report: ImageReport, options: TableOptions): string {
  const { before } = options;
  const line = ({ reference, platform, digest }: ImageReport) =>
    `${code(reference)} ${escaped(platform)} ${code(digest)}`;
  const head = before === undefined ? line(report) : `before: ${line(before)}\\\nafter: ${line(report)}`;
  const [first, ...others] = reportTables(report, options);
  const shown = first === undefined ? [] : [markdownTable(first)];
  // What a reviewer wants to see is there at once; the rest is one click away.
  const growth = before === undefined ? [] : others.slice(0, 1);
  shown.push(...growth.map((table) => `**${escaped(table.title)}**\n\n${markdownTable(table)}`));
  const rest = others.slice(growth.length);
  const folded = rest.map(
    (table) => `<details><summary>${escaped(table.title)}</summary>\n\n${markdownTable(table)}\n\n</details>`,
  );
  return `${[head, ...shown, ...folded].join("\n\n")}\n`;
}

function markdownTable({ columns, rows, note }: Pick<ReportTable, "columns" | "rows" | "note">): string {
  const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const lines = [
    row(columns.map(({ title }) => escaped(title))),
    row(columns.map(({ number }) => (number ? "---:" : "---"))),
    ...rows.map((cells) => row(cells.map(escaped))),
  ];
  return [lines.join("\n"), ...(note === undefined ? [] : [escaped(note)])].join("\n\n");
}

/** Text that stays text, in a table too. */
function escaped(text: string): string {
  return printable(text)
    .replace(/[\\`*_[\]|~#@]/g, "\\$&")
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;");
}

function code(text: string): string {
  return `\`${printable(text).replace(/`/g, "'")}\``;
}
