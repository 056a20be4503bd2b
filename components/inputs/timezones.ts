// Whether a program needs a time zone database, and whether the image is known to lack one.

import { knownBase } from "./baseImage";
import type { ImageSpec, RuntimeSpec } from "./spec";

/** Zones that are UTC even without a database, and files of the user's own. */
const needsNothing = /^:?((Etc\/)?(UTC|UCT|GMT0?|Zulu|Universal|Greenwich)|\/.*)?$/i;

/** True when time zones were asked for, or TZ names one. */
export function needsTimezones({ timezones, env }: Pick<RuntimeSpec, "timezones" | "env">): boolean {
  return timezones || !needsNothing.test(env["TZ"] ?? "");
}

/**
 * What to say before the build of a TZ that will mean UTC. `embedded` tells whether a program of these modules embeds the
 * database by an import; a package of others may, too. Nothing where another base image may have it.
 */
export function timezoneWarning(
  { build, runtime }: Pick<ImageSpec, "build" | "runtime">,
  embedded: () => boolean,
): string | undefined {
  if (runtime.timezones || !needsTimezones(runtime) || knownBase(runtime.image) === undefined)
    return undefined;
  const flags = [...build.buildTags, ...build.flags, build.env["GOFLAGS"] ?? ""];
  if (flags.some((text) => /\btimetzdata\b/.test(text))) return undefined;
  // A package may need tzdata in its turn.
  if (runtime.packages.length > 0 || embedded()) return undefined;
  return (
    `runtime.env.TZ is ${JSON.stringify(runtime.env["TZ"])}, but the image has no time zone database, so local time is UTC; ` +
    "set runtime.timezones, unless a package that the program imports embeds one (time/tzdata)"
  );
}
