// The smoke test: stages that run the program in its image before the last stage can be made.
//
// The last stage takes its files from a stage that has the compiled tree and waits for the test, not from the one in
// which the program ran: whatever the test leaves behind, the image's layers are the same as without it.

import { commonTarget, goTarget } from "../../goSyntax";
import { stageNames, type SmokeTestSpec } from "../../inputs";
import type { Hint } from "../hint";
import {
  comment,
  copy,
  emptyLine,
  exec,
  file,
  from,
  pairs,
  run,
  usualShell,
  workdir,
  type Instruction,
  type StageStart,
} from "../instructions";
import { prober, proberOfSeveral } from "./smokeTestProber";

/** Where the prober is mounted while the test runs. */
const proberPath = "/run/goimage/prober";

/** What the stages are rendered from. */
export interface SmokeTestPlan {
  smokeTest: SmokeTestSpec;
  platforms: readonly string[];
  /** Image with the Go toolchain. */
  compiler: string;
  /** Whether that is none of the usual ones. */
  isOwnCompiler: boolean;
  /** The stage that ships, under that name. */
  image: (stage: StageStart) => readonly Instruction[];
  /** A file in `image` to wait for. */
  binary: string;
}

export function smokeTestStages(plan: SmokeTestPlan): Instruction[] {
  const isOne = plan.platforms.length === 1;
  const mount = `type=bind,from=${stageNames.prober},source=/prober/prober,target=${proberPath}`;
  return [
    comment("The smoke test: a program that runs the service and asks it. Nothing of it is in the image."),
    // No cache mount: the layer is the same for all projects on a builder, which a mount of each project would undo.
    from(plan.compiler, { as: stageNames.prober, platform: "$BUILDPLATFORM" }),
    ...(plan.isOwnCompiler ? usualShell() : []),
    workdir("/prober"),
    ...pairs("ENV", {
      ...{ CGO_ENABLED: "0", GOFLAGS: "", GOTOOLCHAIN: "local" },
      ...commonTarget(plan.platforms),
    }),
    file("main.go", isOne ? prober : proberOfSeveral),
    run(["go build -trimpath -ldflags='-s -w' -o prober main.go"]),
    emptyLine,
    comment("What ships, to be tested as it is."),
    // With several platforms the test runs where the builder's own is one of them, in the image of that.
    ...plan.image({ as: stageNames.smokeTest, ...(isOne ? {} : { platform: "$BUILDPLATFORM" }) }),
    comment("The program runs without a network."),
    exec(proberCommand(plan), { mounts: [mount], isOffline: true }),
    emptyLine,
    comment("The files of the build stage, once the program has passed."),
    from(stageNames.build, { as: stageNames.tested }),
    copy([plan.binary], "/tested", { from: stageNames.smokeTest }),
    emptyLine,
  ];
}

function proberCommand({ platforms, smokeTest: { command, http, timeoutSeconds } }: SmokeTestPlan): string[] {
  const architectures = platforms.map((platform) => goTarget(platform)["GOARCH"] ?? "");
  const several = platforms.length > 1 ? [`-architectures=${architectures.join(",")}`] : [];
  const request =
    http === undefined ? [] : [`-port=${http.port}`, `-path=${http.path}`, `-status=${http.status}`];
  return [proberPath, `-timeout=${timeoutSeconds}s`, ...several, ...request, "--", ...command];
}

export const hints: readonly Hint[] = [
  {
    when: new RegExp(`exec ${proberPath}: exec format error`),
    say: (platform) =>
      `the builder cannot run programs of ${platform}, as smokeTest needs: leave it out, or choose with the input builder ` +
      "one of that platform or with an emulator",
  },
];
