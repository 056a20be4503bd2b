// What `go version -m` shows: the Go version and the modules that a program was built from.
import type { ElfFile } from "./elf";

interface Module {
  path: string;
  version: string;
}

export interface BuildInfo {
  goVersion: string;
  /** Import path of the main package; "" where the build did not say. */
  mainPackage: string;
  main?: Module;
  dependencies: Module[];
}

const magic = Buffer.from("\xff Go buildinf:", "latin1");
const headerSize = 32;
const inlineStrings = 2;
const bigEndian = 1;

/** Undefined for a program that the Go toolchain did not build. */
export function readBuildInfo(elf: ElfFile): BuildInfo | undefined {
  const { bytes } = elf.reader;
  const section = elf.sections.find(({ name }) => name === ".go.buildinfo");
  // Programs of a linker other than Go's have it in the data.
  const at = bytes.indexOf(magic, section?.offset ?? 0);
  if (at < 0 || at + headerSize > bytes.length) return undefined;
  const strings = (bytes[at + 15] ?? 0) & inlineStrings ? inline(bytes, at) : pointedTo(elf, at);
  if (strings === undefined || !/^(go|devel)/.test(strings.version)) return undefined;
  return { goVersion: strings.version, ...parseModules(strings.modules) };
}

interface Strings {
  version: string;
  /** Between marks of 16 bytes. */
  modules: string;
}

/** Since Go 1.18: two strings, each after its length as a varint. */
function inline(bytes: Buffer, at: number): Strings | undefined {
  const version = varString(bytes, at + headerSize);
  const modules = version && varString(bytes, version.end);
  if (version === undefined || modules === undefined) return undefined;
  return { version: version.text, modules: withoutMarks(modules.text) };
}

/** Before: pointers to Go's string headers. */
function pointedTo(elf: ElfFile, at: number): Strings | undefined {
  const { reader } = elf;
  const { wordSize, little } = reader.order;
  if (reader.bytes[at + 14] !== wordSize || ((reader.bytes[at + 15] ?? 0) & bigEndian) === (little ? 1 : 0))
    return undefined;
  const offset = (address: number) =>
    elf.sections.find((s) => address >= s.address && address < s.address + s.size);
  const string = (pointer: number): string => {
    const header = toOffset(offset(pointer), pointer);
    if (header === undefined) return "";
    const data = reader.word(header);
    const start = toOffset(offset(data), data);
    return start === undefined
      ? ""
      : reader.bytes.toString("latin1", start, start + reader.word(header + wordSize));
  };
  return {
    version: string(reader.word(at + 16)),
    modules: withoutMarks(string(reader.word(at + 16 + wordSize))),
  };
}

function toOffset(section: ElfFile["sections"][number] | undefined, address: number): number | undefined {
  return section && section.address > 0 ? section.offset + address - section.address : undefined;
}

function varString(bytes: Buffer, at: number): { text: string; end: number } | undefined {
  let length = 0;
  let start = at;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[start++];
    if (byte === undefined || shift > 28) return undefined;
    length += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
  }
  const end = start + length;
  // Bytes, not UTF-8: the marks around the modules are none.
  return end > bytes.length ? undefined : { text: bytes.toString("latin1", start, end), end };
}

function withoutMarks(text: string): string {
  return text.length >= 33 && text.at(-17) === "\n" ? text.slice(16, -16) : "";
}

function parseModules(text: string): Omit<BuildInfo, "goVersion"> {
  const dependencies: Module[] = [];
  let main: Module | undefined;
  let mainPackage = "";
  for (const line of text.split("\n")) {
    const [kind, path = "", version = ""] = line.split("\t");
    if (kind === "path") mainPackage = path;
    else if (kind === "mod") main = { path, version };
    else if (kind === "dep") dependencies.push({ path, version });
    else if (kind === "=>") {
      // A replacement's packages keep the import path of what they replace; only the version is another.
      const replaced = dependencies.at(-1) ?? main;
      if (replaced !== undefined)
        replaced.version = version === "" ? `${replaced.version} => ${path}` : version;
    }
  }
  return { mainPackage, main, dependencies };
}
