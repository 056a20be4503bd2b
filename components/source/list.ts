// Lists the files of a module that go into the build context.

import * as fs from "node:fs";
import * as path from "node:path";
import type { Problem } from "../problems";

/** Directories that no Go build reads, or that hold secrets and other people's files. */
const skippedDirectories = new Set([
  ".git",
  ".hg",
  ".svn",
  ".goimage",
  ".pulumi",
  ".idea",
  ".vscode",
  "node_modules",
]);

/** Files that hold secrets, or speak of the build and are not part of it. */
const skippedFile =
  /^(\.env(\..*)?|\.netrc|\.npmrc|\.dockerignore|id_(rsa|dsa|ecdsa|ed25519)|Pulumi(\..*)?\.ya?ml|.*\.(pem|key|p12|pfx))$/;

/** Paths of the module's files, relative to its root, with slashes, sorted. Nested modules are not part of it. */
export function listModule(root: string): { files: string[]; problems: Problem[] } {
  const files: string[] = [];
  const problems: Problem[] = [];
  const refuse = (file: string, what: string) =>
    problems.push({ propertyPath: "source", reason: `${file} is ${what}; move it out of the module` });

  const walk = (relative: string) => {
    const entries = fs.readdirSync(path.join(root, relative), { withFileTypes: true });
    if (relative !== "" && entries.some((entry) => entry.name === "go.mod")) return;
    for (const entry of entries) {
      const file = relative === "" ? entry.name : `${relative}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!skippedDirectories.has(entry.name)) walk(file);
      } else if (skippedFile.test(entry.name)) {
        continue;
      } else if (entry.isFile()) {
        files.push(file);
      } else if (entry.isSymbolicLink()) {
        link(file);
      } else {
        // Reading a FIFO would wait for ever, and a provider that hashes the context would too.
        refuse(file, entry.isFIFO() ? "a FIFO" : entry.isSocket() ? "a socket" : "a device file");
      }
    }
  };

  // A link to a file of the module is followed, as the go command does; Go does not enter linked directories.
  const link = (file: string) => {
    const target = resolved(path.join(root, file));
    if (target === undefined) return;
    const inside = path.relative(fs.realpathSync(root), target);
    if (inside.startsWith("..") || path.isAbsolute(inside)) refuse(file, "a link that leaves the module");
    else {
      const stat = fs.statSync(target);
      if (stat.isFile()) files.push(file);
      else if (!stat.isDirectory())
        refuse(file, "a link to something that is neither a file nor a directory");
    }
  };

  walk("");
  return { files: files.sort(), problems };
}

/** Where a link ends; undefined for one that ends nowhere or in a circle. */
function resolved(link: string): string | undefined {
  try {
    return fs.realpathSync(link);
  } catch {
    return undefined;
  }
}
