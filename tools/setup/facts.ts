import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { mayDownload } from "./checksums";
import { answers } from "./download";
import { mustRun, run, SetupError, which } from "./exec";
import { kubernetesTools } from "./kubernetes";
import { languageTools } from "./languages";
import type { Layout } from "./paths";
import { compareVersions, type Facts } from "./plan";
import type { Daemon } from "./userDaemon";
import { buildx, docker, languageHost, pulumi, registry, runc, type Target, type Tool } from "./versions";

export function currentTarget(): Target {
  const os = process.platform;
  const arch = { x64: "amd64", arm64: "arm64" }[process.arch as string] as Target["arch"] | undefined;
  if ((os !== "linux" && os !== "darwin") || !arch) {
    throw new SetupError(
      `goimage's set-up knows Linux and macOS on x64 and arm64, not ${os} on ${process.arch}`,
    );
  }
  return { os, arch };
}

export const isRoot = (): boolean => process.getuid?.() === 0;

/** The folder named by GOIMAGE_MIRROR. Named but not there is a mistake, not a missing mirror. */
export function mirrorFolder(): string | undefined {
  const folder = process.env["GOIMAGE_MIRROR"];
  if (!folder) return undefined;
  if (!existsSync(folder))
    throw new SetupError(`GOIMAGE_MIRROR names a folder that does not exist: ${folder}`);
  return resolve(folder);
}

/** Where an installed tool is. Plugins are where Pulumi looks for them. */
export function toolFolder(layout: Layout, tool: Tool, version: string): string {
  if (tool.plugin) return join(layout.pulumiHome, "plugins", `resource-${tool.plugin}-v${version}`);
  return join(layout.tools, `${tool.name}-${version}`);
}

async function versionOf(command: string, args: readonly string[]): Promise<string | undefined> {
  const { code, stdout } = await run(command, args);
  return code === 0 ? /\d+\.\d+\.\d+/.exec(stdout)?.[0] : undefined;
}

export function gatherFacts(layout: Layout, daemon: Daemon | undefined): Facts {
  const target = currentTarget();
  const mirror = mirrorFolder();
  const go = which("go");
  const goVersion = go
    ? mustRun(go, ["env", "GOVERSION"]).then((text) => text.trim().replace("go", ""))
    : undefined;
  goVersion?.catch(() => {}); // Reported where it is awaited.

  const fits = async (tool: Tool, command: string | undefined, args: readonly string[]) => {
    const version = command && (await versionOf(command, args));
    const old = !version || (tool.minimum && compareVersions(version, tool.minimum) < 0);
    return old ? undefined : { version, where: command };
  };

  async function onPath(tool: Tool): Promise<{ version: string; where: string } | undefined> {
    const find = (...names: string[]) => names.map((name) => which(name, layout.bin)).find(Boolean);
    if (tool.plugin) {
      const where = join(
        homedir(),
        ".pulumi/plugins",
        `resource-${tool.plugin}-v${tool.version}`,
        tool.commands[0] ?? "",
      );
      const known = existsSync(toolFolder(layout, tool, tool.version));
      return !known && existsSync(where) ? { version: tool.version, where } : undefined;
    }
    const isLanguageHost = tool === languageHost || languageTools.includes(tool);
    if (tool === pulumi || isLanguageHost) {
      // They belong together: a language host is taken only with its own pulumi.
      const command = find("pulumi");
      const name = isLanguageHost ? (tool.commands[0] ?? "") : "pulumi-language-nodejs";
      const host = command && [join(dirname(command), name)].find(existsSync);
      const found = host && (await fits(pulumi, command, ["version"]));
      return found && host
        ? { version: found.version, where: tool === pulumi ? found.where : host }
        : undefined;
    }
    if (kubernetesTools.includes(tool)) return fits(tool, find(...tool.commands), ["--version"]);
    if (tool === registry) return fits(tool, find("registry", "docker-registry"), ["--version"]);
    if (tool === buildx) {
      const plugin = find("docker") && (await run("docker", ["buildx", "version"])).code === 0;
      return plugin
        ? { version: buildx.version, where: "docker buildx" }
        : fits(tool, find("docker-buildx"), ["version"]);
    }
    if (tool === docker && daemon) return { version: daemon.version, where: `the daemon at ${daemon.host}` };
    if (!isRoot() || target.os !== "linux") return undefined; // What is left can be started by root only.
    if (tool === docker) return find("docker") ? fits(tool, find("dockerd"), ["--version"]) : undefined;
    if (tool === runc) return fits(tool, find("buildkit-runc", "runc"), ["--version"]);
    return find("buildctl") ? fits(tool, find("buildkitd"), ["--version"]) : undefined;
  }

  return {
    target,
    root: isRoot(),
    debian: which("apt-get") !== undefined && which("dpkg-deb") !== undefined,
    installed: (tool, version) => existsSync(toolFolder(layout, tool, version)),
    onPath,
    inMirror: (tool) => {
      const file = mirror && tool.mirror && join(mirror, tool.mirror(target));
      return file && existsSync(file) ? file : undefined;
    },
    downloadable: async (tool) => {
      const url = tool.download?.(target).url;
      return url && mayDownload(url) && (await answers(url)) ? url : undefined;
    },
    unpinned: (tool) => {
      const url = tool.download?.(target).url;
      return url !== undefined && !mayDownload(url);
    },
    packageVersion: async (name) => {
      const { stdout } = await run("apt-cache", ["policy", name], { env: { ...process.env, LC_ALL: "C" } });
      // As people say it: 20.10.24, of 20.10.24+dfsg1-1+deb12u1+b2.
      return /Candidate: (?:\d+:)?(\d[\w.]*)/.exec(stdout)?.[1];
    },
    go: () => goVersion ?? Promise.resolve(undefined),
  };
}
