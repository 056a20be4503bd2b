// Lists all files of a module, for builds whose files cannot be told one by one, and knows what looks like a secret.

import * as path from "node:path";
import type { Problem } from "../inputs";
import { isVersionControl } from "./disk";
import { join, type Tree } from "./tree";

/** Directories that no Go build reads, or that hold secrets and other people's files. */
const skippedDirectories = new Set([".goimage", ".pulumi", ".idea", ".vscode", "node_modules"]);

const secretFile =
  /^(\.env(\..*)?|\.netrc|\.npmrc|\.pgpass|id_(rsa|dsa|ecdsa|ed25519)|Pulumi(\..*)?\.ya?ml|.*\.(pem|key|p12|pfx|jks))$/;

export function isSecret(file: string): boolean {
  return secretFile.test(path.posix.basename(file));
}

export function refusal(file: string, what: string): Problem {
  return { propertyPath: "source", reason: `${file} is ${what}; remove it from the module` };
}

/** The module's files without secrets; nested modules are not part of it. */
export function listModule(tree: Tree, module: string): { files: string[]; problems: Problem[] } {
  const files: string[] = [];
  const problems: Problem[] = [];
  const waiting = [module];
  for (let directory = waiting.pop(); directory !== undefined; directory = waiting.pop()) {
    if (directory !== module && tree.has(join(directory, "go.mod"), "file")) continue;
    for (const { name, kind, link } of tree.entries(directory)) {
      const file = join(directory, name);
      if (isSecret(file) || name === ".dockerignore") continue;
      if (kind === "file") files.push(file);
      else if (kind === "directory" && !skippedDirectories.has(name) && !link) waiting.push(file);
      else if (!isVersionControl(name)) {
        const what = tree.refusal(file);
        if (what !== undefined) problems.push(refusal(file, what));
      }
    }
  }
  return { files, problems };
}
