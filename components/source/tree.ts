// Reads of directories and files below one root, each at most once. Paths are relative to the root, with slashes.

import * as fs from "node:fs";
import * as path from "node:path";
import { limits } from "../limits";
import { Disk, isVersionControl, SourceError, type PlaceKind } from "./disk";
import { slashed } from "./paths";

/** What a directory entry is; a link counts as what it leads to, a name that is not UTF-8 as misnamed. */
export type Kind = PlaceKind | "misnamed";

interface Entry {
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
  private bytes = 0;
  /** Absolute, since files may be read after the program has gone to another directory. */
  private readonly root: string;
  private readonly disk: Disk;

  /** Links may lead to what is below `bound`. */
  constructor(root: string, bound: string = root) {
    this.root = path.resolve(root);
    this.disk = new Disk(fs.realpathSync.native(bound));
    // Throws where the root itself must not be read.
    this.disk.hasFile(this.root);
  }

  /** Entries of a directory, sorted by name; none when there is no such directory, or it must not be read. */
  entries(directory: string): readonly Entry[] {
    return [...this.directory(directory).values()];
  }

  has(file: string, kind: Kind): boolean {
    return this.kind(file) === kind;
  }

  /** What a path is; the root is a directory. What lies below something that must not be read is of its kind. */
  kind(file: string): Kind {
    if (file === ".") return "directory";
    const slash = file.lastIndexOf("/");
    const parent = slash < 0 ? "." : file.slice(0, slash);
    const entry = this.directory(parent).get(file.slice(slash + 1));
    if (entry) return entry.kind;
    const above = this.kind(parent);
    return above === "outside" || above === "git" ? above : "nothing";
  }

  /** Why a path must not be read, in words that follow its name and "is". */
  refusal(file: string): string | undefined {
    const kind = this.kind(file);
    return kind === "outside" ? `a link that leads ${this.disk.refusal(kind)}` : this.disk.refusal(kind);
  }

  content(file: string): Buffer {
    let content = this.contents.get(file);
    if (!content) {
      content = this.disk.read(this.place(file));
      this.bytes += content.length;
      if (this.bytes > limits.source.contextBytes)
        throw new SourceError(
          `the files that the build reads have more than ${limits.source.contextBytes} bytes; keep large ones out of the module`,
        );
      this.contents.set(file, content);
    }
    return content;
  }

  /** The text of a file that is parsed. */
  text(file: string, mostBytes: number = limits.source.parsedBytes): string {
    const size = this.size(file);
    if (size > mostBytes)
      throw new SourceError(
        `${file} has ${size} bytes, more than the ${mostBytes} that such a file may have`,
      );
    return this.content(file).toString();
  }

  size(file: string): number {
    return fs.statSync(this.place(file)).size;
  }

  /** Where a file really is, relative to the root: behind a link the name differs. */
  realName(file: string): string {
    if (!this.isLinked(file) || this.has(file, "nothing")) return file;
    const real = path.relative(fs.realpathSync.native(this.root), fs.realpathSync(this.place(file)));
    return slashed(real);
  }

  /** True for a link, and for what lies in a directory that is one. */
  private isLinked(file: string): boolean {
    for (let current = file; current !== "."; current = path.posix.dirname(current)) {
      const directory = this.directory(path.posix.dirname(current));
      if (directory.get(path.posix.basename(current))?.link === true) return true;
    }
    return false;
  }

  /** True when nobody but its owner may read it. */
  isPrivate(file: string): boolean {
    return process.platform !== "win32" && (fs.statSync(this.place(file)).mode & 0o044) === 0;
  }

  /** True when the owner may execute it. */
  isExecutable(file: string): boolean {
    return (fs.statSync(this.place(file)).mode & 0o100) !== 0;
  }

  private place(file: string): string {
    return path.join(this.root, file);
  }

  private directory(directory: string): ReadonlyMap<string, Entry> {
    let entries = this.directories.get(directory);
    if (!entries) {
      // A directory that is reached through one that must not be read is none.
      const isReadable = this.kind(directory) === "directory";
      entries = new Map((isReadable ? this.read(directory) : []).map((entry) => [entry.name, entry]));
      this.directories.set(directory, entries);
    }
    return entries;
  }

  private read(directory: string): Entry[] {
    // Judged by its parent's entry: to follow the whole path once more for each of deep directories would take long.
    const entries = fs
      .readdirSync(this.place(directory), { withFileTypes: true })
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
    if (isVersionControl(entry.name)) return "git";
    if (entry.isFile()) return "file";
    if (entry.isDirectory()) return "directory";
    if (!entry.isSymbolicLink()) return "special";
    return this.disk.kind(path.join(this.root, directory, entry.name));
  }
}

/** Joins relative paths with slashes; "" and "." are the root. */
export function join(...parts: string[]): string {
  return path.posix.join(...parts);
}
