// What the report wants to know of the files of one layer: which Go programs there are, and which packages of the
// operating system the files belong to.
import { posix } from "node:path";
import { dpkgPackageOf, isApkDatabase, type DataSink, type TarEntry } from "../registry";
import { limits } from "../limits";
import { type BinaryBreakdown, isElf, notTakenApart, takeApart } from "../goBinary";

const mostOfImage = {
  programs: limits.report.programs,
  packageNamesBytes: limits.report.packageNamesBytes,
  databasesBytes: limits.report.databasesBytes,
};
type Amounts = Record<keyof typeof mostOfImage, number>;
const nothing = (): Amounts => ({ programs: 0, packageNamesBytes: 0, databasesBytes: 0 });

/** What the report keeps of an image, of all its layers together. */
export class KeptOfImage {
  private readonly kept = nothing();

  constructor(private readonly most: Amounts = mostOfImage) {}

  /** False where that would be too much: then it is not kept. */
  add(kind: keyof Amounts, amount: number): boolean {
    if (this.kept[kind] + amount > this.most[kind]) return false;
    this.kept[kind] += amount;
    return true;
  }

  giveBack(amounts: Amounts): void {
    for (const kind of Object.keys(amounts) as (keyof Amounts)[]) this.kept[kind] -= amounts[kind];
  }
}

export class FileVisitor {
  /** Go programs, by path. */
  readonly programs = new Map<string, BinaryBreakdown>();
  private pending: Promise<void>[] = [];
  /** Bytes that wait for the worker. */
  private waiting = 0;
  private isDiscarded = false;
  private readonly own = nothing();

  constructor(private readonly kept: KeptOfImage) {}

  /** Programs are taken apart while the layer is read, and those of one layer before the next: they take much memory. */
  async finished(): Promise<void> {
    await Promise.all(this.pending);
    this.pending = [];
  }

  /** For a layer that is read again. */
  discard(): void {
    this.isDiscarded = true;
    this.kept.giveBack(this.own);
  }

  private keep(kind: keyof Amounts, amount: number): boolean {
    const isKept = this.kept.add(kind, amount);
    if (isKept) this.own[kind] += amount;
    return isKept;
  }

  /** Package of the operating system, by path of the file. */
  readonly owners = new Map<string, string>();

  readonly request = (entry: TarEntry): DataSink | undefined => {
    if (entry.type !== "file" || entry.size === 0) return undefined;
    const path = posix.join("/", entry.path);
    const dpkgPackage = dpkgPackageOf(path);
    const isApk = isApkDatabase(path);
    if (isApk || dpkgPackage !== undefined) {
      if (!this.keep("databasesBytes", entry.size)) return undefined;
      return whole(entry.size, (bytes) => {
        const text = bytes.toString("utf8");
        addAll(this.owners, isApk ? apkOwners(text) : dpkgOwners(dpkgPackage ?? "", text));
      });
    }
    // A program is held in memory until it has been looked at.
    if (this.waiting + entry.size > limits.program.bytes) return undefined;
    return whole(entry.size, (bytes) => this.pending.push(this.program(path, bytes)), isElf);
  };

  private async program(path: string, bytes: Buffer): Promise<void> {
    const size = bytes.length;
    if (!this.keep("programs", 1)) return;
    this.waiting += size;
    const found = await takeApart(bytes);
    this.waiting -= size;
    if (this.isDiscarded) return;
    if (found === undefined) this.programs.delete(path);
    else if (this.keep("packageNamesBytes", bytesOfNames(found))) this.programs.set(path, found);
    else this.programs.set(path, notTakenApart(size, "the programs of the image have too many packages"));
  }
}

/** Each package has some fields beside its name. */
function bytesOfNames({ packages, sections }: BinaryBreakdown): number {
  const names = packages.flatMap(({ package: name, module, version = "" }) => [name, module, version]);
  return [...names, ...sections.map(({ name }) => name)].reduce((sum, name) => sum + name.length + 50, 0);
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
