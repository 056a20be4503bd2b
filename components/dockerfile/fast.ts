// The Dockerfiles: pure functions from a plan to text, and where each layer of the result comes from.

import * as path from "node:path";
import type { RuntimeStageArgs } from "../args";
import {
  buildCache,
  buildImage,
  compileMounts,
  compileStep,
  downloadDirectory,
  downloadSteps,
  goBuild,
  goEnvironment,
  plainSourceSteps,
  sourceSteps,
  workingDirectory,
} from "./steps/goBuild";
import type { BuildPlan } from "./steps/goBuild";
import { smokeTestStages, testedStage } from "./steps/smokeTest";
import {
  command,
  comment,
  copy,
  emptyLine,
  from,
  pairs,
  plain,
  text,
  workdir,
  type Instruction,
} from "./instructions";
import { libcCheck } from "./steps/glibcCheck";
import { baseStage, packageLayer, packagesStage, packageStages } from "./steps/alpinePackages";
import { gitSteps } from "./steps/privateModules";

/** A rendered Dockerfile. */
export interface Dockerfile {
  text: string;
  /** Base images of the stages, as the inputs name them. */
  bases: readonly string[];
  /** How the layers of the last stage show in the image's history, with what they hold. Others are the base's. */
  layers: readonly { createdBy: string; origin: "packages" | "files" | "binary" }[];
  /** True when the image is meant to pass its checks, so that one which fails is news. */
  isHardened: boolean;
}

/** Stages of the Dockerfiles that others are made from: FROM takes such a name for the stage, not for an image. */
export const stageNames = ["build", baseStage, packagesStage, "prober", "smoketest", testedStage];

const defaultUser = "65532:65532";
const defaultAlpine = "3.20.3";
const binaryName = "main";

/** The original two stages, to the byte. */
export const classic: Dockerfile = {
  text: `FROM golang:1.23 AS build
WORKDIR /build
COPY . .
RUN CGO_ENABLED=0 GOOS=linux go build -a -installsuffix cgo -o main .

FROM alpine:3.20.3 AS app
WORKDIR /app
COPY --from=build /build/main .
CMD ["./main"]
`,
  bases: ["golang:1.23", "alpine:3.20.3"],
  layers: [
    { createdBy: "WORKDIR /app", origin: "files" },
    { createdBy: "COPY /build/main .", origin: "binary" },
  ],
  isHardened: false,
};

