// What the compile step needs, in the words of a Dockerfile: base image, environment, mounts and the go command.

import * as path from "node:path";
import { commonTarget, joinedWords } from "../../goSyntax";
import { capabilities, stageNames, type BuildSpec } from "../../inputs";
import type { Plan } from "../dockerfile";
import type { Hint } from "../hint";
import { comment, copy, pairs, plain, run, usualShell, workdir, type Instruction } from "../instructions";
import { commandLines, complaint, shellList, shellWord } from "../shell";
import { awaitTurn } from "./compileLock";
import { downloadAccess, downloadScript, gitEnvironment } from "./privateModules";
import { takeModules, unlessTaken } from "./seedStage";

/** Where the build context lies in the build stage. */
const contextDirectory = "/src";

/** The go command's cache of compiled packages. */
const buildCache = "/root/.cache/go-build";

/** Where the builder's cache of modules is mounted while they are downloaded. */
const moduleCache = "/modules";

/** Environment of the go command. GOTOOLCHAIN=local: the image's toolchain compiles, or says that it is too old. */
export function goEnvironment(plan: Plan): Instruction[] {
  const { build, platforms } = plan.spec;
  return [
    // The usual images name none.
    ...(build.image === undefined ? [] : usualShell()),
    comment("Compiles for this platform, with the Go of this stage: no other Go is downloaded."),
    ...pairs("ENV", {
      CGO_ENABLED: build.cgoEnabled ? "1" : "0",
      ...commonTarget(platforms),
      GOTOOLCHAIN: "local",
      ...(build.goProxy === undefined ? {} : { GOPROXY: build.goProxy }),
      ...gitEnvironment(build),
      ...build.env,
    }),
  ];
}

/**
 * What stands before the compile step when it compiles for several platforms: BuildKit runs the steps from here on once for
 * each, and those before once for all.
 */
export function targetArguments({ platforms }: Plan["spec"]): Instruction[] {
  if (platforms.length < 2) return [];
  return [
    comment("The steps from here on run once for each platform."),
    ...["TARGETARCH", "TARGETVARIANT"].map((name) => plain("ARG", name)),
  ];
}

/** Copies what `go mod download` reads and downloads, in a layer that only a change of dependencies rebuilds. */
export function downloadSteps(plan: Plan): Instruction[] {
  if (!downloadsFirst(plan)) return [];
  const { moduleFiles } = plan.service;
  const directories = [...new Set(moduleFiles.map((file) => path.posix.dirname(file)))];
  return [
    comment("Modules are downloaded again only when one of these files changes."),
    ...directories.map((directory) =>
      copy(
        moduleFiles.filter((file) => path.posix.dirname(file) === directory),
        inModule(plan, directory === "." ? "./" : `${directory}/`),
      ),
    ),
    ...cachedDownload(plan),
  ];
}

/** From where modules are downloaded to where the go command compiles. */
export function enterModule(plan: Plan): Instruction[] {
  return downloadDirectory(plan) === workingDirectory(plan) ? [] : [workdir(workingDirectory(plan))];
}

export function downloadsFirst({ service: { downloads, moduleFiles } }: Plan): boolean {
  // A COPY would take these characters for wildcards; there modules are downloaded after the source.
  return downloads && !moduleFiles.some((file) => /[*?[\]\\$]/.test(file));
}

/**
 * Downloads modules into the builder's cache, and from there into the step's layer, in which the compiler finds them: a
 * builder drops caches sooner than it forgets that a step is done.
 */
function cachedDownload(plan: Plan): Instruction[] {
  const { build, cache } = plan.spec;
  const before = cache && unlessTaken;
  const mounts = [`type=cache,id=${plan.cacheNamespace}-mod,target=${moduleCache}`, ...downloadAccess(plan)];
  return [
    ...takeModules(plan),
    comment("Downloads into the builder's cache, and copies from there into this layer, which lasts longer."),
    run(downloadScript(build, moduleCache, before), { mounts }),
  ];
}

/**
 * The directory in which modules are downloaded: a workspace's own, so that the steps up to there are the same for all
 * of its services and the builder does them once.
 */
export function downloadDirectory(plan: Plan): string {
  const workFile = plan.service.moduleFiles.find((file) => path.posix.basename(file) === "go.work");
  if (workFile === undefined || !downloadsFirst(plan)) return workingDirectory(plan);
  return path.posix.join(contextDirectory, path.posix.dirname(workFile));
}

export function sourceSteps(plan: Plan): Instruction[] {
  const source = [
    comment("The source. After an edit, the steps from here on run again."),
    copy(["."], inModule(plan, ".")),
  ];
  return plan.service.downloads && !downloadsFirst(plan) ? [...source, ...cachedDownload(plan)] : source;
}

/** The source and its modules, in one stage that keeps both. */
export function plainSourceSteps(plan: Plan): Instruction[] {
  const { service } = plan;
  const { build } = plan.spec;
  const download = run(downloadScript(build), { mounts: downloadAccess(plan) });
  return [
    comment("The source and its modules, which stay in the image."),
    copy(["."], inModule(plan, ".")),
    ...(service.downloads ? [download] : []),
  ];
}

/**
 * The step that compiles. A compiler reads what its input tells it to, such as a file that an #include line names, and
 * puts it into its messages or into the program: so the step has no secret, no SSH agent, and where the builder can do
 * without, no network.
 */
export function compileStep(
  { spec }: Plan,
  script: readonly string[],
  mounts: readonly string[] = [],
): Instruction {
  return run(script, { mounts, isOffline: capabilities[spec.engine].isolatedSteps });
}

