// Reads of directories and files below one root, each at most once. Paths are relative to the root, with slashes.

import * as fs from "node:fs";
import * as path from "node:path";

/** What a directory entry is; a link counts as what it leads to, a name that is not UTF-8 as misnamed. */
export type Kind = "file" | "directory" | "outside" | "special" | "misnamed" | "nothing";

export interface Entry {
  name: string;
  kind: Kind;
  /** True for a symbolic link, whatever it leads to. */
  link: boolean;
}

/** Directories of this package's own making: a context that held itself would change with every run. */
const ownDirectory = ".goimage";

export class Tree {
  private readonly directories = new Map<string, ReadonlyMap<string, Entry>>();
  private readonly contents = new Map<string, Buffer>();
  /** Absolute, since files may be read after the program has gone to another directory. */
  private readonly root: string;
  private readonly realRoot: string;

  constructor(root: string) {
    this.root = path.resolve(root);
    this.realRoot = fs.realpathSync(root);
  }

  /** Entries of a directory, sorted by name; none when there is no such directory. */
  entries(directory: string): readonly Entry[] {
    return [...this.directory(directory).values()];
  }

  has(file: string, kind: Kind): boolean {
    return this.kind(file) === kind;
  }

  /** What a path is; the root is a directory. */
  kind(file: string): Kind {
    if (file === ".") return "directory";
    const slash = file.lastIndexOf("/");
    const directory = this.directory(slash < 0 ? "." : file.slice(0, slash));
    return directory.get(file.slice(slash + 1))?.kind ?? "nothing";
  }

  content(file: string): Buffer {
    let content = this.contents.get(file);
    if (!content) {
      content = fs.readFileSync(path.join(this.root, file));
      this.contents.set(file, content);
    }
    return content;
  }

  /** True when nobody but its owner may read it. */
  isPrivate(file: string): boolean {
    return process.platform !== "win32" && (fs.statSync(path.join(this.root, file)).mode & 0o044) === 0;
  }

  /** True when the owner may execute it. */
  isExecutable(file: string): boolean {
    return (fs.statSync(path.join(this.root, file)).mode & 0o100) !== 0;
  }

  private directory(directory: string): ReadonlyMap<string, Entry> {
    let entries = this.directories.get(directory);
    if (!entries) {
      entries = new Map(this.read(directory).map((entry) => [entry.name, entry]));
      this.directories.set(directory, entries);
    }
    return entries;
  }

  private read(directory: string): Entry[] {
    let found: fs.Dirent[];
    try {
      found = fs.readdirSync(path.join(this.root, directory), { withFileTypes: true });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "ENOENT" || code === "ENOTDIR") return [];
      throw error;
    }
    const entries = found
      .filter(({ name }) => name !== ownDirectory)
      .map((entry) => ({
        name: entry.name,
        kind: this.entryKind(directory, entry),
        link: entry.isSymbolicLink(),
      }));
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  private entryKind(directory: string, entry: fs.Dirent): Kind {
    // Node has put this character in the place of bytes that are no text: the name leads to nothing.
    if (entry.name.includes("\ufffd") && !fs.existsSync(path.join(this.root, directory, entry.name)))
      return "misnamed";
    if (entry.isFile()) return "file";
    if (entry.isDirectory()) return "directory";
    if (!entry.isSymbolicLink()) return "special";
    return this.linkKind(path.join(this.root, directory, entry.name));
  }

  private linkKind(link: string): Kind {
    try {
      const target = fs.realpathSync(link);
      const inside = path.relative(this.realRoot, target);
      if (inside === ".." || inside.startsWith(`..${path.sep}`) || path.isAbsolute(inside)) return "outside";
      const stat = fs.statSync(target);
      return stat.isFile() ? "file" : stat.isDirectory() ? "directory" : "special";
    } catch {
      return "nothing"; // It ends nowhere, or in a circle.
    }
  }
}

/** Joins relative paths with slashes; "" and "." are the root. */
export function join(...parts: string[]): string {
  return path.posix.join(...parts);
}
