// The recipe "fast": a build stage with cached dependencies, and a runtime stage that receives the binary and the files alone.

import * as path from "node:path";
import { stageNames } from "../inputs";
import { baseAnnotations, noPins, pinned, type Pins } from "./bases";
import type { Dockerfile, Plan } from "./dockerfile";
import {
  comment,
  copy,
  emptyLine,
  from,
  text,
  workdir,
  type Instruction,
  type StageStart,
} from "./instructions";
import { runtimeSettings } from "./runtimeSettings";
import { packageLayer, packageStages } from "./steps/alpinePackages";
import { glibcCheck } from "./steps/glibcCheck";
import {
  cachedCompile,
  downloadDirectory,
  downloadSteps,
  enterModule,
  goEnvironment,
  sourceSteps,
  targetArguments,
  workingDirectory,
} from "./steps/goBuild";
import { gitSteps } from "./steps/privateModules";
import { seedStages } from "./steps/seedStage";
import { smokeTestStages } from "./steps/smokeTest";
import { mountPoints, volumeSteps } from "./steps/volumes";

export function fast(given: Plan, { digests, idSuffix }: Pins = noPins): Dockerfile {
  const plan: Plan = { ...given, idSuffix };
  const { golangImage, spec } = plan;
  const { build, runtime, smokeTest } = spec;
  const base = pinned(runtime.image, digests);
  const compiler = pinned(golangImage, digests);
  const output = `/out/bin${runtime.binary}`;
  const shipped = (stage: StageStart, origin: string) => [
    from(base, stage),
    ...shippedFiles(plan, origin),
    ...runtimeSettings(runtime, baseAnnotations(plan, digests)),
  ];
  return {
    text: text([
      ...(spec.cache === undefined ? [] : seedStages(spec.platforms)),
      comment("Compiles on the builder's own platform for the image's, so no emulator is needed."),
      from(compiler, { as: stageNames.build, platform: "$BUILDPLATFORM" }),
      workdir(downloadDirectory(plan)),
      ...goEnvironment(plan),
      ...gitSteps(build),
      ...downloadSteps(plan),
      ...enterModule(plan),
      ...sourceSteps(plan),
      ...mountPoints(runtime.volumes, workingDirectory(plan)),
      ...ownFiles(plan),
      ...targetArguments(spec),
      ...cachedCompile(plan, output),
      ...glibcCheck(spec, output),
      emptyLine,
      ...packageStages(plan, base),
      ...(smokeTest === undefined
        ? []
        : smokeTestStages({
            ...{ smokeTest, compiler, binary: runtime.binary, platforms: spec.platforms },
            isOwnCompiler: build.image !== undefined,
            image: (stage) => withoutComments(shipped(stage, stageNames.build)),
          })),
      comment("What ships: the program and its files, without compiler and source."),
      ...shipped({ as: "app" }, smokeTest === undefined ? stageNames.build : stageNames.tested),
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

/** The files of the stage that ships; `origin` is the stage that has compiled. */
function shippedFiles({ spec: { runtime } }: Plan, origin: string): Instruction[] {
  return [
    // Before what an edit changes, so that their layers stay.
    ...volumeSteps(runtime, origin),
    workdir(runtime.workingDirectory),
    ...packageLayer(runtime.packages),
    ...(runtime.files.length > 0
      ? [comment("Files of the service."), copy(["/out/files/"], "/", { from: origin })]
      : []),
    comment("The program, last: it changes most often."),
    copy(["/out/bin/"], "/", { from: origin }),
  ];
}

/** Puts what runtime.files names to where it will lie in the image. */
function ownFiles({ spec: { runtime }, service }: Plan): Instruction[] {
  const { files, workingDirectory: directory } = runtime;
  const copies = files.map((file) => {
    const inModule = path.posix.join(service.sourceDirectory, file);
    return copy([inModule], path.posix.join(`/out/files${directory}`, file));
  });
  return copies.length === 0
    ? []
    : [comment("Files of the service, at their places in the image."), ...copies];
}

function withoutComments(instructions: readonly Instruction[]): Instruction[] {
  return instructions.filter(({ keyword }) => keyword !== "#");
}
