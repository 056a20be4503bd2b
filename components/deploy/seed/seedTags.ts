// How the seed of an image is tagged: by what it is made of.

import * as crypto from "node:crypto";
import { seedDockerfile, type Plan } from "../../dockerfile";
import { exactTag, newestTag } from "../../seeds";

/** Tags of seeds in their repository. */
export interface SeedTags {
  /** Of the one for exactly these dependencies. */
  exact: string;
  /** Of the newest for this module, platform and toolchain: what it has of other versions is no use, and does no harm. */
  newest: string;
}

/**
 * Tags for what a seed is made of. The digest of the image that compiles is no part of it: the go command takes a compiled
 * package only from the same toolchain, and flags, environment and C sources are part of its own keys.
 */
export function seedTags(plan: Plan, imports: readonly string[], moduleFiles: string): SeedTags {
  const { engine, platforms } = plan.spec;
  // Caches of one builder are apart by project, seeds are not.
  const text = (names: readonly string[]) => seedDockerfile({ ...plan, cacheNamespace: "" }, names);
  // A builder of Docker Engine 20.10 does not read layers in zstd.
  const hash = (...parts: readonly string[]) =>
    crypto
      .createHash("sha256")
      .update(JSON.stringify([engine, platforms, ...parts]))
      .digest("hex")
      .slice(0, 20);
  const modules = plan.service.modules.map((module) => module.path).sort();
  return {
    exact: exactTag(hash(text(imports), moduleFiles)),
    newest: newestTag(hash(text([]), ...modules)),
  };
}
