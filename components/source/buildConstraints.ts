// Which files a build for a platform takes, by name and by //go:build line (go help buildconstraint).

import { evaluateConstraint, type Tristate } from "./goFile";

/** What is known about a build. */
export interface BuildContext {
  goarch: string;
  cgoEnabled: boolean;
  buildTags: readonly string[];
  /** True when the environment or the flags may change tags or target in ways that are not followed. */
  uncertain: boolean;
  /** More flags of the go command, of which some name files. */
  flags?: readonly string[];
  /** True when the environment gives the C compiler flags or is another compiler: CGO_CFLAGS, CC and the like. */
  compilerFlags?: boolean;
}

const systems = new Set(
  "aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd plan9 solaris wasip1 windows zos".split(
    " ",
  ),
);
const architectures = new Set(
  (
    "386 amd64 amd64p32 arm armbe arm64 arm64be loong64 mips mipsle mips64 mips64le mips64p32 mips64p32le ppc ppc64 " +
    "ppc64le riscv riscv64 s390 s390x sparc sparc64 wasm"
  ).split(" "),
);

/** Flags of go build that satisfy tags of their own. */
const instrumentation = new Set(["race", "msan", "asan"]);

function tagValue(context: BuildContext, tag: string): Tristate {
  if (context.buildTags.includes(tag)) return true;
  if (context.uncertain) return undefined;
  if (tag === "linux" || tag === "unix" || tag === "gc" || tag === context.goarch) return true;
  if (systems.has(tag) || architectures.has(tag) || tag === "gccgo") return false;
  if (tag === "cgo") return context.cgoEnabled;
  // Versions depend on the toolchain, features and experiments on its environment.
  if (/^go1(\.\d+)?$/.test(tag) || tag.includes(".") || tag === "boringcrypto" || instrumentation.has(tag))
    return undefined;
  return false;
}

/** False when the build certainly leaves the file out because of its name: foo_windows.go, foo_linux_arm64.s. */
export function nameMatches(context: BuildContext, name: string): boolean {
  // The first part is never a constraint: linux.go is a file for all systems.
  const [, ...parts] = name.replace(/\..*$/s, "").split("_");
  const [before = "", last = ""] = parts.length > 1 ? parts.slice(-2) : ["", parts[0]];
  if (systems.has(before) && architectures.has(last) && tagValue(context, before) === false) return false;
  return !(systems.has(last) || architectures.has(last)) || tagValue(context, last) !== false;
}

/** False when the build certainly leaves the file out because of its //go:build line. */
export function constraintMatches(context: BuildContext, constraint: string | undefined): boolean {
  return (
    constraint === undefined || evaluateConstraint(constraint, (tag) => tagValue(context, tag)) !== false
  );
}
