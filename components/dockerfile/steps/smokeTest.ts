// The smoke test: stages that run the program in its image before the last stage can be made.
//
// The last stage takes its files from a stage that has the compiled tree and waits for the test, not from the one in
// which the program ran: whatever the test leaves behind, the image's layers are the same as without it.

import type { SmokeTestArgs } from "../../args";
import { goTarget } from "../../inputs/platform";
import {
  comment,
  copy,
  emptyLine,
  file,
  from,
  pairs,
  run,
  runOffline,
  workdir,
  type Instruction,
} from "../instructions";
import { prober } from "./smokeTestProber";

/** The stage that has what `build` has, and exists only once the test has passed. */
export const testedStage = "tested";

const defaultTimeoutSeconds = 30;
/** Where the prober is mounted while the test runs. */
export const proberPath = "/run/goimage/prober";

/** What the stages are rendered from. */
export interface SmokeTestPlan {
  smokeTest: SmokeTestArgs;
  platform: string;
  /** Image with the Go toolchain. */
  compiler: string;
  /** The stage of that name with what the program needs: files, environment, user. */
  image: (name: string) => readonly Instruction[];
  /** The program with its arguments. */
  program: readonly string[];
  /** A file in `image` to wait for. */
  binary: string;
}

export function smokeTestStages(plan: SmokeTestPlan): Instruction[] {
  return [
    comment("Runs the program of the next stage and asks it over loopback; nothing of this is in the image."),
    // No cache mount: the layer is the same for all projects on a builder, which a mount of each project would undo.
    from(plan.compiler, { as: "prober", platform: "$BUILDPLATFORM" }),
    workdir("/prober"),
    ...pairs("ENV", { CGO_ENABLED: "0", ...goTarget(plan.platform), GOFLAGS: "", GOTOOLCHAIN: "local" }),
    file("main.go", prober),
    run(["go", "build", "-trimpath", "-ldflags=-s -w", "-o", "prober", "main.go"]),
    emptyLine,
    ...plan.image("smoketest"),
    runOffline(proberCommand(plan), [`type=bind,from=prober,source=/prober/prober,target=${proberPath}`]),
    emptyLine,
    comment("What was compiled, once the program has passed."),
    from("build", { as: testedStage }),
    copy([plan.binary], "/tested", "smoketest"),
    emptyLine,
  ];
}

function proberCommand({ smokeTest, program }: SmokeTestPlan): string[] {
  const { http, timeoutSeconds = defaultTimeoutSeconds } = smokeTest;
  const request =
    http === undefined
      ? []
      : [`-port=${http.port}`, `-path=${http.path ?? "/"}`, `-status=${http.status ?? 200}`];
  return [proberPath, `-timeout=${timeoutSeconds}s`, ...request, "--", ...program];
}
