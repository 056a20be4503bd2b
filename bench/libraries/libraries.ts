// Installs libraries for a comparison alone, and times what they do.
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import { median } from "../stats";

/** What is compared, by its package; of the proxy agents it is two versions. */
const versions: Readonly<Record<string, string>> = {
  "tar-stream": "3.2.2",
  "modern-tar": "0.8.6",
  fzstd: "0.1.1",
  zstddec: "0.3.4",
};

export const compared = Object.keys(versions).map(specOf);

function specOf(name: string): string {
  const version = versions[name];
  return version === undefined ? name : `${name}@${version}`;
}

export interface Libraries {
  /** Where they are installed; for archives and the like, too. */
  directory: string;
  load(name: string): Promise<unknown>;
  /** Installs libraries alone, with what they depend on; one that is not among those compared is named with its version. */
  alone(...names: string[]): { directory: string; footprint: string };
}

export function install(directory: string, specs: readonly string[]): void {
  fs.writeFileSync(path.join(directory, "package.json"), "{}");
  const flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", "--silent"];
  execFileSync("npm", ["install", ...flags, ...specs], { cwd: directory, stdio: "inherit" });
}

interface Manifest {
  main?: string;
  exports?: { default?: string; "."?: { default?: string; import?: string } };
}

export const librariesIn = (directory: string): Libraries => ({
  directory,

  load(name) {
    const home = path.join(directory, "node_modules", name);
    const text = fs.readFileSync(path.join(home, "package.json"), "utf8");
    const { exports, main } = JSON.parse(text) as Manifest;
    const entry = exports?.["."]?.import ?? exports?.["."]?.default ?? exports?.default ?? main ?? "index.js";
    return import(pathToFileURL(path.join(home, entry)).href);
  },

  alone(...names) {
    const place = fs.mkdtempSync(path.join(directory, "alone-"));
    install(place, names.map(specOf));
    const modules = path.join(place, "node_modules");
    const files = fs.readdirSync(modules, { recursive: true, encoding: "utf8" });
    const sizes = files.map((file) => fs.statSync(path.join(modules, file)));
    const bytes = sizes.reduce((sum, each) => sum + (each.isFile() ? each.size : 0), 0);
    const packages = files.filter((file) => /^(@[^/]+\/)?[^/]+\/package\.json$/.test(file)).length;
    return { directory: place, footprint: `${Math.round(bytes / 1000)} kB in ${packages}` };
  },
});

/** The median of five runs, in seconds. */
export async function medianSeconds(run: () => Promise<void> | void): Promise<number> {
  const seconds: number[] = [];
  for (let round = 0; round < 5; round++) {
    const start = performance.now();
    await run();
    seconds.push((performance.now() - start) / 1000);
  }
  return median(seconds);
}
