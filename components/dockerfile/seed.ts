// The Dockerfile of a seed: downloads the modules, compiles what the module's programs import of them and of the standard
// library, and keeps that together with the sources that a build reads. No source of the module itself is in its context.

import { goTarget } from "../inputs";
import { seedLabel } from "../seeds/tags";
import { noPins, pinned, type Pins } from "./bases";
import type { Plan } from "./dockerfile";
import { copy, emptyLine, from, pairs, text, workdir } from "./instructions";
import {
  compileStep,
  downloadDirectory,
  downloadSteps,
  downloadsFirst,
  goEnvironment,
  packageFlags,
} from "./steps/goBuild";
import { gitSteps } from "./steps/privateModules";
import { seedModules } from "./steps/seed";

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
    // For goimage cache ls.
    ...pairs("LABEL", { [seedLabel]: `${modulesOf(plan)}, ${golangImage}` }),
  ]);
}

const mostModules = 3;

function modulesOf({ service }: Plan): string {
  const names = service.modules.map((module) => module.path).sort();
  const more = names.length - mostModules;
  return [...names.slice(0, mostModules), ...(more > 0 ? [`${more} more modules`] : [])].join(" ");
}

/**
 * Of each package that was imported, with what that imports: where its sources are. What embeds files or is not Go alone
 * may read files in other directories of its module. A package that cannot be compiled is left out (-e).
 */
const listing =
  "{{if and .Module (not .Standard)}}" +
  "{{if or .EmbedFiles .CgoFiles .CFiles .CXXFiles .FFiles .HFiles .SFiles .SwigFiles .SwigCXXFiles .SysoFiles}}" +
  "all {{.Module.Dir}}{{else}}one {{.Dir}}{{end}}{{end}}";

function compile(platforms: readonly string[]): string {
  const list = `go list -e -export -deps -f '${listing}' "$@"`;
  if (platforms.length === 1) return `mkdir -p /seed && GOPROXY=off GOCACHE=/seed ${list} > /tmp/kept`;
  const targets = platforms.map(goTarget).map(({ GOARCH = "", GOARM = "" }) => `${GOARCH}/${GOARM}`);
  return (
    `mkdir -p /seed && for target in ${targets.join(" ")}; do GOPROXY=off GOCACHE=/seed GOARCH=\${target%/*} ` +
    `GOARM=\${target#*/} ${list} >> /tmp/kept || exit 1; done`
  );
}

/** Of the modules, what a build reads of their sources, and what the go command wants to know of each of them. */
const keep = [
  'cd "$(go env GOMODCACHE)"',
  `sort -u /tmp/kept | while read -r how directory; do directory=\${directory#"$PWD"/}; [ -d "$directory" ] || continue; ` +
    `case $directory in /*) ;; *) if [ "$how" = all ]; then find "$directory" -name testdata -prune -o -type f ! -name "*_test.go" -print; ` +
    `else find "$directory" -maxdepth 1 -type f ! -name "*_test.go" -print; fi ;; esac; done | sort -u > /tmp/files`,
  `find cache/download -type f \\( -name "*.mod" -o -name "*.info" -o -name "*.ziphash" \\) >> /tmp/files`,
  `tar -cf /seed/${seedModules} -T /tmp/files`,
].join(" && ");
