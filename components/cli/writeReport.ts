// Writes what the user asked for into a directory that may be a stranger's checkout. Links in it are not followed: one named
// goimage-report.html could lead to a file of the user's, in a checkout that CI reports on.
import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";

const elsewhere = "give --output another place, or --output - and redirect";

/**
 * Writes a new file beside the old one, under a name that nobody can guess, and renames it: what was there is replaced, never
 * written into.
 */
export function writeReport(output: string, text: string): void {
  const directory = path.dirname(path.resolve(output));
  const found = fs.lstatSync(output, { throwIfNoEntry: false });
  if (found?.isSymbolicLink() === true)
    throw new Error(`${output} is a symbolic link to ${fs.readlinkSync(output)}; ${elsewhere}`);
  if (found?.isDirectory() === true) throw new Error(`${output} is a directory; name a file`);
  // A FIFO, a device or a socket would be replaced by a file.
  if (found?.isFile() === false) throw new Error(`${output} is not a regular file; ${elsewhere}`);
  const outside = linkOut(directory);
  if (outside !== undefined)
    throw new Error(`${output} lies behind a link: its directory is really ${outside}; ${elsewhere}`);
  const temporary = path.join(directory, `.goimage-${randomBytes(12).toString("hex")}.tmp`);
  try {
    fs.writeFileSync(temporary, text, { flag: "wx", mode: found === undefined ? 0o666 : found.mode & 0o777 });
    fs.renameSync(temporary, output);
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw error;
  }
}

/** Where a directory below the working one really is, if that is outside; a path that the user wrote from "/" or ".." is theirs. */
function linkOut(directory: string): string | undefined {
  const here = process.cwd();
  if (!isBelow(here, directory)) return undefined;
  const real = fs.realpathSync(directory);
  return isBelow(fs.realpathSync(here), real) ? undefined : real;
}

function isBelow(parent: string, child: string): boolean {
  const inside = path.relative(parent, child);
  return inside !== ".." && !inside.startsWith(`..${path.sep}`) && !path.isAbsolute(inside);
}
