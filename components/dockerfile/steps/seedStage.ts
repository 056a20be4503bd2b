// A seed in the Dockerfile of an image: an image that a builder's empty cache begins with, and that the modules are taken from.
// Which one it is comes as a build argument, so that the Dockerfile is the same with every seed and with none, and builds by itself.

import { capabilities, stageNames } from "../../inputs";
import type { Plan } from "../dockerfile";
import { comment, emptyLine, from, plain, run, type Instruction } from "../instructions";

/** The build argument of an image that has the input cache: a reference, or the default. */
export const seedArgument = "GOIMAGE_SEED";

/**
 * Directory of the seed with the modules, as a proxy has them; beside it are the compiled packages, as the go command's cache has
 * them.
 */
export const seedModules = "mod";

const mountPoint = "/seed";

/** What stands before the first stage. */
export function seedStages(platforms: readonly string[]): Instruction[] {
  // A seed has what all platforms need, and is itself an image of the first.
  const platform = platforms.length > 1 ? platforms[0] : undefined;
  return [
    comment("A seed: compiled packages and modules for an empty builder. By default there is none."),
    plain("ARG", `${seedArgument}=scratch`),
    from(`\${${seedArgument}}`, { as: stageNames.seed, platform }),
    emptyLine,
  ];
}

/**
 * Takes the modules from the seed, all of them or none. A step of its own: what strangers may have made is in none that has secrets,
 * an agent or, where the builder can do without, a network.
 *
 * The go command takes nothing but what go.sum lists: whatever is missing there is asked of a checksum database that does not exist.
 * Without that, modules that GONOSUMDB or GOPRIVATE name would be taken unchecked, and so would a toolchain, which a go command with
 * one proxy that is a directory does not check.
 */
export function takeModules({ spec }: Plan): Instruction[] {
  if (spec.cache === undefined) return [];
  const script = [
    `if [ -d ${mountPoint}/${seedModules} ]; then`,
    "  # This checksum database does not exist, so whatever go.sum does not list is refused.",
    `  GOPROXY=file://${mountPoint}/${seedModules} GONOPROXY=none GONOSUMDB=none GOTOOLCHAIN=local`,
    '    GOSUMDB="sum.golang.org file:///nonexistent" go mod download || {',
    "    echo 'the modules are not taken from the seed: they are downloaded' >&2;",
    "    go clean -modcache || :;",
    "  };",
    "fi",
  ];
  const isOffline = capabilities[spec.engine].isolatedSteps;
  return [
    comment("Modules of the seed, in a step that has no secrets."),
    run(script, { mounts: [`type=bind,from=${stageNames.seed},target=${mountPoint}`], isOffline }),
  ];
}

/** What the step that downloads does first: nothing is left to do where the seed had it all. */
export const unlessTaken = "GOPROXY=off GONOPROXY=none go mod download 2> /dev/null && exit;";
