import { run, which } from "./exec";
import type { Layout } from "./paths";
import { compareVersions } from "./plan";
import { docker } from "./versions";

/** A Docker Engine that was here before us. */
export interface Daemon {
  readonly version: string;
  readonly host: string;
  /** It runs in a virtual machine of its own (Docker Desktop and the like): its 127.0.0.1 is not ours. */
  readonly virtual: boolean;
}

export const ownDockerHost = (layout: Layout): string => `unix://${layout.sockets}/docker.sock`;

/** The Docker Engine that `docker` talks to, if it answers, is new enough, and is not our own or a remote one. */
export async function findUserDaemon(layout: Layout): Promise<Daemon | undefined> {
  const command = which("docker", layout.bin);
  // A shell that took our `setup --env` points at our own daemon.
  if (!command || process.env["DOCKER_HOST"] === ownDockerHost(layout)) return undefined;
  const host =
    process.env["DOCKER_HOST"] ??
    (await run(command, ["context", "inspect", "--format", "{{.Endpoints.docker.Host}}"])).stdout.trim();
  // A remote engine cannot push to a registry on this machine's 127.0.0.1.
  if (host && !host.startsWith("unix://")) return undefined;
  const { code, stdout } = await run(command, [
    "info",
    "--format",
    "{{.ServerVersion}}|{{.OperatingSystem}}",
  ]);
  const [version = "", system = ""] = stdout.trim().split("|");
  if (code !== 0 || !version || compareVersions(version, docker.minimum ?? "0") < 0) return undefined;
  const virtual = process.platform !== "linux" || system.includes("Docker Desktop");
  return { version, host: host || "unix:///var/run/docker.sock", virtual };
}
