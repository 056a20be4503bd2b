// Imports that the go command would refuse: of packages that should lie on disk and do not, and of modules without sums. The go command says so only after minutes of pulling images.

import type { Problem } from "../inputs";
import type { BuildContext } from "./buildConstraints";
import type { GoService } from "./service";
import { join, type Tree } from "./tree";

/** What is wrong with an import of a module on disk; undefined, too, where another module could have the package. */
export function missingPackage(
  tree: Tree,
  service: GoService,
  file: string,
  imported: string,
): Problem | undefined {
  const { modules, required } = service;
  const own = modules.filter(({ path }) => imported === path || imported.startsWith(`${path}/`));
  const [module] = own;
  // A go.mod that does not list all modules leaves open where the package comes from.
  if (module === undefined || required === undefined) return undefined;
  const isElsewhere = required.some(
    (path) =>
      path.length > module.path.length &&
      (imported === path || imported.startsWith(`${path}/`)) &&
      !modules.some((one) => one.path === path),
  );
  const directories = own.map(({ path, directory }) => join(directory, imported.slice(path.length)));
  // What must not be read is refused by its own name.
  const isSettled = (directory: string) =>
    hasGoFiles(tree, directory) || tree.refusal(directory) !== undefined;
  if (isElsewhere || directories.some(isSettled)) return undefined;
  const [directory = ""] = directories;
  const other = otherCase(tree, directory);
  const found =
    other !== undefined
      ? `there is only ${other}, and Linux is case-sensitive: change the import to that name, or rename the directory`
      : `${directory} ${tree.has(directory, "directory") ? "has no Go files" : "is not there"}. If it is generated, or ignored by git, create it before pulumi runs`;
  return { propertyPath: "source", reason: `${file} imports ${imported}, but ${found}` };
}

function hasGoFiles(tree: Tree, directory: string): boolean {
  return tree.entries(directory).some(({ name }) => name.endsWith(".go") && !name.endsWith("_test.go"));
}

/** The directory that is there when case does not count, as on many laptops. */
function otherCase(tree: Tree, directory: string): string | undefined {
  let found = ".";
  for (const part of directory.split("/")) {
    const names = tree.entries(found).filter(({ kind }) => kind === "directory");
    const match =
      names.find(({ name }) => name === part) ??
      names.find(({ name }) => name.toLowerCase() === part.toLowerCase());
    if (match === undefined) return undefined;
    found = join(found, match.name);
  }
  return found === directory ? undefined : found;
}

/** Without any go.sum the go command refuses every module that it would have to download. */
export function missingSums(
  service: GoService,
  context: BuildContext,
  imported: string | undefined,
): Problem[] {
  const writesSums = (context.flags ?? []).some((flag) => /^--?mod=mod$/.test(flag));
  const hasSums = service.moduleFiles.some((file) => file.endsWith(".sum"));
  if (imported === undefined || hasSums || writesSums || service.vendorDirectory !== undefined) return [];
  const reason = `imports ${imported}, but there is no go.sum beside go.mod; run go mod tidy there, and commit go.sum`;
  return [{ propertyPath: "source", reason }];
}
