// Checks of the input runtime.packages.

import type { RuntimeStageArgs } from "../args";
import { texts, type Add } from "./inputChecks";
import { quoteValue } from "./problem";

// As apk-world(5) has it: a name or what a package provides (cmd:jq), a tag of a repository, a version.
const constraint =
  /^((?:[a-z][\w.]*:)?[A-Za-z0-9_][\w.+-]*)(?:@\w[\w.-]*)?(?:(?:[=~]|[<>~]=|[<>])\d[\w.~-]*)?$/;

export function runtimePackages(
  add: Add,
  path: string,
  packages: unknown,
  { image }: RuntimeStageArgs,
): void {
  texts(packageProblem)(add, path, packages);
  if (!Array.isArray(packages)) return;
  const names = packages.map((text: unknown) =>
    typeof text === "string" ? constraint.exec(text)?.[1] : undefined,
  );
  names.forEach((name, index) => {
    if (name !== undefined && names.indexOf(name) < index)
      add(`${path}[${index}]`, `${quoteValue(packages[index])} names ${name} a second time; name it once`);
  });
  if (packages.length > 0 && image === "scratch") {
    add(
      path,
      'needs a base image with apk, and runtime.image "scratch" is empty; use another base image or leave packages out',
    );
  }
}

function packageProblem(text: string): string | undefined {
  // apk takes it for the name of a file.
  if (text.includes(".apk"))
    return "is a package file; give the name of a package in the base image's repositories";
  return constraint.test(text)
    ? undefined
    : "is not a package name for apk add, such as curl, curl=8.9.1-r1, curl~8.9 or curl@edge";
}
