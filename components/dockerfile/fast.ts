// The recipe "fast": a build stage with cached dependencies, and a runtime stage that receives the binary and the files alone.

import * as path from "node:path";
import { defaultUserName, stageNames, type RuntimeSpec } from "../inputs";
import { baseAnnotations, noPins, pinned, type Pins } from "./bases";
import type { Dockerfile, Plan } from "./dockerfile";
import {
  command,
  comment,
  copy,
  emptyLine,
  from,
  pairs,
  text,
  workdir,
  type Instruction,
  type StageStart,
} from "./instructions";
import { runtimeSettings, user } from "./runtimeSettings";
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

export function fast(given: Plan, { digests, idSuffix, asBefore }: Pins = noPins): Dockerfile {
  const plan: Plan = { ...given, idSuffix, asBefore };
  const { golangImage, spec } = plan;
  const { build, smokeTest } = spec;
  const runtime = asBefore === true ? withoutUserName(spec.runtime) : spec.runtime;
  const base = pinned(runtime.image, digests);
  const compiler = pinned(golangImage, digests);
  const output = `/out/bin${runtime.binary}`;
  const tested = smokeTest && {
    ...{ smokeTest, compiler, binary: runtime.binary },
    platforms: spec.platforms,
    image: (stage: StageStart) => [
      ...filledStage(stage, stageNames.build, base, runtime),
      ...pairs("ENV", runtime.env),
      user(runtime),
    ],
  };
  return {
    text: text([
      ...(spec.cache === undefined ? [] : seedStages(spec.platforms)),
      // The build runs on the builder's own platform and cross-compiles: no emulator, whatever the target.
      from(compiler, { as: stageNames.build, platform: "$BUILDPLATFORM" }),
      workdir(downloadDirectory(plan)),
      ...goEnvironment(plan),
      ...gitSteps(build),
      ...downloadSteps(plan),
      ...enterModule(plan),
      ...sourceSteps(plan),
      ...mountPoints(runtime.volumes, workingDirectory(plan)),
      ...runtime.files.map((file) => copyFile(plan, file, `/out/files${runtime.workingDirectory}`)),
      ...targetArguments(spec),
      comment(
        asBefore === true
          ? "Of several builds at once, the first fills the cache and the others wait for it."
          : "Of several builds at once, the first fills the cache. The others wait until it has what they need.",
      ),
      cachedCompile(plan, output),
      ...glibcCheck(spec, output),
      emptyLine,
      ...packageStages(plan, base),
      ...(tested === undefined ? [] : smokeTestStages(tested)),
      ...filledStage(
        { as: "app" },
        tested === undefined ? stageNames.build : stageNames.tested,
        base,
        runtime,
      ),
      ...runtimeSettings(runtime, baseAnnotations(plan, digests)),
      command("ENTRYPOINT", runtime.entrypoint),
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

/** The runtime stage as far as files go; `origin` is the stage that has compiled. */
function filledStage(stage: StageStart, origin: string, base: string, runtime: RuntimeSpec): Instruction[] {
  return [
    from(base, stage),
    // Before what an edit changes, so that their layers stay.
    ...volumeSteps(runtime, origin),
    workdir(runtime.workingDirectory),
    ...packageLayer(runtime.packages),
    ...(runtime.files.length > 0 ? [copy(["/out/files/"], "/", origin)] : []),
    copy(["/out/bin/"], "/", origin),
  ];
}

function copyFile({ service }: Plan, file: string, target: string): Instruction {
  const inModule = path.posix.join(service.sourceDirectory, file);
  return copy([inModule], path.posix.join(target, file));
}

/** 0.1.0 set no USER. */
function withoutUserName(runtime: RuntimeSpec): RuntimeSpec {
  const { USER, ...others } = runtime.env;
  return USER === defaultUserName ? { ...runtime, env: others } : runtime;
}
