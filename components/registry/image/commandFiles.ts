// What a layer has where the image's commands are looked for.
import { isElf } from "../../goBinary";
import type { CommandFile } from "../../outputs";
import { shebang, shebangLength } from "../../text";
import type { DataSink, TarEntry } from "./tar";

export class CommandFiles {
  private readonly found = new Map<string, CommandFile>();
  private readonly heads = new Map<string, Buffer[]>();

  constructor(private readonly paths: readonly string[]) {}

  /** Takes note of an entry; returns a function for its data, if the data is needed. */
  request(path: string, entry: TarEntry): DataSink | undefined {
    if (entry.type === "symlink")
      // A link to a directory, such as /bin, has what lies in it.
      for (const each of this.paths.filter((one) => one.startsWith(`${path}/`)))
        this.found.set(each, { kind: "link" });
    if (!this.paths.includes(path)) return undefined;
    this.heads.delete(path);
    if (entry.type !== "file") {
      const isLink = entry.type === "symlink" || entry.type === "hardlink";
      this.found.set(path, { kind: isLink ? "link" : "none" });
      return undefined;
    }
    const executable = (entry.mode & 0o111) !== 0;
    this.found.set(path, { kind: "other", executable });
    const head: Buffer[] = [];
    this.heads.set(path, head);
    let length = 0;
    return (bytes) => {
      if (length < shebangLength) head.push(Buffer.from(bytes.subarray(0, shebangLength - length)));
      length += bytes.length;
    };
  }

  /** By path, also those that the layer does not have: a layer is not read again for them. */
  result(): Record<string, CommandFile> {
    return Object.fromEntries(
      this.paths.map((path) => {
        const file = this.found.get(path) ?? { kind: "none" };
        const head = this.heads.get(path);
        return [path, head === undefined ? file : { ...file, ...judged(Buffer.concat(head)) }];
      }),
    );
  }
}

function judged(head: Buffer): CommandFile {
  if (isElf(head)) return { kind: "program" };
  const script = shebang(head);
  if (script === undefined) return { kind: "other" };
  const { interpreter, windowsLineEnd } = script;
  return { kind: "script", interpreter, ...(windowsLineEnd ? { windowsLineEnd } : {}) };
}
