// What the report wants to know of the files of one layer: which Go programs there are, and which packages of the
// operating system the files belong to.
import { posix } from "node:path";
import type { DataSink, TarEntry } from "../registry";
import { limits } from "../limits";
import { type BinaryBreakdown, isElf, takeApart } from "../goBinary";

const largestDatabase = limits.layer.packageDatabaseBytes;
const apkDatabase = /^\/(usr\/)?lib\/apk\/db\/installed$/;
const dpkgList = /^\/var\/lib\/dpkg\/info\/([^/:]+)(:[^/]+)?\.list$/;

export class FileVisitor {
  /** Go programs, by path. */
  readonly programs = new Map<string, BinaryBreakdown>();
  private readonly pending: Promise<void>[] = [];
  /** Bytes that wait for the worker. */
  private waiting = 0;

  /** Call when the layer has been read: programs are taken apart meanwhile. */
  async finished(): Promise<void> {
    await Promise.all(this.pending);
  }

  /** Package of the operating system, by path of the file. */
  readonly owners = new Map<string, string>();

  readonly request = (entry: TarEntry): DataSink | undefined => {
    if (entry.type !== "file" || entry.size === 0) return undefined;
    const path = posix.join("/", entry.path);
    const [, dpkgPackage] = dpkgList.exec(path) ?? [];
    if (entry.size <= largestDatabase && apkDatabase.test(path))
      return whole(entry.size, (bytes) => addAll(this.owners, apkOwners(bytes.toString("utf8"))));
    if (entry.size <= largestDatabase && dpkgPackage !== undefined)
      return whole(entry.size, (bytes) =>
        addAll(this.owners, dpkgOwners(dpkgPackage, bytes.toString("utf8"))),
      );
    // A program is held in memory until it has been looked at.
    if (this.waiting + entry.size > limits.program.bytes) return undefined;
    return whole(entry.size, (bytes) => this.pending.push(this.program(path, bytes)), isElf);
  };

  private async program(path: string, bytes: Buffer): Promise<void> {
    const size = bytes.length;
    this.waiting += size;
    const found = await takeApart(bytes);
    this.waiting -= size;
    if (found === undefined) this.programs.delete(path);
    else this.programs.set(path, found);
  }
}

/** Gives all of a file's bytes at once, if its first ones are wanted. */
function whole(size: number, done: (bytes: Buffer) => void, wanted?: (head: Buffer) => boolean): DataSink {
  let parts: Buffer[] | undefined = [];
  let length = 0;
  let decided = wanted === undefined;
  return (bytes) => {
    if (parts === undefined) return;
    parts.push(Buffer.from(bytes));
    length += bytes.length;
    if (!decided && wanted !== undefined && length >= 4) {
      decided = true;
      if (!wanted(Buffer.concat(parts))) parts = undefined;
    }
    if (length < size || parts === undefined) return;
    const all = Buffer.concat(parts, length);
    parts = undefined;
    if (decided) done(all);
  };
}

function addAll(to: Map<string, string>, from: ReadonlyMap<string, string>): void {
  for (const [path, name] of from) to.set(path, name);
}

/** apk's database: P: names a package, F: a directory, R: a file in it. */
export function apkOwners(text: string): Map<string, string> {
  const owners = new Map<string, string>();
  let name = "";
  let directory = "";
  for (const line of text.split("\n")) {
    const value = line.slice(2);
    if (line.startsWith("P:")) name = value;
    else if (line.startsWith("F:")) directory = value;
    else if (line.startsWith("R:")) owners.set(posix.join("/", directory, value), name);
  }
  return owners;
}

/** dpkg's list of a package's files and directories. */
export function dpkgOwners(name: string, text: string): Map<string, string> {
  return new Map(text.split("\n").flatMap((path) => (path.startsWith("/") ? [[path, name] as const] : [])));
}
