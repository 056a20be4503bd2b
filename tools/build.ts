/** Keeps dist/ up to date: what programs get that import "goimage". */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { mustRun } from "./setup/exec";
import { repoRoot } from "./setup/paths";
import { task } from "./setup/ui";

// The scripts of the report's page, the package, and what ships beside it: the plugin and the mocks for users' tests.
const configs = ["tsconfig.page.json", "tsconfig.build.json", "tsconfig.beside.json"] as const;
const results = ["dist/index.js", "dist/provider/plugin.js", "dist/testing/index.js"] as const;

const modified = (path: string): number => (existsSync(path) ? statSync(path).mtimeMs : 0);

const newest = (folder: string): number =>
  Math.max(
    modified(folder),
    ...readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => modified(join(folder, name))),
  );

export async function ensureBuilt(): Promise<void> {
  const sources = ["components", "provider", "testing"].map((folder) => newest(join(repoRoot, folder)));
  for (const name of [...configs, "tsconfig.json"]) sources.push(modified(join(repoRoot, name)));
  const oldest = Math.min(...results.map((name) => modified(join(repoRoot, name))));
  if (oldest >= Math.max(...sources)) return;
  await task("build dist/ with tsc", async () => {
    // With errors nothing is written: else dist/ would look new in the next run.
    for (const config of configs) {
      const tsc = ["node_modules/typescript/bin/tsc", "-p", config, "--noEmitOnError"];
      await mustRun(process.execPath, tsc, { cwd: repoRoot });
    }
  });
}
