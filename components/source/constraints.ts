// Which files a build for a platform takes, by name and by //go:build line (go help buildconstraint).

import { evaluateConstraint, type Tristate } from "./goFile";

/** What is known about a build. */
export interface BuildContext {
  goarch: string;
  cgoEnabled: boolean;
  buildTags: readonly string[];
  /** True when the environment or the flags may change tags or target in ways that are not followed. */
  uncertain: boolean;
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
const instrumentation = new Set(["race", "msan", "asan", "purego"]);

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
  if (context.uncertain) return true;
  const parts = name.replace(/\..*$/, "").split("_");
  // The first part is never a constraint: linux.go is a file for all systems.
  const [last, before] = [
    parts.length > 1 ? parts.at(-1) : undefined,
    parts.length > 2 ? parts.at(-2) : undefined,
  ];
  if (last === undefined) return true;
  if (architectures.has(last)) {
    if (last !== context.goarch) return false;
    return before === undefined || !systems.has(before) || before === "linux";
  }
  return !systems.has(last) || last === "linux";
}

/** False when the build certainly leaves the file out because of its //go:build line. */
export function constraintMatches(context: BuildContext, constraint: string | undefined): boolean {
  return (
    constraint === undefined || evaluateConstraint(constraint, (tag) => tagValue(context, tag)) !== false
  );
}
