// A report for a terminal.
import { inert } from "../../text";
import type { ImageReport } from "../model";
import { reportTables, type ReportTable, type TableOptions } from "./tables";

interface TextOptions extends TableOptions {
  /** With the terminal's colours. */
  colours: boolean;
}

export function formatText(report: ImageReport, options: TextOptions): string {
  const bold = (text: string) => (options.colours ? `\x1b[1m${text}\x1b[0m` : text);
  const { before } = options;
  const head = [before, report].flatMap((each) =>
    each === undefined ? [] : [`${bold(printable(each.reference))}  ${each.platform}  ${each.digest}`],
  );
  const tables = reportTables(report, options).map((table) =>
    [
      bold(printable(table.title)),
      textTable(table),
      ...(table.note === undefined ? [] : [printable(table.note)]),
    ].join("\n"),
  );
  return `${[head.join("\n"), ...tables].join("\n\n")}\n`;
}

/** Columns of equal width; numbers to the right. */
export function textTable({ columns, rows }: Pick<ReportTable, "columns" | "rows">): string {
  const titles = columns.map(({ title }) => title);
  const all = [...(titles.some((title) => title !== "") ? [titles] : []), ...rows].map((row) =>
    row.map(printable),
  );
  const widths = columns.map((_, n) => Math.max(...all.map((row) => [...(row[n] ?? "")].length)));
  return all
    .map((row) =>
      row
        .map((cell, n) => {
          const padding = " ".repeat((widths[n] ?? 0) - [...cell].length);
          return columns[n]?.number ? padding + cell : cell + padding;
        })
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** Names in an image are anybody's: neither a terminal nor a CI system that reads the output must obey them. */
export function printable(text: string): string {
  return inert(text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "\ufffd"));
}
