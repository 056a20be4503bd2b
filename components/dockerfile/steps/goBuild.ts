// What the compile step needs, in the words of a Dockerfile: base image, environment, mounts and the go command.

import * as path from "node:path";
import type { BuildStageArgs, SmokeTestArgs } from "../../args";
import { joinedWords, linkerWords } from "../../inputs/ldflags";
import { goTarget } from "../../inputs/platform";
import type { GoMod } from "../../source/goMod";
import { golangTag, newestGoVersion, parseGoVersion } from "../../inputs/goVersion";
import type { GoService } from "../../source/service";
import { copy, pairs, run, runOffline, workdir, type Instruction } from "../instructions";
import { downloadAccess, downloadCommand, gitEnvironment } from "./privateModules";

/** Where the build context lies in the build stage. */
const contextDirectory = "/src";

/** The go command's cache of compiled packages. */
export const buildCache = "/root/.cache/go-build";

/** Where the builder's cache of modules is mounted while they are downloaded. */
const moduleCache = "/modules";

/** The version in the classic recipe, and the one for a go.mod that names none. */
export const classicGoVersion = "1.23";

/** What a Dockerfile is rendered from. Every field is plain and validated. */
export interface BuildPlan {
  service: GoService;
  build: BuildStageArgs;
  platform: string;
  /** Namespace of the cache mounts, so that projects on one builder do not share compiled code. */
  cacheNamespace: string;
  /** Whether the compile step has no network. */
  offline: boolean;
  smokeTest?: SmokeTestArgs;
}

/**
 * The image that compiles. go.mod and go.work name the oldest version that will do, so that the default is the least that is
 * taken. A first release such as 1.23.0, which go mod tidy writes for any patch, asks for no patch.
 */
export function buildImage(build: BuildStageArgs, goMod: GoMod): string {
  if (build.image !== undefined) return build.image;
  const wanted = [classicGoVersion, goMod.go?.replace(/^(\d+\.\d+)\.0$/, "$1"), goMod.toolchain];
  const version = parseGoVersion(build.goVersion ?? newestGoVersion(wanted) ?? "");
  if (!version) throw new Error("the Go version has not been validated");
  return `golang:${golangTag(version)}`;
}

/** Environment of the go command. GOTOOLCHAIN=local: the image's toolchain compiles, or says that it is too old. */
export function goEnvironment(plan: BuildPlan): Instruction[] {
  const { build } = plan;
  return pairs("ENV", {
    CGO_ENABLED: build.cgoEnabled === true ? "1" : "0",
    ...goTarget(plan.platform),
    GOTOOLCHAIN: "local",
    ...(build.goProxy === undefined ? {} : { GOPROXY: build.goProxy }),
    ...gitEnvironment(build),
    ...build.env,
  });
}

/** Copies what `go mod download` reads and downloads, in a layer that only a change of dependencies rebuilds. */
export function downloadSteps(plan: BuildPlan): Instruction[] {
  if (!downloadsFirst(plan)) return [];
  const { moduleFiles } = plan.service;
  const directories = [...new Set(moduleFiles.map((file) => path.posix.dirname(file)))];
  return [
    ...directories.map((directory) =>
      copy(
        moduleFiles.filter((file) => path.posix.dirname(file) === directory),
        inModule(plan, directory === "." ? "./" : `${directory}/`),
      ),
    ),
    cachedDownload(plan),
    ...(downloadDirectory(plan) === workingDirectory(plan) ? [] : [workdir(workingDirectory(plan))]),
  ];
}

function downloadsFirst({ service: { downloads, moduleFiles } }: BuildPlan): boolean {
  // A COPY would take these characters for wildcards; there modules are downloaded after the source.
  return downloads && !moduleFiles.some((file) => /[*?[\]\\$]/.test(file));
}

/**
 * Downloads modules into the builder's cache, and from there into the step's layer, in which the compiler finds them: a
 * builder drops caches sooner than it forgets that a step is done.
 */
function cachedDownload({ build, cacheNamespace }: BuildPlan): Instruction {
  const cache = `type=cache,id=${cacheNamespace}-mod,target=${moduleCache}`;
  return run(downloadCommand(build, moduleCache), [cache, ...downloadAccess(build)]);
}

/**
 * The directory in which modules are downloaded: a workspace's own, so that the steps up to there are the same for all
 * of its services and the builder does them once.
 */
export function downloadDirectory(plan: BuildPlan): string {
  const workFile = plan.service.moduleFiles.find((file) => path.posix.basename(file) === "go.work");
  if (workFile === undefined || !downloadsFirst(plan)) return workingDirectory(plan);
  return path.posix.join(contextDirectory, path.posix.dirname(workFile));
}

export function sourceSteps(plan: BuildPlan): Instruction[] {
  const source = copy(["."], inModule(plan, "."));
  return plan.service.downloads && !downloadsFirst(plan) ? [source, cachedDownload(plan)] : [source];
}

/** The source and its modules, in one stage that keeps both. */
export function plainSourceSteps(plan: BuildPlan): Instruction[] {
  const { build, service } = plan;
  const download = run(downloadCommand(build), downloadAccess(build));
  return [copy(["."], inModule(plan, ".")), ...(service.downloads ? [download] : [])];
}

/**
 * The step that compiles. A compiler reads what its input tells it to, such as a file that an #include line names, and
 * puts it into its messages or into the program: so the step has no secret, no SSH agent, and where the builder can do
 * without, no network.
 */
export function compileStep(
  { offline }: BuildPlan,
  command: readonly string[],
  mounts: readonly string[] = [],
): Instruction {
  return offline ? runOffline(command, mounts) : run(command, mounts);
}

/** The directory in which the go command runs. */
export function workingDirectory({ service }: BuildPlan): string {
  return path.posix.join(contextDirectory, service.moduleDirectory);
}

/** A target below the context's directory, which is the working directory unless the module lies deeper. */
function inModule({ service }: BuildPlan, target: string): string {
  return service.moduleDirectory === "." ? target : path.posix.join(contextDirectory, target);
}

export function compileMounts({ cacheNamespace }: BuildPlan): string[] {
  return [`type=cache,id=${cacheNamespace}-build,target=${buildCache}`];
}

/** The go build command; `output` is the binary. */
export function goBuild(plan: BuildPlan, output: string): string[] {
  const { build } = plan;
  return [
    ...["go", "build", "-trimpath", "-buildvcs=false"],
    `-ldflags=${joinedWords(["-s", "-w", ...(build.ldflags ?? []).flatMap(validWords)])}`,
    ...(build.buildTags?.length ? [`-tags=${build.buildTags.join(",")}`] : []),
    ...(build.flags ?? []),
    ...["-o", output, plan.service.mainPackage],
  ];
}

function validWords(entry: string): string[] {
  const found = linkerWords(entry);
  if (found.problem !== undefined)
    throw new Error(`build.ldflags has not been validated: it ${found.problem}`);
  return found.words;
}
