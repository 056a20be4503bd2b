// Collects what the checks need from a layer's files: programs, shells, setuid files, certificates, packages.
import { posix } from "node:path";
import { headLength, linkage } from "../../goBinary";
import { limits } from "../../limits";
import type { LayerContents } from "../../outputs";
import { cleanLine } from "../../text";
import { CommandFiles } from "./commandFiles";
import { packageDatabases } from "./packageDatabases";
import type { DataSink, TarEntry } from "./tar";

const shellNames = ["sh", "ash", "bash", "dash", "zsh", "ksh", "fish", "csh", "tcsh", "busybox"];
// Where Go's crypto/x509 looks on Linux (root_linux.go).
const certificateBundles = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/ca-bundle.pem",
  "/etc/pki/tls/cacert.pem",
  "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
  "/etc/ssl/cert.pem",
];
// A Go toolchain brings its own, which counts where it is.
const timezoneFiles =
  /^(\/usr\/share\/zoneinfo\/Europe\/[A-Za-z]+|\/usr\/share\/zoneinfo\.zip|.*\/zoneinfo\.zip)$/;

/** What is said of a layer without files. */
export const noContents = (): LayerContents => ({
  files: 0,
  executables: 0,
  setuidFiles: [],
  shells: [],
  certificates: false,
  timezones: false,
});

/** Looks at the entries of one layer as they stream by. */
export class ContentsScan {
  private readonly found: LayerContents = noContents();
  private readonly setuidFiles = new FirstPaths();
  private readonly capabilityFiles = new FirstPaths();
  private readonly shells = new FirstPaths();
  /** Packages of each database, by its path: of two entries for one path the last holds. */
  private readonly databases = new Map<string, () => number>();
  private program: Buffer[] | undefined;

  private readonly commands: CommandFiles | undefined;

  /** `programPath` is the path of the program, `commands` are paths at which other things are looked for that the image runs. */
  constructor(
    private readonly programPath: string | undefined,
    commands: readonly string[] = [],
  ) {
    if (commands.length > 0) this.commands = new CommandFiles(commands);
  }

  /** Takes note of an entry; returns what wants its data. */
  readonly request = (entry: TarEntry): DataSink | undefined => {
    const path = posix.join("/", entry.path);
    const isLink = entry.type === "hardlink" || entry.type === "symlink";
    if (isLink || entry.type === "file") this.named(path);
    this.rights(path, entry);
    const command = this.commands?.request(path, entry);
    if (entry.type !== "file") return undefined;
    this.found.files++;
    if ((entry.mode & 0o111) !== 0) this.found.executables++;
    if (path === this.programPath) return both(this.programSink((this.program = [])), command);
    const prefix = packageDatabases[path];
    if (prefix === undefined || entry.size > limits.layer.packageDatabaseBytes) return command;
    const counter = lineCounter(prefix);
    this.databases.set(path, counter.count);
    return counter.sink;
  };

  contents(): LayerContents {
    const packages = [...this.databases.values()].map((count) => count());
    const program = this.program && linkage(Buffer.concat(this.program));
    return {
      ...this.found,
      setuidFiles: this.setuidFiles.list(),
      shells: this.shells.list(),
      ...(packages.length === 0 ? {} : { packages: packages.reduce((sum, count) => sum + count) }),
      ...(this.capabilityFiles.isEmpty() ? {} : { capabilityFiles: this.capabilityFiles.list() }),
      ...(program === undefined ? {} : { program }),
      ...(this.commands && { commands: this.commands.result() }),
    };
  }

  /**
   * What lends rights to those who start it. Docker and containerd give a hard link's mode and attributes to the file that it
   * leads to, in whichever layer that is, so the link alone makes it setuid. Nothing takes an entry back: what a later one
   * replaces, or a later layer removes, can still be had from the layer.
   */
  private rights(path: string, { type, mode, capable }: TarEntry): void {
    // Those of a symbolic link say nothing. A setgid directory only hands its group on to new files; Debian's base-files, and
    // with it every distroless image, has one.
    if (type === "symlink") return;
    if ((mode & (type === "directory" ? 0o4000 : 0o6000)) !== 0) this.setuidFiles.add(path);
    if (capable) this.capabilityFiles.add(path);
  }

  /** Keeps a program's head, and looks for a time zone database that is compiled in. */
  private programSink(head: Buffer[]): DataSink {
    const keep = headSink(head);
    let tail = Buffer.alloc(0);
    return (bytes) => {
      keep(bytes);
      if (this.found.timezones) return;
      const piece = Buffer.concat([tail, bytes]);
      this.found.timezones = hasTimezones(piece);
      tail = Buffer.from(piece.subarray(-zipHeader - timezoneName.length));
    };
  }

  private named(path: string): void {
    if (shellNames.includes(posix.basename(path)) && /\/s?bin$/.test(posix.dirname(path)))
      this.shells.add(path);
    if (certificateBundles.includes(path)) this.found.certificates = true;
    if (timezoneFiles.test(path)) this.found.timezones = true;
  }
}

/** Go's package time/tzdata holds a zip archive as a string: a zone's name then stands behind a local file header. */
const timezoneName = "Europe/Rome";
const zipHeader = 30;

function hasTimezones(piece: Buffer): boolean {
  for (let at = 0; (at = piece.indexOf(timezoneName, at)) >= 0; at++) {
    if (at >= zipHeader && piece.readUInt32BE(at - zipHeader) === 0x504b0304) return true;
  }
  return false;
}

function both(one: DataSink, other: DataSink | undefined): DataSink {
  return other === undefined
    ? one
    : (bytes) => {
        one(bytes);
        other(bytes);
      };
}

function headSink(parts: Buffer[]): DataSink {
  let length = 0;
  return (bytes) => {
    if (length >= headLength) return;
    parts.push(Buffer.from(bytes.subarray(0, headLength - length)));
    length += bytes.length;
  };
}

/** Counts the lines that begin with a prefix, and keeps nothing but the end of a piece. */
function lineCounter(prefix: string): { sink: DataSink; count: () => number } {
  const mark = `\n${prefix}`;
  let rest = "\n";
  let found = 0;
  return {
    sink: (bytes) => {
      const text = rest + bytes.toString("latin1");
      for (let at = text.indexOf(mark); at >= 0; at = text.indexOf(mark, at + 1)) found++;
      rest = text.slice(-(mark.length - 1));
    },
    count: () => found,
  };
}

/** The first paths by name, as many as the outputs list, and whether there are more: a layer may have a million of them. */
class FirstPaths {
  private readonly paths: string[] = [];

  add(path: string): void {
    const { pathLength, listed } = limits.output;
    const shown = cleanLine(path, { longest: pathLength });
    const after = this.paths.findIndex((other) => other >= shown);
    if (this.paths[after] === shown) return;
    this.paths.splice(after < 0 ? this.paths.length : after, 0, shown);
    this.paths.length = Math.min(this.paths.length, listed + 1);
  }

  isEmpty(): boolean {
    return this.paths.length === 0;
  }

  list(): string[] {
    const { listed } = limits.output;
    return this.paths.length <= listed ? this.paths : [...this.paths.slice(0, listed), "..."];
  }
}
