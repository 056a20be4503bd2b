// A seed in the Dockerfile of an image: an image that a builder's empty cache begins with, and from which the step that downloads
// modules takes their sources. Which one it is comes as a build argument, so that the Dockerfile is the same with every seed
// and with none, and builds by itself.

import { stageNames } from "../../inputs";
import { emptyLine, from, plain, type Instruction } from "../instructions";

/** Build arguments of an image that has the input cache; each is a reference, or the default. */
export const seedArguments = {
  /** The seed. */
  seed: "GOIMAGE_SEED",
  /** The same one where it has the sources of all modules that the build needs. */
  modules: "GOIMAGE_SEED_MODULES",
} as const;

/**
 * File of the seed with the modules' sources; compiled packages are at the top, as the go command's cache has them. An archive: as
 * files of the image they would be unpacked by the builder and copied by the step, thousands of small ones twice.
 */
export const seedModules = "mod.tar";

const mountPoint = "/seed";

/** What stands before the first stage. */
export function seedStages(platforms: readonly string[]): Instruction[] {
  const { seed, modules } = seedArguments;
  // A seed has what all platforms need, and is itself an image of the first.
  const platform = platforms.length > 1 ? platforms[0] : undefined;
  return [
    ...[seed, modules].map((name) => plain("ARG", `${name}=scratch`)),
    from(`\${${seed}}`, { as: stageNames.seed, platform }),
    from(`\${${modules}}`, { as: stageNames.seedModules, platform }),
    emptyLine,
  ];
}

const modules = `${mountPoint}/${seedModules}`;

/** What the step that downloads does first: takes the modules from the seed. A copy, since the layer must outlive the seed. */
export const takeModules = {
  mount: `type=bind,from=${stageNames.seedModules},target=${mountPoint}`,
  script: `[ -f ${modules} ] && target=$(go env GOMODCACHE) && mkdir -p "$target" && exec tar -xf ${modules} -C "$target"; `,
};
