// The Dockerfile of a seed: downloads the modules, compiles what the module's programs import of them and of the standard
// library, and keeps that together with the modules. No source of the module itself is in its context.

import { goTarget } from "../goSyntax";
import { firstFew } from "../text";
import { noPins, pinned, type Pins } from "./bases";
import type { Plan } from "./dockerfile";
import { copy, emptyLine, from, text, workdir } from "./instructions";
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
    from(pinned(golangImage, pins.digests), { as: "build", platform: "$BUILDPLATFORM" }),
    workdir(downloadDirectory(plan)),
    ...goEnvironment(plan),
    ...gitSteps(spec.build),
    // No service's own directory is entered, so that those of a workspace share the seed.
    ...downloadSteps(unseeded),
    compileStep(plan, [
      "sh",
      "-c",
      keepsModules ? `${compile(spec.platforms)} && ${keep}` : compile(spec.platforms),
      "sh",
      ...packageFlags(spec.build),
      ...imports,
    ]),
    emptyLine,
    from("scratch"),
    copy(["/seed/"], "/", "build"),
  ]);
}

const mostModules = 3;

/** For goimage cache ls: what a seed is for. */
export function aboutSeed({ service, golangImage }: Plan): string {
  const names = service.modules.map((module) => module.path).sort();
  return `${firstFew(names, mostModules, "more modules").join(" ")}, ${golangImage}`;
}

/** Compiles into the seed. A package that cannot be compiled is left out (-e). */
function compile(platforms: readonly string[]): string {
  const list = `go list -e -export -deps "$@" > /dev/null`;
  if (platforms.length === 1) return `mkdir -p /seed && GOPROXY=off GOCACHE=/seed ${list}`;
  const targets = platforms.map(goTarget).map(({ GOARCH = "", GOARM = "" }) => `${GOARCH}/${GOARM}`);
  return (
    `mkdir -p /seed && for target in ${targets.join(" ")}; do GOPROXY=off GOCACHE=/seed GOARCH=\${target%/*} ` +
    `GOARM=\${target#*/} ${list} || exit 1; done`
  );
}

/** The modules as they were downloaded, with nothing that vouches for them: that is for the go.sum of who takes them. */
const keep =
  `mkdir /seed/${seedModules} && if cd "$(go env GOMODCACHE)/cache/download" 2> /dev/null; then ` +
  `find . -type f \\( -name "*.zip" -o -name "*.mod" -o -name "*.info" \\) > /tmp/files && ` +
  `tar -cf - -T /tmp/files | tar -xf - -C /seed/${seedModules}; fi`;
