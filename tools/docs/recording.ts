// Writes docs/up.svg: what `pulumi up` prints after an edit, as it appeared, in the colours that it has on a terminal. Run it with
// the environment of the tests (npm run recording does), so that the images go to the registry of the set-up.

import { type SpawnOptions, spawn } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { ensureBuilt } from "../build";
import { runCommand } from "../setup/command";
import { ensureToolchain } from "../setup/index";
import { layout } from "../setup/paths";

const root = path.resolve(__dirname, "../..");
const shownRepository = "registry.example.com/team/api";

interface Line {
  /** Seconds after the start. */
  at: number;
  text: string;
}

const program = (repository: string) => `
import { GoMultiStageImage } from "goimage";
const api = new GoMultiStageImage("api", { source: "../api", repository: ${JSON.stringify(repository)} });
export const ref = api.ref;
export const size = api.size;
`;

/** A Pulumi project beside a Go module, as in the README. */
function project(directory: string, repository: string): string {
  rmSync(directory, { recursive: true, force: true });
  cpSync(path.join(root, "examples/quickstart/service"), path.join(directory, "api"), { recursive: true });
  const infra = path.join(directory, "infra");
  mkdirSync(path.join(infra, "node_modules/goimage"), { recursive: true });
  for (const part of ["dist", "package.json"])
    symlinkSync(path.join(root, part), path.join(infra, "node_modules/goimage", part));
  symlinkSync(path.join(root, "node_modules/@pulumi"), path.join(infra, "node_modules/@pulumi"));
  writeFileSync(path.join(infra, "Pulumi.yaml"), "name: infra\nruntime: nodejs\nmain: index.ts\n");
  writeFileSync(path.join(infra, "package.json"), "{}\n");
  writeFileSync(path.join(infra, "index.ts"), program(repository));
  return infra;
}

/** Runs pulumi to its end; its lines with their times. */
function pulumi(args: readonly string[], options: SpawnOptions): Promise<Line[]> {
  return new Promise((resolve, reject) => {
    const start = Date.now();
    const lines: Line[] = [];
    let rest = "";
    const child = spawn("pulumi", args, { ...options, stdio: ["ignore", "pipe", "inherit"] });
    child.stdout?.on("data", (chunk: Buffer) => {
      const parts = (rest + chunk.toString()).split("\n");
      rest = parts.pop() ?? "";
      lines.push(...parts.map((text) => ({ at: (Date.now() - start) / 1000, text })));
    });
    child.on("error", reject);
    child.on("close", (code) =>
      code === 0 ? resolve(lines) : reject(new Error(lines.map(({ text }) => text).join("\n"))),
    );
  });
}

const columns = 124;
/** Seconds: nobody wants to watch a machine wait. */
const longestPause = 1;
const lineHeight = 18;
const charWidth = 7.8;
/** Numbers of a terminal's colours. */
const colours: Record<string, string> = {
  1: "red",
  2: "green",
  3: "yellow",
  4: "blue",
  5: "magenta",
  6: "cyan",
};

const escaped = (text: string) =>
  text.replace(/[&<>]/g, (character) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[character] ?? "");

// eslint-disable-next-line no-control-regex -- this is the character with which a terminal's colours begin
const sequence = /(\u001b\[[\d;]*m)/;

/** A line with the sequences of a terminal as spans. */
function spans(line: string): string {
  let classes: string[] = [];
  let left = columns;
  return line
    .split(sequence)
    .map((part) => {
      const codes = sequence.test(part) ? part.slice(2, -1).split(";") : undefined;
      if (codes === undefined) {
        const shown = part.slice(0, left);
        left -= shown.length;
        return shown === "" ? "" : `<tspan class="${classes.join(" ")}">${escaped(shown)}</tspan>`;
      }
      // One of the 16 colours, in the short form or in that of 256 colours.
      const colour = colours[codes[0] === "38" ? (codes[2] ?? "") : (codes[0] ?? "").replace(/^[39]/, "")];
      if (codes[0] === "" || codes[0] === "0") classes = [];
      else if (codes[0] === "1") classes.push("bold");
      else if (colour !== undefined) classes.push(colour);
      return "";
    })
    .join("");
}

function svg(lines: readonly Line[]): string {
  const height = (lines.length + 2) * lineHeight;
  const width = Math.round((columns + 4) * charWidth);
  let last = 0;
  let time = 0;
  const body = lines.map(({ at, text }, n) => {
    time += Math.min(at - last, longestPause);
    last = at;
    const y = (n + 1.5) * lineHeight;
    return `<text x="16" y="${y}" style="animation-delay:${time.toFixed(1)}s" xml:space="preserve">${spans(text)}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="Output of pulumi up after an edit">
<style>
rect { fill: #f6f8fa }
text { font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; fill: #24292f; opacity: 0; animation: appear 0s forwards }
@keyframes appear { to { opacity: 1 } }
@media (prefers-reduced-motion) { text { opacity: 1; animation: none } }
.bold { font-weight: 600 } .red { fill: #b42318 } .green { fill: #116329 } .yellow { fill: #7a4d00 }
.blue { fill: #0550ae } .magenta { fill: #7f3fbf } .cyan { fill: #0b6772 }
@media (prefers-color-scheme: dark) {
rect { fill: #161b22 } text { fill: #e6edf3 }
.red { fill: #ff9b91 } .green { fill: #6fdd8b } .yellow { fill: #e3b341 } .blue { fill: #79c0ff } .magenta { fill: #d2a8ff } .cyan { fill: #76e3ea }
}
</style>
<rect width="100%" height="100%" rx="8"/>
${body.join("\n")}
</svg>
`;
}

/** A line for the README's reader: another registry, and digests cut. Pulumi marks what changed inside a digest, so a line with one loses its colours. */
function asShown(line: string, repository: string): string {
  const plain = line.replace(new RegExp(sequence, "g"), "");
  const text = /sha256:[0-9a-f]{64}/.test(plain) ? plain : line;
  return text.replaceAll(repository, shownRepository).replace(/(sha256:[0-9a-f]{8})[0-9a-f]{56}/g, "$1...");
}

/** On a terminal the rows of a step's progress are replaced by the next. */
function isLasting({ text }: Line): boolean {
  return !/(?:updating|creating|View Live|@ )/.test(text);
}

async function main(): Promise<number> {
  const toolchain = await ensureToolchain();
  await ensureBuilt();
  const repository = `${toolchain.registry}/recording/api`;
  const directory = path.join(layout().home, "recording");
  const infra = project(directory, repository);
  const state = path.join(directory, "state");
  mkdirSync(state);
  const env = { ...toolchain.env, PULUMI_BACKEND_URL: `file://${state}`, PULUMI_CONFIG_PASSPHRASE: "" };
  const options = { cwd: infra, env };
  const up = ["up", "--yes", "--skip-preview", "--non-interactive", "--color=always", "--stack=prod"];
  await pulumi(["stack", "init", "prod"], options);
  await pulumi(up, options);
  const greeting = path.join(directory, "api/internal/greeting/greeting.go");
  writeFileSync(greeting, readFileSync(greeting, "utf8").replace("Hello", "Good day"));
  const printed = await pulumi(up, options);
  await pulumi(["destroy", "--yes", "--skip-preview", "--stack=prod"], options);
  const shown = printed.map(({ at, text }) => ({ at, text: asShown(text, repository) })).filter(isLasting);
  writeFileSync(path.join(root, "docs/up.svg"), svg([{ at: 0, text: "$ pulumi up" }, ...shown]));
  return 0;
}

void runCommand("usage: npm run recording", main).then((code) => (process.exitCode = code));
