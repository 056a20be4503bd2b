// `goimage report`: from arguments to what is written, and the exit code.
import { readFile } from "node:fs/promises";
import * as path from "node:path";
import { loadReport, type ImageReport } from "../report";
import { cleanLine, humanSize } from "../text";
import { cache } from "./cacheCommand";
import { Format, parseArguments, usage, UsageError, type ReportArguments } from "./arguments";
import { imageReference, pulumiOutputs } from "./stackOutput";
import { writeReport } from "./writeReport";

/** Runs the command; gives its exit code. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    const parsed = parseArguments(args);
    if (parsed === "help") process.stdout.write(`${usage}\n`);
    else if (parsed === "version") process.stdout.write(`${await version()}\n`);
    else if (parsed.command === "report") await report(parsed);
    else await cache(parsed);
    return 0;
  } catch (error) {
    clearProgress();
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`goimage: ${cleanLine(message, { longest: 2000 })}\n`);
    if (!(error instanceof UsageError)) return 1;
    process.stderr.write("goimage --help tells more\n");
    return 2;
  }
}

/** The package's; its file lies two directories up, as compiled and as source. */
async function version(): Promise<string> {
  const text = await readFile(path.join(__dirname, "../../package.json"), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

async function report(args: ReportArguments): Promise<void> {
  let outputs: Promise<Record<string, unknown>> | undefined;
  const readOutputs = () => (outputs ??= pulumiOutputs(args.stack, args.cwd));
  const image = await imageReference(args.image, readOutputs);
  const compare = args.compare === undefined ? undefined : await imageReference(args.compare, readOutputs);
  const after = await read(image, args);
  const before = compare === undefined ? undefined : await read(compare, args);
  const text = await render(after, before, args);
  if (args.output === undefined) process.stdout.write(text);
  else {
    writeReport(args.output, text);
    process.stderr.write(
      `${cleanLine(args.output)}: ${humanSize(Buffer.byteLength(text))} about ${cleanLine(image)}\n`,
    );
  }
}

function read(reference: string, { platform, insecure }: ReportArguments): Promise<ImageReport> {
  return loadReport()
    .readReport(reference, {
      access: { insecure },
      progress: showProgress(reference),
      platform,
    })
    .finally(clearProgress);
}

async function render(
  after: ImageReport,
  before: ImageReport | undefined,
  { format, top, output }: ReportArguments,
): Promise<string> {
  const options = { top, before };
  const { compared, formatHtml, formatMarkdown, formatSvg, formatText } = loadReport();
  switch (format) {
    case Format.Html:
      return formatHtml(after, options);
    case Format.Markdown:
      return formatMarkdown(after, options);
    case Format.Svg:
      return await formatSvg(after, before);
    case Format.Table: {
      const colours = output === undefined && process.stdout.isTTY && !process.env["NO_COLOR"];
      return formatText(after, { ...options, colours });
    }
    case Format.Json:
      return `${safeJson(before === undefined ? after : compared(before, after))}\n`;
  }
}

/** JSON whose strings steer no terminal and no CI system: what could is escaped, which is the same to a reader of JSON. */
export function safeJson(value: unknown): string {
  const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return JSON.stringify(value, undefined, 2)
    .replace(/[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g, escaped)
    .replace(/#(?=(?:vso|teamcity)?\[)/gi, escaped);
}

let progressShown = false;

/** On a terminal only: a log would fill with lines. */
function showProgress(reference: string): ((done: number, total: number) => void) | undefined {
  if (!process.stderr.isTTY) return undefined;
  let last = -1;
  return (done, total) => {
    const percent = Math.floor((100 * done) / Math.max(total, 1));
    if (percent === last) return;
    last = percent;
    progressShown = true;
    process.stderr.write(`\r\x1b[K${cleanLine(reference)}: ${percent} % of ${humanSize(total)}`);
  };
}

function clearProgress(): void {
  if (progressShown) process.stderr.write("\r\x1b[K");
  progressShown = false;
}
