// From inputs to a plan that can be rendered and staged: resolves the Go module, finds the files that the build reads,
// and reports every problem together.

import * as fs from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { Recipe, type GoImageArgs, type GoMultiStageImageArgs } from "../args";
import { buildImage, classicGoVersion, type BuildPlan } from "../dockerfile/steps/goBuild";
import { isolatesCompiler } from "../engines/select";
import { agentProblems } from "../engines/sshAgent";
import { goTarget, platformOf } from "../inputs/platform";
import { invalidInputs, runError, shown, type Problem } from "../inputs/problem";
import { isKnown, tagProblems, takeTags } from "../deploy/tagClaims";
import { sdkProblem } from "../deploy/sdk";
import { buildClosure, type Closure } from "./closure";
import { constraintMatches, nameMatches, type BuildContext } from "./buildConstraints";
import { compareGoVersions, parseGoVersion } from "../inputs/goVersion";
import { diskError } from "./diskError";
import { withoutIgnored } from "./ignore";
import { resolveService, type GoService } from "./service";
import { Tree } from "./tree";

type AnyArgs = GoImageArgs & Pick<GoMultiStageImageArgs, "runtime" | "recipe" | "smokeTest">;
type Settings = Pick<AnyArgs, "source" | "runtime"> & {
  mainPackage?: string | undefined;
  build?: AnyArgs["build"] | undefined;
  platforms?: string[] | undefined;
};

/** What a component builds from. */
export interface Source {
  tree: Tree;
  closure: Closure;
  /** Files that are shipped as they are, and keep their executable bit. */
  runtimeFiles: readonly string[];
}

/** The plan and its source; throws the given problems with those that the disk shows. */
export function buildPlan(
  type: string,
  name: string,
  args: AnyArgs,
  problems: readonly Problem[],
): { plan: BuildPlan; source: Source } {
  const unusable = sdkProblem();
  if (unusable !== undefined) throw runError(unusable);
  const found = [...problems];
  const bad = (input: string) =>
    problems.some(({ propertyPath }) => /^\w*/.exec(propertyPath)?.[0] === input);
  // A mistake in one input must not hide those in others.
  const resolved =
    bad("args") || bad("source")
      ? undefined
      : onDisk(found, () =>
          resolve({
            ...args,
            ...(bad("build") ? { build: undefined } : {}),
            ...(bad("platforms") ? { platforms: undefined } : {}),
            ...(bad("mainPackage") ? { mainPackage: undefined } : {}),
          }),
        );
  if (resolved && bad("mainPackage"))
    resolved.problems = resolved.problems.filter(({ propertyPath }) => propertyPath !== "mainPackage");
  found.push(...(resolved?.problems ?? []));
  const service = resolved?.service;
  // A go.mod with mistakes may have one in its version.
  if (service && resolved.problems.length === 0 && !bad("build"))
    found.push(...goVersionProblems(args, service));
  if (service && !bad("runtime")) found.push(...runtimeFileProblems(service, args.runtime?.files ?? []));
  if (service && args.recipe === Recipe.Classic) found.push(...classicProblems(service));
  found.push(...agentProblems(args));
  const { repository, tags } = args ?? {};
  const target =
    isKnown(repository, tags) && !bad("args") && !bad("repository") && !bad("tags")
      ? { repository: repository as string, tags: (tags as string[] | undefined) ?? ["latest"] }
      : undefined;
  if (target) found.push(...tagProblems(name, target.repository, target.tags));
  // Looking for files takes time; with a problem known there is no use in it.
  const source = service && found.length === 0 ? onDisk(found, () => findSource(service, args)) : undefined;
  found.push(...(source?.closure.problems ?? []));
  if (found.length > 0 || !service || !source) throw invalidInputs(type, name, found);
  if (target) takeTags(name, target.repository, target.tags);
  const plan: BuildPlan = {
    service,
    build: { ...args.build, buildTags: buildTags(args) },
    platform: platformOf(args),
    offline: isolatesCompiler(args),
    ...(args.smokeTest === undefined ? {} : { smokeTest: args.smokeTest }),
    cacheNamespace: `goimage-${pulumi.getProject().replace(/[^A-Za-z0-9_.-]/g, "_")}`,
  };
  return { plan, source };
}

function resolve(args: Settings): ReturnType<typeof resolveService> {
  const { source, mainPackage, build } = args;
  const context = buildContext(args);
  return resolveService(source, {
    mainPackage,
    workspace: build?.env?.["GOWORK"] !== "off",
    vendor: vendorSetting(goFlags(build)),
    isCompiled: (name, constraint) => nameMatches(context, name) && constraintMatches(context, constraint),
  });
}

/** What a look at the disk gives; an error of the disk's becomes a problem of the source. */
function onDisk<T>(problems: Problem[], look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    const reason = diskError(error);
    if (reason === undefined) throw error;
    problems.push({ propertyPath: "source", reason });
    return undefined;
  }
}

/** What -mod says about the vendor directory; the last one counts. */
function vendorSetting(flags: readonly string[]): boolean | undefined {
  const mode = flags.findLast((flag) => /^--?mod=/.test(flag))?.replace(/^.*=/, "");
  return mode === undefined ? undefined : mode === "vendor";
}

