// The simple way: one golang image that compiles and runs, with toolchain, source and module cache on board.

import { baseAnnotations, noPins, pinned, type Pins } from "./bases";
import type { Dockerfile, Plan } from "./dockerfile";
import { command, comment, from, pairs, plain, text, workdir } from "./instructions";
import { goEnvironment, plainCompile, plainSourceSteps, workingDirectory } from "./steps/goBuild";
import { gitSteps } from "./steps/privateModules";

export function singleStage(given: Plan, { digests, idSuffix }: Pins = noPins): Dockerfile {
  const plan: Plan = { ...given, idSuffix };
  const { golangImage, spec } = plan;
  const { binary, user } = spec.runtime;
  return {
    text: text([
      comment("Compiles and runs: the compiler, the source and the modules are all in the image."),
      from(pinned(golangImage, digests)),
      workdir(workingDirectory(plan)),
      ...goEnvironment(plan),
      ...gitSteps(spec.build),
      ...plainSourceSteps(plan),
      ...plainCompile(plan, binary),
      workdir("/app"),
      ...pairs("LABEL", baseAnnotations(plan, digests)),
      comment("Not root."),
      plain("USER", user),
      command("ENTRYPOINT", [binary]),
    ]),
    layers: [
      { createdBy: `WORKDIR ${workingDirectory(plan)}`, origin: "files" },
      { createdBy: "COPY . ", origin: "files" },
      { createdBy: "RUN /bin/sh -c GOPROXY=off ", origin: "binary" },
      { createdBy: "RUN ", origin: "files" },
      { createdBy: "WORKDIR /app", origin: "files" },
    ],
    isHardened: false,
  };
}