/** The directory in which the go command runs. */
export function workingDirectory({ service }: Plan): string {
  return path.posix.join(contextDirectory, service.moduleDirectory);
}

/** A target below the context's directory, which is the working directory unless the module lies deeper. */
function inModule({ service }: Plan, target: string): string {
  return service.moduleDirectory === "." ? target : path.posix.join(contextDirectory, target);
}

/** The words of the go build command as a shell takes them; `output` is the binary. */
export function goBuild({ spec: { build }, service }: Plan, output: string): string[] {
  return [
    ...["go", "build", ...fixedFlags.map(shellWord)],
    ...linkerFlags(build),
    ...givenFlags(build).map(shellWord),
    `-o ${shellWord(output)}`,
    shellWord(service.mainPackage),
  ];
}

/** -ldflags, in words between which a line may end. */
function linkerFlags({ flags, linkerFlags: given }: BuildSpec): string[] {
  const parts: string[][] = [["-s", "-w"]];
  for (const word of given) {
    const last = parts.at(-1);
    // What follows -X is its value, whatever it begins with.
    const isValue = !word.startsWith("-") || /^--?X$/.test(last?.at(-1) ?? "");
    if (isValue) last?.push(word);
    else parts.push([word]);
  }
  const texts = parts.map(joinedWords);
  // Without -trimpath the program has the very text, with its spaces.
  const isTrimmed = !flags.some((flag) => flag.includes("trimpath"));
  return shellList("-ldflags", isTrimmed ? texts : [texts.join(" ")]);
}

/** The flags that a compiled package depends on, all but the linker's, as a shell takes them. */
export function packageFlags(build: BuildSpec): string[] {
  return [...fixedFlags, ...givenFlags(build)].map(shellWord);
}

const fixedFlags = ["-trimpath", "-buildvcs=false"];

function givenFlags({ buildTags, flags }: BuildSpec): string[] {
  return [...(buildTags.length > 0 ? [`-tags=${buildTags.join(",")}`] : []), ...flags];
}

/**
 * Compiles to `output`, with what belongs around it: the wait for other builds, and afterwards the times of what was made, the only
 * thing left that differs between two builds of the same source. All in one step, since the start of a container for another
 * takes as long as a small package compiles.
 */
export function cachedCompile(plan: Plan, output: string): Instruction[] {
  // Builds for different platforms need nothing of each other, and do not wait.
  const isOne = plan.spec.platforms.length === 1;
  // A cache that the builder does not have begins with the seed's content.
  const seed = plan.spec.cache === undefined ? "" : `from=${stageNames.seed},`;
  const cache = `type=cache,id=${plan.cacheNamespace}-build,${seed}target=${buildCache}`;
  const script = [
    ...(isOne ? [] : ["export GOARCH=$TARGETARCH GOARM=${TARGETVARIANT#v};"]),
    "build() {",
    ...commandLines(["GOPROXY=off", ...goBuild(plan, output)], { indent: "  ", end: ";" }),
    "};",
    ...awaitTurn(buildCache, isOne ? "lock" : "lock-$TARGETARCH$TARGETVARIANT"),
    "build || exit;",
    ...programCheck(output),
    ...(plan.spec.runtime.image === "scratch" ? temporary : []),
    "# All files get the same time, so that the same source gives the same digest.",
    "find /out -exec touch -h -d @0 {} +",
  ];
  return [
    comment("Compiles with the modules that are there, and downloads nothing."),
    compileStep(plan, script, [cache]),
  ];
}

/** In an empty image a directory that everyone may write, in the layer of the program. Other images have theirs. */
const temporary = [
  "# An empty image has no directory for temporary files.",
  "mkdir -p /out/bin/tmp && chmod 1777 /out/bin/tmp || exit;",
];

/** Compiles in an image that keeps all that it has. */
export function plainCompile(plan: Plan, output: string): Instruction[] {
  const script = [
    ...commandLines(["GOPROXY=off", ...goBuild(plan, output)], { end: " || exit;" }),
    ...programCheck(output).slice(0, -1),
    "fi",
  ];
  return [
    comment("Compiles with the modules that are there, and downloads nothing."),
    compileStep(plan, script),
  ];
}

/** Of a library go build makes an archive, without a word. */
function programCheck(output: string): string[] {
  const complaints =
    "go build made no program: mainPackage is a library, or a flag in build makes another kind of file";
  return [
    "# If the package is a library, go build makes an archive and says nothing.",
    `if [ "$(head -c 4 ${shellWord(output)})" != "$(printf '\\177ELF')" ]; then`,
    ...complaint(complaints, "  "),
    "  exit 1;",
    "fi;",
  ];
}

export const hints: readonly Hint[] = [
  {
    stage: stageNames.build,
    when: /exec \S+: exec format error/,
    say: () =>
      "build.image is not there for the builder's own platform, on which the go command runs: choose one that is, or a builder " +
      "that can run it",
  },
  {
    when: /disabled by GOPROXY=off/,
    say: () =>
      "modules are downloaded before the compiler runs, and only those that go.mod names: run go mod tidy in the module, and " +
      "commit go.mod and go.sum",
  },
  {
    // The go command's own words, where it would fetch a module from its repository.
    when: /exec: "git": executable file not found/,
    say: () =>
      "the build image has no git, which fetches modules that no proxy has: with the input cache it is golang on Alpine. Name " +
      "these modules in build.goPrivate, or a build.image with git",
  },
];
