// What a Go program's bytes are: each byte of the file belongs to one package, or to a section where it is not known to
// which. The sum is the file's size.
import { readBuildInfo, type BuildInfo } from "./buildInfo";
import { FormatError } from "./reader";
import { offsetOf, parseElf, symbols, type ElfFile, type Section } from "./elf";
import { findModuleData } from "./moduleData";
import { originFinder, packageOf, packageResolver, type Origin } from "./packages";
import { findTable, readTable, type Claim, type FunctionTable } from "./pclntab";

export interface PackageSize extends Origin {
  size: number;
  /** The machine code's part of it. */
  code: number;
}

export interface BinaryBreakdown {
  size: number;
  goVersion: string;
  /** Module path and version of the program itself, where the build says so. */
  main?: { path: string; version: string };
  packages: PackageSize[];
  /** Bytes of no known package, by section. */
  sections: { name: string; size: number }[];
  /** Why less than usual is attributed. */
  note?: string;
}

/** Undefined for a file that is not a Go program. */
export function breakDown(file: Buffer): BinaryBreakdown | undefined {
  let elf: ElfFile;
  let info: BuildInfo | undefined;
  try {
    elf = parseElf(file);
    info = readBuildInfo(elf);
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
  const found = claimsOf(elf);
  // A C program's symbols can look like Go's.
  if (info === undefined && found.note !== undefined) return undefined;
  return {
    size: file.length,
    goVersion: info?.goVersion ?? "",
    main: info?.main,
    ...sumUp(elf, resolved(found.claims, info), originFinder(info)),
    note: found.note,
  };
}

/** As Claim, with offsets in the file. */
interface FileClaim extends Claim {
  code: boolean;
}

function claimsOf(elf: ElfFile): { claims: FileClaim[]; note?: string } {
  try {
    const claims = tableClaims(elf);
    if (claims.length === 0)
      return {
        claims: symbolClaims(elf),
        note: "it has no function table in a known format (Go 1.16 or newer)",
      };
    return { claims: [...claims, ...symbolClaims(elf)] };
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return { claims: [], note: error.message };
  }
}

function tableClaims(elf: ElfFile): FileClaim[] {
  const { reader } = elf;
  const place = tablePlace(elf);
  if (place === undefined) return [];
  const { section, offset } = place;
  const table = readTable(reader.bytes.subarray(offset, section.offset + section.size), reader.order.little);
  const inText = (address: number) =>
    elf.sections.some((s) => s.executable && address >= s.address && address < s.address + s.size);
  const moduleData = findModuleData(elf, section.address + offset - section.offset, inText);
  const text = moduleData?.text ?? elf.sections.find(({ name }) => name === ".text")?.address ?? 0;
  const base = table.relative ? text : 0;
  return [
    ...table.table.map((claim) => ({ ...shifted(claim, offset), code: false })),
    ...table.code.flatMap((claim) => atAddress(elf, shifted(claim, base), true)),
    ...dataClaims(elf, table, moduleData?.functionData),
  ];
}

function tablePlace(elf: ElfFile): { section: Section; offset: number } | undefined {
  const named = elf.sections.filter(({ name }) => name.endsWith(".gopclntab"));
  // Position-independent programs may have it among other data.
  for (const section of [...named, ...elf.sections.filter(({ executable }) => !executable)]) {
    const offset = findTable(elf.reader, section.offset, section.offset + section.size);
    if (offset >= section.offset) return { section, offset };
  }
  return undefined;
}

/** A function's data ends where the next one's begins; where the last one ends is not known. */
function dataClaims(elf: ElfFile, { data }: FunctionTable, address: number | undefined): FileClaim[] {
  if (address === undefined || offsetOf(elf, address) === undefined) return [];
  return data.slice(0, -1).flatMap(({ start, name }, n) => {
    const end = data[n + 1]?.start ?? start;
    return atAddress(elf, { start: address + start, end: address + end, name }, false);
  });
}

/** Of an unstripped program: data, which the table of functions does not name. */
function symbolClaims(elf: ElfFile): FileClaim[] {
  return symbols(elf)
    .filter(({ name }) => packageOf(name) !== undefined)
    .sort((a, b) => a.address - b.address || a.size - b.size)
    .flatMap(({ name, address, size }) =>
      atAddress(elf, { start: address, end: address + size, name }, false),
    );
}

function shifted(claim: Claim, by: number): Claim {
  return { ...claim, start: claim.start + by, end: claim.end + by };
}

function atAddress(elf: ElfFile, { start, end, name }: Claim, code: boolean): FileClaim[] {
  const offset = offsetOf(elf, start);
  return offset === undefined || end <= start
    ? []
    : [{ start: offset, end: offset + end - start, name, code }];
}

interface PackageClaim extends Omit<FileClaim, "name"> {
  path: string | undefined;
}

/** With packages in place of names. */
function resolved(claims: readonly FileClaim[], info: BuildInfo | undefined): PackageClaim[] {
  const paths = claims.map(({ name }) => packageOf(name));
  const resolve = packageResolver(new Set(paths.filter((path) => path !== undefined)), info);
  return claims.map(({ start, end, code }, n) => {
    const path = paths[n];
    return { start, end, code, path: path === undefined ? undefined : resolve(path) };
  });
}

type Sums = Pick<BinaryBreakdown, "packages" | "sections">;

function sumUp(elf: ElfFile, claims: readonly PackageClaim[], originOf: (path: string) => Origin): Sums {
  const packages = new Map<string, PackageSize>();
  const sections = new Map<string, number>();
  const addTo = (name: string, size: number) => {
    if (size > 0) sections.set(name, (sections.get(name) ?? 0) + size);
  };
  // The first claim to a byte counts: the tables' are made before the symbols' and the sort keeps their order.
  const sorted = [...claims].sort((a, b) => a.start - b.start);
  let next = 0;
  let done = 0;
  let before: string | undefined;
  for (const { name, offset, size } of elf.sections) {
    const end = offset + size;
    if (offset > done) addTo("headers and padding", offset - done);
    done = Math.max(done, offset);
    let attributed = 0;
    let cursor = done;
    for (; next < sorted.length && (sorted[next] as PackageClaim).start < end; next++) {
      const claim = sorted[next] as PackageClaim;
      // Assembly's helpers have names without a package; the linker lays a package's functions side by side.
      const path = claim.path ?? (claim.code ? before : undefined);
      if (claim.code) before = path;
      const bytes = Math.min(claim.end, end) - Math.max(claim.start, cursor);
      if (path === undefined || bytes <= 0) continue;
      const known = packages.get(path) ?? { ...originOf(path), size: 0, code: 0 };
      packages.set(path, known);
      known.size += bytes;
      if (claim.code) known.code += bytes;
      attributed += bytes;
      cursor = Math.min(claim.end, end);
    }
    addTo(name, Math.max(0, end - done) - attributed);
    done = Math.max(done, end);
  }
  addTo("headers and padding", elf.reader.bytes.length - done);
  return {
    packages: [...packages.values()].sort((a, b) => b.size - a.size || (a.package < b.package ? -1 : 1)),
    sections: [...sections].map(([name, size]) => ({ name, size })).sort((a, b) => b.size - a.size),
  };
}
