// From inputs to a plan that can be rendered: resolves the Go module and reports every problem together.

import * as fs from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { GoImageArgs, GoMultiStageImageArgs } from "./args";
import type { BuildPlan } from "./dockerfile/goBuild";
import { defaultPlatform } from "./platform";
import { invalidInputs, shown, type Problem } from "./problems";
import { listModule } from "./source/list";
import { resolveService, type GoService } from "./source/module";

/** The plan and the files of the build context; throws the given problems with those that the disk shows. */
export function buildPlan(
  type: string,
  name: string,
  args: GoImageArgs & Pick<GoMultiStageImageArgs, "runtime" | "recipe">,
  problems: readonly Problem[],
): { plan: BuildPlan; files: string[] } {
  const found = [...problems];
  const bad = (input: string) => problems.some(({ propertyPath }) => propertyPath === input);
  const resolved =
    bad("args") || bad("source") || bad("mainPackage")
      ? undefined
      : resolveService(args.source, args.mainPackage);
  found.push(...(resolved?.problems ?? []));
  const service = resolved?.service;
  if (service) found.push(...runtimeFileProblems(service, args.runtime?.files));
  // A listing takes time; with a problem known there is no use in it.
  const listing = service && found.length === 0 ? listModule(service.root) : undefined;
  found.push(...(listing?.problems ?? []));
  if (found.length > 0 || !service || !listing) throw invalidInputs(type, name, found);
  const plan: BuildPlan = {
    service,
    build: args.build ?? {},
    platform: args.platforms?.[0] ?? defaultPlatform,
    cacheNamespace: `goimage-${pulumi.getProject().replace(/[^A-Za-z0-9_.-]/g, "_")}`,
  };
  return { plan, files: listing.files };
}

function runtimeFileProblems(service: GoService, files: readonly string[] | undefined): Problem[] {
  if (!Array.isArray(files)) return [];
  return files.flatMap((file: unknown, index) => {
    if (typeof file !== "string" || fs.existsSync(path.join(service.root, service.sourceDirectory, file)))
      return [];
    return [{ propertyPath: `runtime.files[${index}]`, reason: `${shown(file)} does not exist in source` }];
  });
}
