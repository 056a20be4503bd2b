// The directory .goimage of a Pulumi project, which is goimage's own. The project may be a stranger's pull request, checked
// out by a CI job that previews it: it may bring a .goimage whose links lead out of it. So no link is followed there, nothing
// is written in place, and every directory must be where its name says.

import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";

/** Name of the directory, in the working directory of the program. */
export const workDirectoryName = ".goimage";

/** Files of goimage's own at the top, where other processes may be writing, and beside contexts; the rest are directories. */
const ofTop = /^(\.gitignore|tmp-[0-9a-f]{24})$/;
const besideContexts = /\.(Dockerfile|lock)$/;

/** What a file is to hold, perhaps with the number of its own inode in it. */
type Content = string | Buffer | ((inode: bigint) => string);

/** The directory cannot be used; the message says what to do. */
class WorkDirectoryError extends Error {
  override readonly name = "WorkDirectoryError";
}

export class WorkDirectory {
  private readonly project: string;
  private readonly top: string;
  /** Directories that are known to be there, and to be no links. */
  private readonly made = new Set<string>();

  /** Makes it below `project`. */
  constructor(project: string) {
    this.project = fs.realpathSync(project);
    this.top = path.join(this.project, workDirectoryName);
    this.makeDirectory(this.top);
    // What is staged may be a copy of files that others must not read.
    fs.chmodSync(this.top, 0o700);
    // So that nobody commits it, and no tool that honours .gitignore reads it.
    const ignore = `${workDirectoryName}/.gitignore`;
    if (readSmall(this.path(ignore))?.text !== "*\n") this.write(ignore, "*\n");
  }

  /**
   * Removes what lies on the way to a build context and is not of goimage's making. Others read names beside it: docker's command
   * line takes api.Dockerfile.dockerignore for a list of files to leave out, and git takes HEAD and objects for a repository,
   * whose settings may name programs.
   */
  clearWay(relative: string): void {
    const beside = path.dirname(this.path(relative));
    this.makeDirectory(beside);
    for (let directory = beside; ; directory = path.dirname(directory)) {
      const isTop = directory === this.top;
      for (const entry of fs.readdirSync(directory, { withFileTypes: true })) {
        const place = path.join(directory, entry.name);
        if (entry.isSymbolicLink()) throw this.refused(place, "a symbolic link");
        const isOwn = (isTop ? ofTop : besideContexts).test(entry.name);
        if (!entry.isDirectory() && !isOwn) fs.rmSync(place, { force: true });
      }
      if (isTop) return;
    }
  }

  /** Where a path such as .goimage/project/stack is; it must not lead out of .goimage. */
  path(relative: string): string {
    const place = path.join(this.project, relative);
    if (!place.startsWith(this.top + path.sep))
      throw new WorkDirectoryError(`${relative} is outside of ${workDirectoryName}`);
    return place;
  }

  /** Makes a directory and those above it. A file of one of these names is removed; a link is refused. */
  makeDirectory(directory: string): void {
    if (this.made.has(directory)) return;
    if (directory !== this.top) this.makeDirectory(path.dirname(directory));
    const kind = kindOf(directory);
    if (kind === "link") throw this.refused(directory, "a symbolic link");
    if (kind === "other") {
      if (directory === this.top) throw this.refused(directory, "a file in place of a directory");
      fs.rmSync(directory);
    }
    if (kind !== "directory") {
      fs.mkdirSync(directory);
      fs.chmodSync(directory, 0o755);
    }
    if (fs.realpathSync(directory) !== directory)
      throw this.refused(directory, "a directory that is really elsewhere");
    this.made.add(directory);
  }

  /**
   * Writes under another name and renames, so that an interruption leaves the old file or the new one. That name is in no
   * build context, nobody can guess it, and it must not be there before.
   */
  write(relative: string, content: Content, settings: { mode?: number; time?: number } = {}): void {
    const file = this.path(relative);
    this.makeDirectory(path.dirname(file));
    const kind = kindOf(file);
    if (kind === "link") throw this.refused(file, "a symbolic link");
    const temporary = path.join(this.top, `tmp-${crypto.randomBytes(12).toString("hex")}`);
    try {
      fs.writeFileSync(temporary, typeof content === "function" ? "" : content, { flag: "wx", mode: 0o600 });
      if (typeof content === "function") fs.writeFileSync(temporary, content(inodeOf(temporary)));
      fs.chmodSync(temporary, settings.mode ?? 0o644);
      if (settings.time !== undefined) fs.utimesSync(temporary, settings.time, settings.time);
      if (kind === "directory") fs.rmSync(file, { recursive: true });
      fs.renameSync(temporary, file);
    } catch (error) {
      fs.rmSync(temporary, { force: true });
      throw error;
    }
    this.made.delete(file);
  }

  /** Removes what is below a directory and not wanted. Names in `wanted` are relative to it, with slashes. */
  keepOnly(directory: string, wanted: ReadonlySet<string>): void {
    const waiting = [""];
    for (let below = waiting.pop(); below !== undefined; below = waiting.pop()) {
      for (const entry of fs.readdirSync(path.join(directory, below), { withFileTypes: true })) {
        const name = below === "" ? entry.name : `${below}/${entry.name}`;
        const place = path.join(directory, name);
        if (entry.isSymbolicLink()) throw this.refused(place, "a symbolic link");
        if (!wanted.has(name)) fs.rmSync(place, { recursive: true });
        else if (entry.isDirectory()) waiting.push(name);
      }
    }
  }

  private refused(place: string, what: string): WorkDirectoryError {
    const name = path.join(workDirectoryName, path.relative(this.top, place));
    return new WorkDirectoryError(
      `${name} is ${what}, which goimage did not make, so nothing was written. Find out where it leads and where it comes from, ` +
        `then remove ${workDirectoryName} and run this again`,
    );
  }
}

/** A regular file of a few bytes, with its inode; undefined for anything else: a link may lead to what never ends. */
export function readSmall(place: string): { text: string; inode: bigint } | undefined {
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = fs.constants as Partial<typeof fs.constants>;
  let file: number;
  try {
    file = fs.openSync(place, (O_RDONLY ?? 0) | O_NOFOLLOW | O_NONBLOCK);
  } catch {
    return undefined;
  }
  try {
    const stat = fs.fstatSync(file, { bigint: true });
    if (!stat.isFile() || stat.size > 64n) return undefined;
    return { text: fs.readFileSync(file, "utf8"), inode: stat.ino };
  } finally {
    fs.closeSync(file);
  }
}

function inodeOf(place: string): bigint {
  return fs.lstatSync(place, { bigint: true }).ino;
}

type Kind = "nothing" | "directory" | "link" | "other";

function kindOf(place: string): Kind {
  const stat = fs.lstatSync(place, { throwIfNoEntry: false });
  if (stat === undefined) return "nothing";
  return stat.isSymbolicLink() ? "link" : stat.isDirectory() ? "directory" : "other";
}
