// From a symbol's name to the Go package, and from the package to the module that it comes from.
import type { BuildInfo } from "./buildInfo";

/** "net/http" of "net/http.(*Server).Serve"; undefined where the name tells no package. */
export function packageOf(symbol: string): string | undefined {
  const name = generatedFor(symbol);
  // Type arguments have paths of their own.
  const bracket = name.indexOf("[");
  const plain = bracket < 0 ? name : name.slice(0, bracket);
  const dot = plain.indexOf(".", plain.lastIndexOf("/") + 1);
  if (dot <= 0) return undefined;
  const path = plain.slice(0, dot);
  // $f64.3ff0000000000000 is a constant that many packages may share.
  if (/[\s(){}*,:;"$]/.test(path) || path === "go" || path === "type") return undefined;
  return unescapePath(path);
}

/**
 * Equality and hash functions, type descriptors, interface tables and masks for the garbage collector are made for a type: its
 * package's. Names of fields and their tags, which stand alone, are of no package.
 */
function generatedFor(symbol: string): string {
  const generated = /^(?:type[:.]|go[:.]itab\.)(?:\.(\w+)\.)?(?:noalg\.)?/.exec(symbol);
  if (generated === null) return symbol;
  if (generated[1] === "namedata" && symbol[generated[0].length] !== "*") return "";
  return symbol.slice(generated[0].length).replace(/^(?:\*|\[\d*\]|map\[[^\]]*\]|chan |<-chan )+/, "");
}

/**
 * Finds the package of a method that a type has from one which it embeds: main.server.github.com/x/y/grpc.Method is of main,
 * though it reads like a package github.com/x/y/grpc of a host main.server. `names` are the packages that all symbols read like.
 */
export function packageResolver(
  names: ReadonlySet<string>,
  info: BuildInfo | undefined,
): (path: string) => string {
  const modules = [...(info?.main ? [info.main] : []), ...(info?.dependencies ?? [])].map(({ path }) => path);
  const known = new Map<string, string>();
  const find = (path: string): string => {
    const module = modules
      .filter((each) => path === each || path.startsWith(`${each}/`))
      .sort((one, other) => other.length - one.length)[0];
    // Within its module, or anywhere where it is of none.
    for (let dot = path.indexOf(".", module?.length ?? 0); dot >= 0; dot = path.indexOf(".", dot + 1)) {
      const before = path.slice(0, dot);
      if (before === "main" || (names.has(before) && (module !== undefined || !modules.includes(path))))
        return before;
    }
    return path;
  };
  return (path) => {
    const found = known.get(path) ?? find(path);
    known.set(path, found);
    return found;
  };
}

/** The linker writes dots in a path's last element, and other signs, as %2e. */
function unescapePath(path: string): string {
  return path.replace(/%([0-9a-f]{2})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 16)));
}

type ModuleKind = "main" | "dependency" | "standard" | "unknown";

export interface Origin {
  kind: ModuleKind;
  /** Module path; the standard library is "std". */
  module: string;
  version: string;
  /** Import path. */
  package: string;
}

/** Tells where packages come from. */
export function originFinder(info: BuildInfo | undefined): (packagePath: string) => Origin {
  const main = info?.main;
  const modules = [
    ...(main === undefined ? [] : [{ ...main, kind: "main" as const }]),
    ...(info?.dependencies ?? []).map((module) => ({ ...module, kind: "dependency" as const })),
  ].sort((a, b) => b.path.length - a.path.length);
  return (path) => {
    if (path === "main") {
      const name = info?.mainPackage || "main";
      return { kind: "main", module: main?.path ?? name, version: main?.version ?? "", package: name };
    }
    const module = modules.find((each) => path === each.path || path.startsWith(`${each.path}/`));
    if (module !== undefined)
      return { kind: module.kind, module: module.path, version: module.version, package: path };
    // Only the standard library's packages have no dot in their first element.
    const standard = !/^[^/]*\./.test(path) || path.startsWith("vendor/");
    if (standard) return { kind: "standard", module: "std", version: info?.goVersion ?? "", package: path };
    return { kind: "unknown", module: path, version: "", package: path };
  };
}