/** Build stage with cached dependencies, and a runtime stage that receives the binary and the files alone. */
export function fast(plan: BuildPlan, runtime: RuntimeStageArgs, digests: BaseDigests = {}): Dockerfile {
  const directory = runtime.workingDirectory ?? "/app";
  const binary = path.posix.join(directory, binaryName);
  const files = runtime.files ?? [];
  const volumes = runtime.volumes ?? [];
  const base = runtime.image ?? `alpine:${runtime.alpineVersion ?? defaultAlpine}`;
  const bases = [buildImage(plan.build, plan.service.goMod), base] as const;
  /** The runtime stage as far as files go; `origin` is the stage that has compiled. */
  const filled = (name: string, origin: string) => [
    from(pinned(base, digests), { as: name }),
    // Before what an edit changes, so that their layers stay.
    ...volumeSteps(volumes, origin, runtime),
    workdir(directory),
    ...packageLayer(runtime.packages),
    ...(files.length > 0 ? [copy(["/out/files/"], "/", origin)] : []),
    copy(["/out/bin/"], "/", origin),
  ];
  const entrypoint = runtime.entrypoint ?? [binary];
  return {
    bases,
    text: text([
      // The build runs on the builder's own platform and cross-compiles: no emulator, whatever the target.
      from(pinned(bases[0], digests), { as: "build", platform: "$BUILDPLATFORM" }),
      workdir(downloadDirectory(plan)),
      ...goEnvironment(plan),
      ...gitSteps(plan.build),
      ...downloadSteps(plan),
      ...sourceSteps(plan),
      ...mountPoints(plan, volumes),
      ...files.map((file) => copyFile(plan, file, `/out/files${directory}`)),
      comment("Of several builds at once, the first fills the cache and the others wait for it."),
      compileStep(
        plan,
        compileScript(goBuild(plan, `/out/bin${binary}`), `/out/bin${binary}`),
        compileMounts(plan),
      ),
      ...libcCheck(plan.build, runtime, `/out/bin${binary}`),
      emptyLine,
      ...packageStages(runtime.packages, pinned(base, digests), plan.build),
      ...(plan.smokeTest === undefined
        ? filled("app", "build")
        : [
            ...smokeTestStages({
              ...{ smokeTest: plan.smokeTest, platform: plan.platform, binary },
              compiler: pinned(bases[0], digests),
              image: (name) => [...filled(name, "build"), ...pairs("ENV", runtime.env ?? {}), user(runtime)],
              program: [...entrypoint, ...(plan.smokeTest.args ?? runtime.command ?? [])],
            }),
            ...filled("app", testedStage),
          ]),
      ...runtimeSettings(runtime, baseAnnotations(base, digests)),
      command("ENTRYPOINT", entrypoint),
      ...(runtime.command === undefined ? [] : [command("CMD", runtime.command)]),
    ]),
    layers: [
      { createdBy: "COPY /out/packages/ /", origin: "packages" },
      { createdBy: "COPY /out/files/ /", origin: "files" },
      { createdBy: "COPY /out/tree/ /", origin: "files" },
      { createdBy: "COPY /out/volumes/", origin: "files" },
      { createdBy: "COPY /out/bin/ /", origin: "binary" },
      { createdBy: "WORKDIR ", origin: "files" },
    ],
    isHardened: true,
  };
}

/**
 * The command, with what belongs around it. Services that are built at the same time need much of the same compiled,
 * and the go command does not know of others at work: with empty caches each of them would compile all of it. So one
 * of them has the cache for itself until it has filled it, and then the others go on together. An image without flock,
 * or whose user may not write the cache, compiles without. Afterwards times are set, the only thing left that differs
 * between two builds of the same source. All in one step, since the start of a container for another takes as long as a
 * small package compiles. The command's words are arguments of the script and no part of it.
 */
function compileScript(command: readonly string[], binary: string): string[] {
  const lock = `[ -w ${buildCache} ] && exec 9>${buildCache}/lock && { flock -n 9 || flock -s 9; } 2>/dev/null`;
  return ["sh", "-c", `${lock}; ${compile} && find /out -exec touch -h -d @0 {} +`, binary, ...command];
}

/** Compiles, and looks at the result, whose path is $0: of a library go build makes an archive, without a word. */
const compile =
  `GOPROXY=off "$@" && { [ "$(head -c 4 "$0")" = "$(printf '\\177ELF')" ] || ` +
  `{ echo "go build made no program: mainPackage is a library, or a flag in build makes another kind of file" >&2; exit 1; }; }`;

/** The simple way: one golang image that compiles and runs, with toolchain, source and module cache on board. */
export function singleStage(plan: BuildPlan, digests: BaseDigests = {}): Dockerfile {
  const binary = `/app/${binaryName}`;
  const build = goBuild(plan, binary);
  const base = buildImage(plan.build, plan.service.goMod);
  return {
    bases: [base],
    text: text([
      from(pinned(base, digests)),
      workdir(workingDirectory(plan)),
      ...goEnvironment(plan),
      ...gitSteps(plan.build),
      ...plainSourceSteps(plan),
      compileStep(plan, ["sh", "-c", compile, binary, ...build]),
      workdir("/app"),
      ...pairs("LABEL", baseAnnotations(base, digests)),
      plain("USER", defaultUser),
      command("ENTRYPOINT", [binary]),
    ]),
    layers: [
      { createdBy: `WORKDIR ${workingDirectory(plan)}`, origin: "files" },
      { createdBy: "COPY . ", origin: "files" },
      { createdBy: "RUN sh -c GOPROXY=off ", origin: "binary" },
      { createdBy: "RUN ", origin: "files" },
      { createdBy: "WORKDIR /app", origin: "files" },
    ],
    isHardened: false,
  };
}

