// The command line, read and checked. Pure.
import * as path from "node:path";
import { parseArgs } from "node:util";
import { knownPlatforms } from "../inputs";

export const Format = {
  Html: "html",
  Table: "table",
  Json: "json",
  Svg: "svg",
  Markdown: "markdown",
} as const;
export type Format = (typeof Format)[keyof typeof Format];

export const usage = `usage: goimage report IMAGE [options]

Tells what makes an image as big as it is: its layers, files, packages of the operating system, and the Go modules and
packages in its programs. Reads from the registry; needs no Docker Engine and no Go.

IMAGE is a reference with a slash in it, such as registry.example.com/team/api:v1 or ...@sha256:..., else the name of an
output of the current Pulumi stack, such as ref or simple.ref.

  --compare IMAGE    the image to compare with: what changed since then
  --format FORMAT    html (a page with a picture), table, json, svg, markdown; default: html, or as --output ends
  --output FILE      where to write; default: goimage-report.html for html, else standard output, which is -
  --platform NAME    which image of an index, such as linux/arm64
  --top NUMBER       rows of a table at most; default: 20
  --stack NAME       Pulumi stack to take outputs from; default: the selected one
  --cwd DIRECTORY    directory of the Pulumi project; default: this one
  --insecure         accept plain http and unverified certificates from the registry
  --help             print this

Credentials are those of docker login. Exit codes: 0 done, 1 failed, 2 wrong usage.`;

/** The command line is not as the usage has it. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export interface ReportArguments {
  image: string;
  compare?: string;
  format: Format;
  /** Undefined: standard output. */
  output?: string;
  platform?: string;
  top: number;
  stack?: string;
  cwd?: string;
  insecure: boolean;
}

const string = { type: "string" } as const;
const options = {
  compare: string,
  format: string,
  output: string,
  platform: string,
  top: string,
  stack: string,
  cwd: string,
  insecure: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;
const formats: readonly string[] = Object.values(Format);
const endings: Readonly<Record<string, Format>> = {
  ".html": Format.Html,
  ".htm": Format.Html,
  ".txt": Format.Table,
  ".json": Format.Json,
  ".svg": Format.Svg,
  ".md": Format.Markdown,
};

/** Undefined where help was asked for. */
export function parseArguments(args: readonly string[]): ReportArguments | undefined {
  const { values, positionals } = parse(args);
  if (values.help || (args.length === 1 && args[0] === "help")) return undefined;
  const [command, image, ...rest] = positionals;
  if (command !== "report")
    throw new UsageError(command ? `there is no command ${command}` : "there is no command");
  if (image === undefined || image === "") throw new UsageError("report wants an image");
  if (rest.length > 0) throw new UsageError(`report wants one image; there is also ${rest.join(" ")}`);
  const { compare, output, platform, stack, cwd, insecure = false } = values;
  if (platform !== undefined && !knownPlatforms.includes(platform))
    throw new UsageError(`--platform is ${platform}; known are ${knownPlatforms.join(", ")}`);
  const format = formatOf(values.format, output);
  const place = output ?? (format === Format.Html ? "goimage-report.html" : "-");
  return {
    image,
    format,
    top: topOf(values.top),
    insecure,
    ...(place === "-" ? {} : { output: place }),
    compare,
    platform,
    stack,
    cwd,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function formatOf(format: string | undefined, output: string | undefined): Format {
  if (format === undefined) return endings[path.extname(output ?? "").toLowerCase()] ?? Format.Html;
  if (formats.includes(format)) return format as Format;
  throw new UsageError(`--format is ${format}; it can be ${formats.join(", ")}`);
}

function topOf(text = "20"): number {
  const top = Number(text);
  if (Number.isSafeInteger(top) && top > 0) return top;
  throw new UsageError(`--top is ${text}; it must be a whole number from 1 on`);
}
