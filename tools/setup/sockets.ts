/** The directory of the daemons' sockets. Its name can be guessed, and every user of the machine may write to /tmp. */
import type { Stats } from "node:fs";
import { lstat, mkdir, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { SetupError } from "./exec";
import type { Layout } from "./paths";

type Found = Pick<Stats, "isDirectory" | "isSymbolicLink" | "mode" | "uid">;

/** Makes the directory, or takes one that nobody else has made or may enter. */
export async function makeSocketDirectory({ sockets }: Pick<Layout, "sockets">): Promise<void> {
  try {
    // Not recursive: with that, a directory that is already there is no error.
    await mkdir(sockets, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  const problem = await problemOf(sockets);
  if (problem === undefined) return;
  throw new SetupError(
    `${sockets} ${problem}, so another user could answer at the sockets in it; remove it if you know who made it, or set ` +
      "TMPDIR to a directory of your own",
  );
}

/** Removes the directory. One that somebody else has made is left alone. */
export async function removeSocketDirectory({ sockets }: Pick<Layout, "sockets">): Promise<void> {
  const isThere = await lstat(sockets).catch(() => undefined);
  if (isThere && (await problemOf(sockets)) === undefined)
    await rm(sockets, { recursive: true, force: true });
}

async function problemOf(sockets: string): Promise<string | undefined> {
  const user = process.getuid?.();
  if (user === undefined) return undefined; // Windows has no such owners and modes, and no daemons of ours.
  return socketDirectoryProblem(await lstat(sockets), await stat(dirname(sockets)), user);
}

/** Why others may have a hand in a directory, from what it and the directory above it are. */
export function socketDirectoryProblem(found: Found, above: Found, user: number): string | undefined {
  if (found.isSymbolicLink()) return "is a symbolic link";
  if (!found.isDirectory()) return "is not a directory";
  if (found.uid !== user) return `belongs to user ${found.uid}`;
  if ((found.mode & 0o077) !== 0) return `has the mode ${octal(found.mode)} instead of 700`;
  // Who may rename it can put another one in its place. With the sticky bit, only its owner may, and the owner of the one above.
  if (above.uid !== 0 && above.uid !== user) return `is in a directory of user ${above.uid}`;
  if ((above.mode & 0o022) !== 0 && (above.mode & 0o1000) === 0)
    return `is in a directory with the mode ${octal(above.mode)}, without the sticky bit`;
  return undefined;
}

const octal = (mode: number): string => (mode & 0o7777).toString(8);
