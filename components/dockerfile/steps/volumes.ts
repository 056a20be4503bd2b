// Directories that the program may write: mount points that belong to the image's user.

import * as path from "node:path";
import type { RuntimeSpec } from "../../inputs";
import { comment, copy, workdir, type Instruction } from "../instructions";

/** Those that images do not have: /tmp is in each, and everyone may write it. */
const absent = (volumes: readonly string[]) => volumes.filter((volume) => volume !== "/tmp");

/** Empty directories to be copied as mount points. WORKDIR makes them with no container; the compile step sets their times. */
export function mountPoints(volumes: readonly string[], workingDirectory: string): Instruction[] {
  const missing = absent(volumes);
  if (missing.length === 0) return [];
  const made = missing.flatMap((volume, n) => [
    workdir(`/out/tree${volume}`),
    workdir(`/out/volumes/${n}/${path.posix.basename(volume)}`),
  ]);
  return [
    comment("Empty directories, which the last stage gives to the user of the program."),
    ...made,
    workdir(workingDirectory),
  ];
}

/**
 * Mount points that belong to the image's user. First all of them with what is above, so that no directory gets the time of the
 * build by a new entry; then each by itself, with its owner. A user without a group has the group of the same number.
 */
export function volumeSteps({ volumes, user }: RuntimeSpec, origin: string): Instruction[] {
  const missing = absent(volumes);
  if (missing.length === 0) return [];
  const owner = user.includes(":") ? user : `${user}:${user}`;
  const owned = missing.map((volume, n) => {
    const above = path.posix.dirname(volume);
    return copy([`/out/volumes/${n}/`], above === "/" ? "/" : `${above}/`, { from: origin, owner });
  });
  return [
    comment("Directories that the program may write: first their places, then each with its owner."),
    copy(["/out/tree/"], "/", { from: origin }),
    ...owned,
  ];
}