/**
 * The time zone database comes with a build tag of Go's own: unlike one in a directory that ZONEINFO names it also serves
 * the variable TZ, needs nothing of the build image, and works on an image that has no other file.
 */
function buildTags({ build, runtime }: Pick<Settings, "build" | "runtime">): string[] {
  return [...(build?.buildTags ?? []), ...(runtime?.timezones === true ? ["timetzdata"] : [])];
}

function goFlags(build: AnyArgs["build"]): string[] {
  const fromEnvironment = (build?.env?.["GOFLAGS"] ?? "").split(/\s+/).filter((flag) => flag !== "");
  return [...(build?.flags ?? []), ...fromEnvironment];
}

/** Variables that change which files the go command takes. */
const decisiveVariables = ["GOFLAGS", "GOEXPERIMENT"];

/** What decides which files are compiled. */
function buildContext(args: Settings): BuildContext {
  return {
    goarch: goTarget(platformOf(args))["GOARCH"] ?? "",
    cgoEnabled: args.build?.cgoEnabled === true,
    buildTags: buildTags(args),
    flags: goFlags(args.build),
    compilerFlags: Object.keys(args.build?.env ?? {}).some((name) => /^(CC|CXX|CGO_.*FLAGS)$/.test(name)),
    uncertain: decisiveVariables.some((name) => Object.hasOwn(args.build?.env ?? {}, name)),
  };
}

function findSource(service: GoService, args: AnyArgs): Source {
  const tree = new Tree(service.root);
  const context = buildContext(args);
  const closure = buildClosure(tree, service, context, args.runtime?.files);
  const { files, problems: ofIgnore } = withoutIgnored(tree, service.moduleDirectory, closure.files);
  const problems = [...closure.problems, ...ofIgnore, ...ignoredProblems(closure.required, files)];
  const runtimeFiles = (args.runtime?.files ?? []).map((file) =>
    path.posix.join(service.sourceDirectory, file),
  );
  runtimeFiles.forEach((root, index) => {
    const isBelow = (file: string) => root === "." || file.startsWith(`${root}/`);
    if (!tree.has(root, "directory") || !closure.files.some(isBelow) || files.some(isBelow)) return;
    problems.push({
      propertyPath: `runtime.files[${index}]`,
      reason: `${shown(args.runtime?.files?.[index])} is left out by .dockerignore as a whole; let it pass there, or leave the entry out`,
    });
  });
  return { tree, closure: { ...closure, files, problems }, runtimeFiles };
}

/** Without these the build would fail with words that do not name .dockerignore. */
function ignoredProblems(required: ReadonlySet<string>, files: readonly string[]): Problem[] {
  const kept = new Set(files);
  const missed = [...required].filter((file) => !kept.has(file)).sort();
  if (missed.length === 0) return [];
  const reason = `.dockerignore leaves out ${missed.slice(0, 3).join(", ")}, which the build needs: the program imports or embeds it, or an input names it. Let it pass there, such as with !${missed[0] ?? ""} in a last line`;
  return [{ propertyPath: "source", reason }];
}

function runtimeFileProblems(service: GoService, files: readonly string[]): Problem[] {
  return files.flatMap((file, index) => {
    if (fs.existsSync(path.join(service.root, service.sourceDirectory, file))) return [];
    return [{ propertyPath: `runtime.files[${index}]`, reason: `${shown(file)} does not exist in source` }];
  });
}

/** A toolchain that is older than go.mod asks would refuse to compile, after minutes of pulling images. */
function goVersionProblems(args: AnyArgs, service: GoService): Problem[] {
  const asked = parseGoVersion(service.goMod.go ?? "");
  const isClassic = args.recipe === Recipe.Classic;
  const image = isClassic ? `golang:${classicGoVersion}` : buildImage(args.build ?? {}, service.goMod);
  const tag = /(?:^|\/)golang:(\d+\.\d+(?:\.\d+|(?:rc|beta)\d+)?)/.exec(image)?.[1];
  const chosen = parseGoVersion(tag ?? "");
  if (!asked || !chosen) return [];
  // A tag without a patch is the newest of its minor.
  const newestOfTag = { ...chosen, patch: chosen.candidate === undefined ? (chosen.patch ?? Infinity) : 0 };
  if (compareGoVersions(newestOfTag, asked) >= 0) return [];
  const input = isClassic ? "recipe" : args.build?.image !== undefined ? "build.image" : "build.goVersion";
  const reason = `gives ${image}, but go.mod or go.work asks for Go ${service.goMod.go}; choose one that is not older`;
  return [{ propertyPath: input, reason }];
}

/** The original Dockerfile compiles what lies at the top of its context. */
function classicProblems({ moduleDirectory, sourceDirectory }: GoService): Problem[] {
  if (moduleDirectory === "." && sourceDirectory === ".") return [];
  const reason =
    'the recipe "classic" needs the directory of go.mod, outside of a workspace and with no local replacements above it';
  return [{ propertyPath: "source", reason }];
}
