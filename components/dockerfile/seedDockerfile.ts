// The Dockerfile of a seed: downloads the modules, compiles what the module's programs import of them and of the standard
// library, and keeps that together with the modules. No source of the module itself is in its context.

import { goTarget } from "../goSyntax";
import { firstFew } from "../text";
import { noPins, pinned, type Pins } from "./bases";
import type { Plan } from "./dockerfile";
import { comment, copy, emptyLine, from, text, workdir } from "./instructions";
import { commandLines, shellWord } from "./shell";
import {
  compileStep,
  downloadDirectory,
  downloadSteps,
  downloadsFirst,
  goEnvironment,
  packageFlags,
} from "./steps/goBuild";
import { gitSteps } from "./steps/privateModules";
import { seedModules } from "./steps/seedStage";

/** `imports` are what to compile. */
export function seedDockerfile(given: Plan, imports: readonly string[], pins: Pins = noPins): string {
  const plan: Plan = { ...given, idSuffix: pins.idSuffix };
  const { spec, golangImage } = plan;
  // It is made from nothing, so that no seed hands on what an older one had.
  const unseeded: Plan = { ...plan, spec: { ...spec, cache: undefined } };
  const keepsModules = downloadsFirst(plan);
  return text([
    comment("Makes a seed: compiled packages and modules, with which empty builders begin."),
    from(pinned(golangImage, pins.digests), { as: "build", platform: "$BUILDPLATFORM" }),
    workdir(downloadDirectory(plan)),
    ...goEnvironment(plan),
    ...gitSteps(spec.build),
    // No service's own directory is entered, so that those of a workspace share the seed.
    ...downloadSteps(unseeded),
    comment("Compiles what the programs import. A package that cannot be compiled is left out (-e)."),
    compileStep(
      plan,
      keepsModules ? [...compile(plan, imports, " &&"), ...keep] : compile(plan, imports, ""),
    ),
    emptyLine,
    comment("The compiled packages, and the modules."),
    from("scratch"),
    copy(["/seed/"], "/", { from: "build" }),
  ]);
}

const mostModules = 3;

/** For goimage cache ls: what a seed is for. */
export function aboutSeed({ service, golangImage }: Plan): string {
  const names = service.modules.map((module) => module.path).sort();
  return `${firstFew(names, mostModules, "more modules").join(" ")}, ${golangImage}`;
}

/** Compiles into the seed; `end` is what stands before the next command. */
function compile({ spec: { build, platforms } }: Plan, imports: readonly string[], end: string): string[] {
  const list = ["go", "list", "-e", "-export", "-deps", ...packageFlags(build), ...imports.map(shellWord)];
  const into = "GOPROXY=off GOCACHE=/seed";
  const start = "mkdir -p /seed &&";
  if (platforms.length === 1) return [start, ...commandLines([into, ...list], { end: ` > /dev/null${end}` })];
  const targets = platforms.map(goTarget).map(({ GOARCH = "", GOARM = "" }) => `${GOARCH}/${GOARM}`);
  const forTarget = "GOARCH=${target%/*} GOARM=${target#*/}";
  return [
    start,
    ...commandLines(["for target in", ...targets], { end: "; do" }),
    ...commandLines([into, forTarget, ...list], { indent: "  ", end: " > /dev/null || exit;" }),
    `done${end}`,
  ];
}

/** The modules as they were downloaded. */
const keep = [
  "# The modules, without what vouches for them: that is for the go.sum of the service that takes them.",
  `mkdir /seed/${seedModules} &&`,
  'if cd "$(go env GOMODCACHE)/cache/download" 2> /dev/null; then',
  "  find . -type f \\( -name '*.zip' -o -name '*.mod' -o -name '*.info' \\) > /tmp/files &&",
  `  tar -cf - -T /tmp/files | tar -xf - -C /seed/${seedModules};`,
  "fi",
];
