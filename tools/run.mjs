// Starts a command of tools/ from a bare clone: `node tools/run.mjs setup|demo|test|bench|plugin [arguments]`.
// Uses nothing but Node, since it is what installs everything else.
import { execFileSync } from "node:child_process";
import { existsSync, lstatSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const commands = ["setup", "demo", "test", "bench", "plugin"];
const [command, ...args] = process.argv.slice(2);

if (!commands.includes(command)) {
  console.error(`usage: node tools/run.mjs ${commands.join("|")} [arguments]`);
  process.exit(2);
}
if (Number(process.versions.node.split(".")[0]) < 20) {
  console.error(`goimage needs Node.js 20 or newer; this is ${process.versions.node} (${process.execPath}).`);
  process.exit(1);
}

const modified = (path) => (existsSync(path) ? statSync(path).mtimeMs : 0);

// A linked node_modules is another checkout's: npm would empty it first.
const isLinked = lstatSync(join(root, "node_modules"), { throwIfNoEntry: false })?.isSymbolicLink() === true;

// npm writes node_modules/.package-lock.json as its last act, so it also tells a finished install.
const lockFile = join(root, "package-lock.json");
if (!isLinked && modified(join(root, "node_modules/.package-lock.json")) < modified(lockFile)) {
  // Messages go to stderr: what the command prints (`setup --env`, for one) may be read by a program.
  console.error("=> npm ci (node_modules is missing or older than package-lock.json)");
  const start = Date.now();
  // `ci`, not `install`: exactly what the lock file says. Install scripts are neither needed nor relied on.
  const flags = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  try {
    execFileSync("npm", flags, { cwd: root, stdio: ["ignore", "ignore", 2] });
  } catch (error) {
    console.error("=> npm ci: failed");
    process.exit(error.signal === "SIGINT" ? 130 : (error.status ?? 1));
  }
  console.error(`=> npm ci: done in ${((Date.now() - start) / 1000).toFixed(1)}s`);
}

process.env.TS_NODE_TRANSPILE_ONLY = "1";
process.env.TS_NODE_PROJECT = join(root, "tsconfig.json");
const require = createRequire(import.meta.url);
require("ts-node/register");
// Only for this process: a Pulumi program started from here keeps its own ts-node settings.
delete process.env.TS_NODE_TRANSPILE_ONLY;
delete process.env.TS_NODE_PROJECT;

// Node ends without a word when nothing is left that could settle what a command waits for.
const silentEnd = () => {
  console.error(`error: ${command} ended before it was done; this is a fault of goimage's tools`);
  process.exitCode = 1;
};
process.once("beforeExit", silentEnd);

// In this same process, so that Ctrl-C and exit codes need no passing on.
process.exitCode = await require(`./${command}.ts`).main(args);
process.off("beforeExit", silentEnd);
