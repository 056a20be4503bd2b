/** What happens to a deployed service. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Measure } from "./timed";
import { editLine, useDependency } from "./workloads";

/** Changes a line of the first service. */
export const edit: Measure = {
  name: "one line edited",
  expect: "new",
  change: (site) => {
    const text = site.lab.nonce();
    if (site.services[0]) editLine(site, site.services[0], text);
    return text;
  },
};
export const noOp: Measure = { name: "no-op up", expect: "any" };
export const preview: Measure = { name: "no-op preview", expect: "any", action: "preview" };

/** Writes a file that no binary depends on. */
const unrelated = (name: string, file: string, text: (nonce: string) => string): Measure => ({
  name,
  expect: "any",
  change: (site) => writeFileSync(join(site.source, file), text(site.lab.nonce())),
});
export const readme = unrelated("README edited", "README.md", (nonce) => `# ${nonce}\n`);
export const test = unrelated("test edited", "extra_test.go", (nonce) => `package main\n\n// ${nonce}\n`);
export const otherService = unrelated(
  "other service edited",
  "services/s02/extra.go",
  (nonce) => `package main\n\n// ${nonce}\n`,
);

/** Another version of one dependency for each round, none of which a side has had. */
const chiVersions = [
  "v5.0.8",
  "v5.0.9",
  "v5.0.10",
  "v5.0.11",
  "v5.0.12",
  "v5.1.0",
  "v5.2.0",
  "v5.2.2",
  "v5.2.3",
];
export const dependency: Measure = {
  name: "dependency edited",
  expect: "new",
  change: async (site, round) => useDependency(site, chiVersions[round % chiVersions.length] ?? ""),
};
