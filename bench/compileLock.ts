// Eleven small services, each with one line edited, beside a large one that has just begun to fill the same cache of compiled packages:
//   eval "$(node tools/run.mjs setup --env)"; node -r ts-node/register/transpile-only bench/compileLock.ts
// With the lock of the compile step as it was (all wait until the first is done) and as it is. The Dockerfiles are goimage's own, on the
// real builder, without Pulumi and without a push. `--cold` leaves the large one out and starts with an empty cache: what the lock is for.

import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { render } from "../components/dockerfile";
import { turn } from "../components/dockerfile/steps/compileLock";
import { specOf } from "../components/inputs";
import { resolveService } from "../components/source";
import type { Lab } from "./lab";
import { telemetry, workspace } from "./workloads";

const builder = process.env["GOIMAGE_BUILDER"] ?? "goimage";
const small = workspace(12);
const isCold = process.argv.includes("--cold");

const variants = {
  before: turn.replace(/\[ .* \] \|\| /, ""),
  now: turn,
  "no lock": "true",
};
if (variants.before !== "flock -n 9 || flock -s 9")
  throw new Error("the lock of the compile step has another form");

/** One build; resolves at its end, and calls `compiling` when the compile step begins. */
function build(source: string, namespace: string, variant: string, compiling = () => {}): Promise<void> {
  const spec = specOf("GoMultiStageImage", { source, repository: "r.example/x" }, []);
  const { service, problems } = resolveService(spec, []);
  if (service === undefined || problems.length > 0) throw new Error(JSON.stringify(problems));
  const { text } = render({ spec, service, golangImage: "golang:1.23", cacheNamespace: namespace });
  if (!text.includes(`{ ${turn}; }`)) throw new Error("the compile step has no lock");
  const dockerfile = path.join(os.tmpdir(), `lock-${randomBytes(6).toString("hex")}.Dockerfile`);
  fs.writeFileSync(
    dockerfile,
    text.replace(turn, () => variant),
  );
  const args = ["build", "--builder", builder, "--progress=plain", "-f", dockerfile, service.root];
  const child = spawn("docker-buildx", args, { stdio: ["ignore", "ignore", "pipe"] });
  let output = "";
  return new Promise((resolve, reject) => {
    child.stderr.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      if (/\] RUN .* go build /.test(output)) compiling();
    });
    child.on("close", (code) => {
      fs.rmSync(dockerfile);
      if (code === 0) resolve();
      else reject(new Error(output));
    });
  });
}

/** Changes each service's one line. */
function edit(directory: string): void {
  for (const file of fs.readdirSync(directory, { recursive: true, encoding: "utf8" })) {
    if (path.basename(file) !== "main.go") continue;
    const name = path.join(directory, file);
    const line = `var version = "${randomBytes(6).toString("hex")}"`;
    fs.writeFileSync(name, fs.readFileSync(name, "utf8").replace(/^var version = ".*"$/m, line));
  }
}

const since = (start: number) => (Date.now() - start) / 1000;

/** Seconds until the small services are done, and until the large one is. */
async function measured(variant: string): Promise<{ small: number; large: number }> {
  const namespace = `bench-lock-${randomBytes(4).toString("hex")}`;
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "goimage-lock-"));
  try {
    const [shop, big] = ["shop", "big"].map((name) => path.join(directory, name)) as [string, string];
    // What is read ends at the repository.
    fs.mkdirSync(path.join(directory, ".git"));
    fs.mkdirSync(shop);
    await small.create(shop, undefined as unknown as Lab);
    await telemetry.create(big, undefined as unknown as Lab);
    edit(directory);
    const sources = small.services.map((service) => path.join(shop, service.directory));
    const all = (which: string[]) => Promise.all(which.map((source) => build(source, namespace, variant)));
    if (!isCold) {
      await all(sources.slice(0, 1));
      edit(directory);
    }
    const start = Date.now();
    let large = 0;
    let begun: Promise<void> | undefined;
    if (!isCold)
      await new Promise<void>((resolve) => {
        begun = build(big, namespace, variant, resolve).then(() => void (large = since(start)));
      });
    const compiling = Date.now();
    await all(isCold ? sources : sources.slice(1));
    const seconds = since(compiling);
    await begun;
    return { small: seconds, large };
  } finally {
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

async function main(): Promise<void> {
  const names = (Object.keys(variants) as (keyof typeof variants)[]).filter(
    (name) => isCold || name !== "no lock",
  );
  const found = new Map<string, number>();
  for (const name of names) {
    const { small: seconds, large } = await measured(variants[name]);
    found.set(name, seconds);
    const beside = isCold ? "" : `, beside a large one of ${large.toFixed(1)} s`;
    console.log(`${name}: ${isCold ? "twelve" : "eleven"} small services ${seconds.toFixed(1)} s${beside}`);
  }
  const ratio = (found.get("now") ?? NaN) / (found.get(isCold ? "no lock" : "before") ?? NaN);
  console.log(`now to ${isCold ? "no lock" : "before"}: ${ratio.toFixed(2)}`);
}

void main();
