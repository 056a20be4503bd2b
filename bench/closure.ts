// How long it takes to find and stage what a build reads: `node -r ts-node/register/transpile-only bench/closure.ts`.
// Modules of 1,000 and 10,000 files, alone and beside a folder that the service has nothing to do with.

import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { performance } from "node:perf_hooks";
import { buildClosure } from "../components/source/closure";
import { findGoService } from "../components/source/service";
import { readContext, writeContext } from "../components/context/stage";
import { WorkDirectory } from "../components/context/workDirectory";
import { Tree } from "../components/source/tree";

const filesInPackage = 10;
const context = { goarch: "amd64", cgoEnabled: false, buildTags: [], uncertain: false };

/** About 2 KB of Go, as an ordinary file has. */
function goFile(packageName: string, imports: readonly string[], salt: number): string {
  const body = Array.from(
    { length: 30 },
    (_, line) => `// Line ${line} of file ${salt} says something.\nvar v${salt}x${line} = ${salt + line}\n`,
  );
  return `package ${packageName}\n\nimport (\n\t"fmt"\n${imports.map((name) => `\t_ "${name}"\n`).join("")})\n\n${body.join("\n")}`;
}

/** A module in which each package imports a few others, so that the main package needs all. */
function makeModule(root: string, files: number): void {
  fs.mkdirSync(root, { recursive: true });
  fs.writeFileSync(path.join(root, "go.mod"), "module example.com/bench\n\ngo 1.23\n");
  const packages = files / filesInPackage;
  const name = (index: number) => `example.com/bench/internal/group${index % 20}/p${index}`;
  fs.writeFileSync(path.join(root, "main.go"), goFile("main", [name(0)], 0));
  for (let index = 0; index < packages; index++) {
    const directory = path.join(root, `internal/group${index % 20}/p${index}`);
    fs.mkdirSync(directory, { recursive: true });
    const imported = [2 * index + 1, 2 * index + 2].filter((other) => other < packages).map(name);
    for (let file = 0; file < filesInPackage; file++)
      fs.writeFileSync(path.join(directory, `f${file}.go`), goFile(`p${index}`, imported, file));
  }
}

/** 1 GB in one sparse file and 20,000 small ones. */
function addUnrelated(root: string): void {
  const assets = path.join(root, "assets");
  fs.mkdirSync(assets, { recursive: true });
  fs.writeFileSync(path.join(assets, "video.bin"), "");
  fs.truncateSync(path.join(assets, "video.bin"), 2 ** 30);
  for (let directory = 0; directory < 200; directory++) {
    fs.mkdirSync(path.join(assets, `d${directory}`));
    for (let file = 0; file < 100; file++)
      fs.writeFileSync(path.join(assets, `d${directory}/f${file}.txt`), "unrelated");
  }
}

function closureAndStaging(root: string, staged: string): number {
  const { service } = findGoService(root);
  if (!service) throw new Error("no service");
  const tree = new Tree(service.root);
  const { files } = buildClosure(tree, service, context);
  writeContext(readContext(tree, files), new WorkDirectory(staged), ".goimage/context");
  return files.length;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

function time(runs: number, work: () => void, prepare: () => void = () => undefined): number {
  return median(
    Array.from({ length: runs }, () => {
      prepare();
      const start = performance.now();
      work();
      return performance.now() - start;
    }),
  );
}

/**
 * The first run of a process, before anything is compiled just in time: what a `pulumi up` has. The time of the work
 * alone, without starting Node.
 */
function inNewProcess(root: string, staged: string): number {
  const args = ["-r", require.resolve("ts-node/register/transpile-only"), __filename, root, staged];
  return Number(execFileSync(process.execPath, args, { encoding: "utf8" }));
}

interface Result {
  cold: number;
  warm: number;
  again: number;
}

function measure(root: string, staged: string): Result {
  const remove = () => fs.rmSync(staged, { recursive: true, force: true });
  const cold: number[] = [];
  const warm: number[] = [];
  for (let run = 0; run < 3; run++) {
    remove();
    cold.push(inNewProcess(root, staged));
    for (let more = 0; more < 3; more++) warm.push(inNewProcess(root, staged));
  }
  const again = time(7, () => closureAndStaging(root, staged));
  return { cold: median(cold), warm: median(warm), again };
}

function main(): void {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "goimage-bench-"));
  try {
    const rows: string[][] = [["files", "unrelated folder", "cold", "warm", "warm, same process"]];
    const results = new Map<string, Result>();
    for (const files of [1000, 10000]) {
      const root = path.join(directory, `m${files}`);
      makeModule(root, files);
      for (const unrelated of ["no", "yes"]) {
        if (unrelated === "yes") addUnrelated(root);
        // What the disk still has to write would slow down whatever comes next.
        execFileSync("sync");
        const result = measure(root, path.join(directory, "staged"));
        results.set(`${files} ${unrelated}`, result);
        const shown = [result.cold, result.warm, result.again].map((ms) => `${ms.toFixed(0)} ms`);
        rows.push([files.toLocaleString("en"), unrelated, ...shown]);
      }
    }
    console.log(
      "Median times of closure and staging. Cold: nothing is staged. Warm: all is staged already.\n",
    );
    for (const row of rows) console.log(row.map((cell) => cell.padEnd(18)).join(" "));
    const ratio = (one: string, other: string) =>
      ((results.get(one)?.warm ?? NaN) / (results.get(other)?.warm ?? NaN)).toFixed(2);
    console.log(`\n10,000 files to 1,000, warm: ${ratio("10000 no", "1000 no")}`);
    console.log(`with the unrelated folder to without, warm: ${ratio("1000 yes", "1000 no")}`);
  } finally {
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

const [root, staged] = process.argv.slice(2);
if (root !== undefined && staged !== undefined) {
  const start = performance.now();
  closureAndStaging(root, staged);
  console.log(performance.now() - start);
} else main();
