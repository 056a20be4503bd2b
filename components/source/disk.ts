// The one way to what lies on disk. Everything is judged by its real path, so that no link and no go.mod leads out of the bound
// or into git's own directory, and is opened as a regular file of bounded size.

import * as fs from "node:fs";
import * as path from "node:path";
import { limits } from "../limits";
import { isWithin } from "./bound";
import { slashed } from "./paths";

/** What a path leads to. "git" is what lies in a .git or the like, "special" a FIFO, a socket or a device file. */
export type PlaceKind = "file" | "directory" | "outside" | "git" | "special" | "nothing";

/** Directories of version control. A checkout keeps credentials there, and no build reads them. */
export const isVersionControl = (name: string): boolean => /^\.(git|hg|svn|bzr)$/i.test(name);

const refusals: Readonly<Partial<Record<string, string>>> = {
  git: "in a directory of version control, where a checkout keeps credentials",
  misnamed: "a file whose name is not UTF-8",
  special: "a FIFO, a socket or a device file",
};

/** Something of the source that cannot be read; the message names it. */
export class SourceError extends Error {
  override readonly name = "SourceError";
}

export class Disk {
  /** @param bound Real path of the directory beyond which nothing is read. */
  constructor(readonly bound: string) {}

  /** Why a path of that kind must not be read, in words that follow its name and "is"; undefined for what may be. */
  refusal(kind: string): string | undefined {
    return kind === "outside" ? `outside of ${this.bound}, beyond which nothing is read` : refusals[kind];
  }

  kind(place: string): PlaceKind {
    try {
      return this.kindOfReal(fs.realpathSync.native(place));
    } catch {
      return "nothing"; // It ends nowhere, or in a circle.
    }
  }

  private kindOfReal(real: string): PlaceKind {
    if (!isWithin(this.bound, real)) return "outside";
    if (path.relative(this.bound, real).split(path.sep).some(isVersionControl)) return "git";
    const stat = fs.statSync(real);
    return stat.isFile() ? "file" : stat.isDirectory() ? "directory" : "special";
  }

  /** False where there is none; one that is there and must not be read is an error. */
  hasFile(place: string): boolean {
    const kind = this.kind(place);
    const refusal = this.refusal(kind);
    if (refusal !== undefined) throw new SourceError(`${shown(place)} is ${refusal}`);
    return kind === "file";
  }

  /** The nearest directory upwards with a file of that name, within the bound. */
  directoryWith(name: string, directory: string): string | undefined {
    for (let current = directory; this.kind(current) === "directory"; current = path.dirname(current)) {
      if (this.hasFile(path.join(current, name))) return current;
      if (current === path.dirname(current)) break;
    }
    return undefined;
  }

  /** The content of a file, of which more than `mostBytes` are an error. */
  read(place: string, mostBytes: number = limits.source.fileBytes): Buffer {
    const real = fs.realpathSync.native(place);
    const kind = this.kindOfReal(real);
    if (kind !== "file") throw new SourceError(`${shown(place)} is ${this.refusal(kind) ?? "not a file"}`);
    // Without waiting for a writer, should it have become a FIFO.
    const descriptor = fs.openSync(real, fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0));
    try {
      const stat = fs.fstatSync(descriptor);
      if (!stat.isFile()) throw new SourceError(`${shown(place)} is not a file`);
      if (stat.size > mostBytes)
        throw new SourceError(
          `${shown(place)} has ${stat.size} bytes, more than the ${mostBytes} that such a file may have`,
        );
      const content = Buffer.alloc(stat.size);
      let length = 0;
      for (let count = 1; count > 0 && length < content.length; length += count)
        count = fs.readSync(descriptor, content, length, content.length - length, null);
      return content.subarray(0, length);
    } finally {
      fs.closeSync(descriptor);
    }
  }

  /** A text that is parsed: Go, go.mod, a list of modules. */
  text(place: string): string {
    return this.read(place, limits.source.parsedBytes).toString();
  }

  /** Names in a directory. */
  names(directory: string): fs.Dirent[] {
    return this.kind(directory) === "directory" ? fs.readdirSync(directory, { withFileTypes: true }) : [];
  }
}

/** As a user would write it: relative to the program's directory, with slashes. */
export function shown(place: string): string {
  return slashed(path.relative(process.cwd(), place)) || ".";
}
