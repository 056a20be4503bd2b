/** What keeps the set-up from going on, each said with the way out. */
import { type Choice, compareVersions, type Facts, oldestGo } from "./plan";
import { buildkit, docker, dockerBuildPlugin, dockerPlugin, runc, type Tool } from "./versions";

const needed: readonly (readonly Tool[])[] = [
  [dockerPlugin, docker],
  [dockerBuildPlugin, buildkit, runc],
];

/** Tools that no engine works without, and the tools of both engines if neither engine is complete. */
export function findProblems(choices: ReadonlyMap<Tool, Choice>, daemon: boolean): string[] {
  const lacking = (tool: Tool) => choices.get(tool)?.source === "none";
  // The BuildKit of a Docker Engine that is here already needs no daemon of ours.
  const blocks = (tool: Tool) => lacking(tool) && !tool.optional && !(daemon && tool.needsRoot);
  const ofEngines = needed.flat();
  const engineComplete = needed.some((parts) => !parts.some(blocks));
  const problems = [...choices]
    .filter(([tool]) => blocks(tool) && !(ofEngines.includes(tool) && engineComplete))
    .map(([tool, choice]) => {
      const reason = choice.source === "none" ? choice.reason : "";
      return `${tool.name} ${tool.version}, which ${tool.why}: ${reason}`;
    });
  if (problems.length > 0 && !engineComplete && !daemon && lacking(docker)) {
    problems.push("No Docker Engine answers either: start one, or run this as root on Linux.");
  }
  return problems;
}

export async function standInProblems(facts: Facts): Promise<string[]> {
  const need = "docker.io cannot be reached, and making a stand-in for golang needs";
  const go = await facts.go();
  return [
    ...(facts.debian ? [] : [`${need} a Debian system.`]),
    ...(facts.root ? [] : [`${need} root, for debootstrap.`]),
    ...(go && compareVersions(go, oldestGo) >= 0
      ? []
      : [`${need} Go ${oldestGo} or newer on PATH; it fetches the toolchain that goes into the image.`]),
  ];
}
