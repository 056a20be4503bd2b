// The command line, read and checked. Pure.
import * as path from "node:path";
import { parseArgs } from "node:util";
import { knownPlatforms } from "../goSyntax";
import { parseRepository, pushTargetProblem, type Repository } from "../name";

export const Format = {
  Html: "html",
  Table: "table",
  Json: "json",
  Svg: "svg",
  Markdown: "markdown",
} as const;
export type Format = (typeof Format)[keyof typeof Format];

export const usage = `usage: goimage report IMAGE [options]
       goimage cache ls REPOSITORY [--insecure]
       goimage cache prune REPOSITORY --keep NUMBER [--yes] [--insecure]

report: Shows what makes an image big: its layers, files and OS packages, and the Go modules and packages in its programs.
Reads from the registry; needs neither Docker nor Go.

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
  --version          print goimage's version

cache: Lists the seeds that images with the input cache start from, or removes old ones. REPOSITORY is that of the seeds, such
as registry.example.com/team/seeds. What is no seed is not touched.

  --keep NUMBER      how many seeds of each module, Go image and platform stay, besides the newest
  --yes              remove them; without it, only show which ones would go
  --insecure         as above

Credentials are those of docker login. Exit codes: 0 done, 1 failed, 2 wrong usage.`;

/** The command line is not as the usage has it. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export interface ReportArguments {
  command: "report";
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

export interface CacheArguments {
  command: "ls" | "prune";
  repository: Repository;
  /** Of prune. */
  keep: number;
  /** Whether to remove, and not only to show. */
  remove: boolean;
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
  keep: string,
  yes: { type: "boolean" },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean" },
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

/** "help" or "version" where that was asked for. */
export function parseArguments(
  args: readonly string[],
): ReportArguments | CacheArguments | "help" | "version" {
  const { values, positionals } = parse(args);
  if (values.help || (args.length === 1 && args[0] === "help")) return "help";
  if (values.version) return "version";
  const [command, ...operands] = positionals;
  if (command === "report") return reportArguments(values, operands);
  if (command === "cache") return cacheArguments(values, operands);
  throw new UsageError(command ? `there is no command ${command}` : "there is no command");
}

type Values = ReturnType<typeof parse>["values"];

function cacheArguments(values: Values, [action, name, ...rest]: readonly string[]): CacheArguments {
  if (action !== "ls" && action !== "prune")
    throw new UsageError(
      `cache has the commands ls and prune${action === undefined ? "" : `, and no ${action}`}`,
    );
  refuseOthers(values, `cache ${action}`, ["insecure", ...(action === "prune" ? ["keep", "yes"] : [])]);
  if (name === undefined || rest.length > 0)
    throw new UsageError(`cache ${action} takes one repository, such as registry.example.com/team/seeds`);
  const problem = pushTargetProblem(name);
  if (problem !== undefined) throw new UsageError(`the repository ${name} ${problem}`);
  if (action === "prune" && values.keep === undefined)
    throw new UsageError("cache prune needs --keep NUMBER: how many seeds of each kind stay");
  return {
    command: action,
    repository: parseRepository(name),
    keep: wholeNumber("--keep", values.keep ?? "0", 0),
    remove: values.yes ?? false,
    insecure: values.insecure ?? false,
  };
}

/** An option of another command would be ignored. */
function refuseOthers(values: Values, command: string, known: readonly string[]): void {
  const other = Object.keys(values).find((name) => !known.includes(name));
  if (other !== undefined) throw new UsageError(`${command} has no option --${other}`);
}

function reportArguments(values: Values, [image, ...rest]: readonly string[]): ReportArguments {
  const others = ["keep", "yes"];
  refuseOthers(
    values,
    "report",
    Object.keys(options).filter((name) => !others.includes(name)),
  );
  if (image === undefined || image === "")
    throw new UsageError("report needs an image, such as registry.example.com/team/api:v1");
  if (rest.length > 0) throw new UsageError(`report takes one image; it also got ${rest.join(" ")}`);
  const { compare, output, platform, stack, cwd, insecure = false } = values;
  if (platform !== undefined && !knownPlatforms.includes(platform))
    throw new UsageError(`--platform is ${platform}; known are ${knownPlatforms.join(", ")}`);
  const format = formatOf(values.format, output);
  const place = output ?? (format === Format.Html ? "goimage-report.html" : "-");
  return {
    command: "report",
    image,
    format,
    top: wholeNumber("--top", values.top ?? "20", 1),
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

function wholeNumber(option: string, text: string, least: number): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(number) && number >= least) return number;
  throw new UsageError(`${option} is ${text}; it must be a whole number, ${least} or more`);
}