function copyFile(plan: BuildPlan, file: string, target: string): Instruction {
  const inModule = path.posix.join(plan.service.sourceDirectory, file);
  return copy([inModule], path.posix.join(target, file));
}

/** Digests of base images, by the names that the inputs give them. */
export type BaseDigests = Readonly<Record<string, string>>;

function digestOf(image: string, digests: BaseDigests): string | undefined {
  return Object.hasOwn(digests, image) ? digests[image] : undefined;
}

function pinned(image: string, digests: BaseDigests): string {
  const digest = digestOf(image, digests);
  return digest === undefined ? image : `${image}@${digest}`;
}

/** What the image is based on, in the OCI's words (image-spec, annotations). */
export function baseAnnotations(image: string, digests: BaseDigests): Record<string, string> {
  const digest = digestOf(image, digests);
  if (digest === undefined) return {};
  return { "org.opencontainers.image.base.name": image, "org.opencontainers.image.base.digest": digest };
}

function runtimeSettings(runtime: RuntimeStageArgs, labels: Record<string, string>): Instruction[] {
  return [
    ...pairs("ENV", runtime.env ?? {}),
    ...pairs("LABEL", { ...labels, ...runtime.labels }),
    ...(runtime.exposedPorts ?? []).map((port) => plain("EXPOSE", port)),
    ...(runtime.volumes?.length ? [command("VOLUME", runtime.volumes)] : []),
    ...(runtime.stopSignal === undefined ? [] : [plain("STOPSIGNAL", runtime.stopSignal)]),
    ...healthcheck(runtime),
    user(runtime),
  ];
}

function user(runtime: RuntimeStageArgs): Instruction {
  return plain("USER", runtime.user ?? defaultUser);
}

/** Empty directories to be copied as mount points. WORKDIR makes them with no container; the compile step sets their times. */
function mountPoints(plan: BuildPlan, volumes: readonly string[]): Instruction[] {
  if (volumes.length === 0) return [];
  const made = volumes.flatMap((volume, n) => [
    workdir(`/out/tree${volume}`),
    workdir(`/out/volumes/${n}/${path.posix.basename(volume)}`),
  ]);
  return [...made, workdir(workingDirectory(plan))];
}

/**
 * Mount points that belong to the image's user. First all of them with what is above, so that no directory gets the time of the
 * build by a new entry; then each by itself, with its owner. A user without a group has the group of the same number.
 */
function volumeSteps(
  volumes: readonly string[],
  origin: string,
  { user = defaultUser }: RuntimeStageArgs,
): Instruction[] {
  if (volumes.length === 0) return [];
  const owner = user.includes(":") ? user : `${user}:${user}`;
  const owned = volumes.map((volume, n) => {
    const above = path.posix.dirname(volume);
    const { keyword, rest } = copy([`/out/volumes/${n}/`], above === "/" ? "/" : `${above}/`, origin);
    return { keyword, rest: `--chown=${owner} ${rest}` };
  });
  return [copy(["/out/tree/"], "/", origin), ...owned];
}

function healthcheck({ healthcheck: check }: RuntimeStageArgs): Instruction[] {
  if (check === undefined) return [];
  const flags = [
    ["interval", check.intervalSeconds, "s"],
    ["timeout", check.timeoutSeconds, "s"],
    ["start-period", check.startPeriodSeconds, "s"],
    ["retries", check.retries, ""],
  ] as const;
  const given = flags.flatMap(([name, value, unit]) =>
    value === undefined ? [] : [`--${name}=${value}${unit}`],
  );
  const operand = command("CMD", check.command);
  return [plain("HEALTHCHECK", [...given, operand.keyword, operand.rest].join(" "))];
}
