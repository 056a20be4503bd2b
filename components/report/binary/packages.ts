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

/** Equality and hash functions, type descriptors and interface tables are made for a type: its package's. */
function generatedFor(symbol: string): string {
  const generated = /^(?:type[:.]|go[:.]itab\.)(?:\.(?:eq|hash|eqfunc|hashfunc|importpath|namedata)\.)?/.exec(
    symbol,
  );
  if (generated === null) return symbol;
  return symbol.slice(generated[0].length).replace(/^(?:\*|\[\d*\]|map\[[^\]]*\]|chan |<-chan )+/, "");
}

/** The linker writes dots in a path's last element, and other signs, as %2e. */
function unescapePath(path: string): string {
  return path.replace(/%([0-9a-f]{2})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 16)));
}

export type ModuleKind = "main" | "dependency" | "standard" | "unknown";

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
