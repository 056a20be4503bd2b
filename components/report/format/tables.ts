// What a report says, as tables that each format draws in its own way. Pure.
import { humanSize, signedSize } from "../../text";
import { changes, contributors, type Change } from "../contributors";
import { difference, type DifferenceNode } from "../difference";
import { SizeKind, type ImageReport } from "../model";

interface Column {
  title: string;
  /** Numbers are aligned to the right. */
  number: boolean;
}

export interface ReportTable {
  title: string;
  columns: Column[];
  rows: string[][];
  /** A note below the table, such as what was left out. */
  note?: string;
}

export interface TableOptions {
  /** The most rows of a table. */
  top: number;
  /** The report to compare with: the older image, or the larger way. */
  before?: ImageReport;
}

const text = (title: string): Column => ({ title, number: false });
const number = (title: string): Column => ({ title, number: true });

export function reportTables(report: ImageReport, { top, before }: TableOptions): ReportTable[] {
  const tables =
    before === undefined
      ? [figures(report), layers(report), madeOf(report, top), packages(report, top)]
      : [
          comparedFigures(before, report),
          ...growth(difference(before, report), top),
          layers(report),
          madeOf(report, top),
        ];
  return tables.filter(({ rows }) => rows.length > 0);
}

/** One figure of an image, as people call it. */
interface Figure {
  name: string;
  value: number;
  bytes: boolean;
}

type Measured = Pick<ImageReport, "size" | "unpackedSize" | "surface">;

function figuresOf({ size, unpackedSize, surface }: Measured): Figure[] {
  const count = (name: string, value: number): Figure => ({ name, value, bytes: false });
  return [
    { name: "to pull", value: size, bytes: true },
    { name: "on disk", value: unpackedSize, bytes: true },
    count("files", surface.files),
    count("executable files", surface.executables),
    count("setuid, setgid, capabilities", surface.setuidFiles),
    count("shells", surface.shells),
    count("OS packages", surface.osPackages),
  ];
}

function figures(report: ImageReport): ReportTable {
  const rows = figuresOf(report).map(({ name, value, bytes }) => [name, shown(value, bytes)]);
  return { title: "Figures", columns: [text(""), number("image")], rows };
}

/** The same figures of two images side by side. */
export function comparedFigures(before: Measured, after: Measured): ReportTable {
  const others = figuresOf(after);
  const rows = figuresOf(before).map(({ name, value, bytes }, n) => {
    const now = others[n]?.value ?? 0;
    const change = bytes ? signedSize(now - value) : `${now > value ? "+" : ""}${now - value}`;
    return [name, shown(value, bytes), shown(now, bytes), change, percent(value, now)];
  });
  const columns = [text(""), number("before"), number("after"), number("change"), number("")];
  return { title: "Before and after", columns, rows };
}

function layers(report: ImageReport): ReportTable {
  return {
    title: "Layers",
    columns: [text("layer"), text("made by"), number("to pull"), number("on disk")],
    rows: report.layers.map(({ createdBy = "", size, unpackedSize }, n) => [
      String(n + 1),
      createdBy.length > 60 ? `${createdBy.slice(0, 57)}...` : createdBy,
      humanSize(size),
      humanSize(unpackedSize),
    ]),
  };
}

function madeOf(report: ImageReport, top: number): ReportTable {
  const all = contributors(report.contents);
  const rows = all
    .slice(0, top)
    .map(({ name, kind, size }) => [name, kind, humanSize(size), share(size, report.unpackedSize)]);
  const rest = all.slice(top).reduce((sum, { size }) => sum + size, 0);
  if (rest > 0)
    rows.push([`${all.length - top} others`, "", humanSize(rest), share(rest, report.unpackedSize)]);
  const columns = [text("what"), text("kind"), number("on disk"), number("share")];
  return { title: "What it is made of", columns, rows, ...noProgram(report) };
}

function noProgram({ programs }: ImageReport): { note?: string } {
  if (programs.length === 0)
    return { note: "The image has no Go program, so there are no packages to list." };
  const [odd] = programs.filter((program) => program.note !== undefined);
  return odd?.note === undefined ? {} : { note: `${odd.path}: ${odd.note}` };
}

/** Packages of the program, the largest one where there are several. */
function packages({ programs }: ImageReport, top: number): ReportTable {
  const [program] = [...programs].sort((a, b) => b.size - a.size);
  const found = program?.packages ?? [];
  const rows = found
    .slice(0, top)
    .map(({ package: name, module, version, size }) => [
      name,
      module === "std" ? "standard library" : [module, version].join(" ").trim(),
      humanSize(size),
      share(size, program?.size ?? 0),
    ]);
  const rest = found.slice(top).reduce((sum, { size }) => sum + size, 0);
  if (rest > 0)
    rows.push([`${found.length - top} others`, "", humanSize(rest), share(rest, program?.size ?? 0)]);
  for (const { name, size } of program?.sections.slice(0, 5) ?? [])
    rows.push([name, "of no known package", humanSize(size), share(size, program?.size ?? 0)]);
  const title = `Go packages of ${program?.path ?? ""} (${program?.goVersion ?? ""}, ${humanSize(program?.size ?? 0)})`;
  return { title, columns: [text("package"), text("module"), number("size"), number("share")], rows };
}

function growth(tree: DifferenceNode, top: number): ReportTable[] {
  return [changed(tree, top, false), changed(tree, top, true)];
}

function changed(tree: DifferenceNode, top: number, detailed: boolean): ReportTable {
  const all = changes(tree, detailed).filter(
    ({ kind }) => !detailed || kind === SizeKind.Package || kind === SizeKind.Section,
  );
  // Those that changed most, still with the largest growth first.
  const by = ({ before: old, after: now }: Change) => Math.abs(now - old);
  const most = new Set([...all].sort((a, b) => by(b) - by(a)).slice(0, top));
  const shownRows = all.filter((each) => most.has(each));
  const rows = shownRows.map(({ name, was, kind, before: old, after: now }) => [
    was === undefined ? name : `${name} (was ${was})`,
    kind,
    humanSize(old),
    humanSize(now),
    signedSize(now - old),
  ]);
  const columns = [text("what"), text("kind"), number("before"), number("after"), number("change")];
  const left = all.length - shownRows.length;
  return {
    title: detailed ? "Go packages that changed" : "What changed",
    columns,
    rows,
    ...(left > 0 ? { note: `Smaller changes that are not listed: ${left}.` } : {}),
  };
}

function shown(value: number, bytes: boolean): string {
  return bytes ? humanSize(value) : String(value);
}

function percent(before: number, after: number): string {
  if (before === after || before === 0) return "";
  const value = (after / before - 1) * 100;
  return `${value > 0 ? "+" : ""}${value.toFixed(1)} %`;
}

function share(part: number, whole: number): string {
  return whole === 0 ? "" : `${((part / whole) * 100).toFixed(1)} %`;
}
