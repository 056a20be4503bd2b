/** What a person sees: plain lines, and on a terminal a last line that ticks. All of it goes to stderr. */

const out = process.stderr;
const colours = out.isTTY && !process.env["NO_COLOR"];

const paint = (code: number) => (text: string) => (colours ? `\u001b[${code}m${text}\u001b[0m` : text);
export const bold = paint(1);
const dim = paint(2);
export const green = paint(32);
export const yellow = paint(33);
export const red = paint(31);

const running = new Map<string, number>();
let ticker: NodeJS.Timeout | undefined;

const clearTick = () => (out.isTTY ? out.write("\r\u001b[K") : undefined);

function tick(): void {
  const text = [...running].map(([name, start]) => `${name} ${elapsed(start)}`).join(", ");
  out.write(`\r\u001b[K${dim(text.slice(0, (out.columns || 80) - 1))}`);
}

export function say(line = ""): void {
  if (running.size > 0) clearTick();
  out.write(`${line}\n`);
}

export const elapsed = (start: number): string => duration(Date.now() - start);

export function duration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)}s`;
  return `${Math.floor(seconds / 60)}m${String(Math.floor(seconds % 60)).padStart(2, "0")}s`;
}

/** How often a long piece of work says that it goes on. */
const silenceAtMost = 30_000;

/**
 * Says when a piece of work starts and ends, and each half-minute in between how far it is, in the words of `progress`.
 * `run` may return a remark for the last line.
 */
export async function task(
  name: string,
  run: () => Promise<string | void>,
  progress: () => Promise<string> = () => Promise.resolve("still at work"),
  interval = silenceAtMost,
): Promise<void> {
  const start = Date.now();
  const beat = async () => {
    const words = await progress();
    if (running.has(name)) say(`   ${name}: ${elapsed(start)}, ${words}`);
  };
  const heart = setInterval(() => void beat().catch(() => undefined), interval).unref();
  say(`=> ${name}`);
  running.set(name, start);
  if (out.isTTY) ticker ??= setInterval(tick, 200).unref();
  try {
    const remark = await run();
    running.delete(name);
    say(`=> ${name}: ${green("done")} in ${elapsed(start)}${remark ? ` (${remark})` : ""}`);
  } catch (error) {
    running.delete(name);
    say(`=> ${name}: ${red("failed")} after ${elapsed(start)}`);
    throw error;
  } finally {
    clearInterval(heart);
    if (running.size === 0) {
      clearInterval(ticker);
      ticker = undefined;
      clearTick();
    }
  }
}

/** Left-aligned columns, two spaces apart. A cell that starts with a digit in every body row is right-aligned. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? "").length)),
  );
  const numeric = widths.map((_, column) => rows.slice(1).every((row) => /^[\d.-]/.test(row[column] ?? "")));
  const line = (row: readonly string[]) =>
    row
      .map((cell, i) => (numeric[i] ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
      .join("  ");
  return rows.map((row) => line(row).trimEnd()).join("\n");
}
