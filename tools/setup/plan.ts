/** Where each tool comes from. The order is the whole of the policy; finding the facts is left to facts.ts. */
import type { Target, Tool } from "./versions";

export interface Facts {
  readonly target: Target;
  readonly root: boolean;
  /** Debian or a system made from it. */
  readonly debian: boolean;
  installed(tool: Tool, version: string): boolean;
  onPath(tool: Tool): Promise<{ version: string; where: string } | undefined>;
  /** File in the air-gapped mirror. */
  inMirror(tool: Tool): string | undefined;
  /** URL that answers and whose content can be checked. */
  downloadable(tool: Tool): Promise<string | undefined>;
  /** Whether there is a download whose content cannot be checked. */
  unpinned(tool: Tool): boolean;
  /** Version of the Debian package that would be installed; undefined where no package lists say. */
  packageVersion(name: string): Promise<string | undefined>;
  /** Version of the Go on PATH. */
  go(): Promise<string | undefined>;
}

export type Choice =
  | { readonly source: "installed"; readonly version: string }
  | { readonly source: "path"; readonly version: string; readonly where: string }
  | { readonly source: "mirror"; readonly version: string; readonly file: string }
  | { readonly source: "download"; readonly version: string; readonly url: string }
  | { readonly source: "recipe"; readonly version: string }
  | { readonly source: "debian"; readonly version: string; readonly packages: readonly string[] }
  | { readonly source: "none"; readonly reason: string };

/** The oldest Go that fetches the newer toolchain a recipe asks for by itself. */
export const oldestGo = "1.21.0";

const unpinnedSwitch = "GOIMAGE_UNPINNED=1 takes it over https without one";

export async function choose(tool: Tool, facts: Facts): Promise<Choice> {
  const { version } = tool;
  const found = await facts.onPath(tool);
  if (found) return { source: "path", ...found };
  if (tool.needsRoot && !(facts.root && facts.target.os === "linux")) {
    return { source: "none", reason: "only root on Linux can start it here" };
  }
  if (facts.installed(tool, version)) return { source: "installed", version };
  const file = facts.inMirror(tool);
  if (file) return { source: "mirror", version, file };
  // Asked before the network is: else every run without a network would wait for it.
  const fallback = tool.recipe?.version;
  if (fallback && facts.installed(tool, fallback)) return { source: "installed", version: fallback };
  const url = await facts.downloadable(tool);
  if (url) return { source: "download", version, url };
  if (tool.recipe) {
    const go = await facts.go();
    if (go && compareVersions(go, oldestGo) >= 0) return { source: "recipe", version: fallback ?? version };
    const download = facts.unpinned(tool)
      ? `its download has no checksum (${unpinnedSwitch})`
      : "its download cannot be reached";
    const have = go ? `Go ${go} is too old` : "Go is not installed";
    const reason = `${download}, and ${have}: install Go ${oldestGo} or newer (go.dev/dl) to build it`;
    return { source: "none", reason };
  }
  if (tool.debian && facts.debian && facts.root) {
    const ofDebian = await facts.packageVersion(tool.debian[0] ?? "");
    return { source: "debian", version: ofDebian ?? "of Debian's", packages: tool.debian };
  }
  if (tool.debian) {
    const what = tool.debian.join(" ");
    const reason = facts.debian
      ? `run: sudo apt-get install --no-install-recommends ${what}`
      : `install ${what} with this system's package manager`;
    return { source: "none", reason };
  }
  const reason = facts.unpinned(tool)
    ? `no mirror has it, and its download has no checksum (${unpinnedSwitch})`
    : "no mirror has it, and its download cannot be reached";
  return { source: "none", reason };
}

/** Numeric parts only: "1.26.8" > "1.9"; what follows a "-" or "+" does not count. */
export function compareVersions(a: string, b: string): number {
  const parts = (version: string) =>
    version
      .replace(/^\D*/, "")
      .replace(/[-+~].*$/, "")
      .split(".")
      .map(Number);
  const [left, right] = [parts(a), parts(b)];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** One line of the plan that is printed before anything is done. */
export function describe(tool: Tool, choice: Choice): string {
  switch (choice.source) {
    case "installed":
      return "ready";
    case "path":
      return `on this machine: ${choice.where}`;
    case "mirror":
      return `from the mirror: ${choice.file}`;
    case "download":
      return `download ${choice.url}`;
    case "recipe":
      return `build ${choice.version} from Go modules (up to ${tool.recipe?.cold} on two cores)`;
    case "debian":
      return `Debian package ${choice.packages.join(" ")}`;
    case "none":
      return `not available: ${choice.reason}`;
  }
}
