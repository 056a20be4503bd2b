// Lists all files of a module, for builds whose files cannot be told one by one, and knows what looks like a secret.

import * as path from "node:path";
import type { Problem } from "../inputs";
import { isVersionControl } from "./disk";
import { join, type Tree } from "./tree";

/** Directories that no Go build reads, or that hold secrets and other people's files. */
const othersDirectories = new Set([
  ...[".goimage", ".pulumi", ".terraform", ".idea", ".vscode", "node_modules"],
  ...[".aws", ".azure", ".docker", ".gnupg", ".kube", ".ssh"],
]);

export const isOthers = (directory: string): boolean => othersDirectories.has(directory);

const secretFile = new RegExp(
  [
    String.raw`^(\.env(\..*)?|\.netrc|_netrc|\.npmrc|\.pypirc|\.pgpass|\.git-credentials|\.dockercfg|\.htpasswd`,
    String.raw`id_(rsa|dsa|ecdsa|ed25519)|gha-creds-.*\.json|Pulumi(\..*)?\.ya?ml`,
    String.raw`.*\.(key|p12|pfx|jks|keystore|ppk|kdbx)|.*\.(tfstate|tfvars)(\..*)?)$`,
  ].join("|"),
);

/** By its name, a link's target too. PEM text has keys or certificates, and certificates are no secret. */
export function isSecret(tree: Tree, file: string): boolean {
  return [file, tree.realName(file)].some((name) => {
    const base = path.posix.basename(name);
    return secretFile.test(base) || (base.endsWith(".pem") && hasKey(tree, file));
  });
}

function hasKey(tree: Tree, file: string): boolean {
  if (!tree.has(file, "file")) return false;
  return tree.size(file) > longestPem || tree.content(file).includes("PRIVATE KEY-----");
}

const longestPem = 1024 * 1024;

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
      if (isSecret(tree, file) || name === ".dockerignore") continue;
      if (kind === "file") files.push(file);
      else if (kind === "directory" && !isOthers(name) && !link) waiting.push(file);
      else if (!isVersionControl(name)) {
        const what = tree.refusal(file);
        if (what !== undefined) problems.push(refusal(file, what));
      }
    }
  }
  return { files, problems };
}
