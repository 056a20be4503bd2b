/** What the figures were measured on. */
import * as os from "node:os";
import { run } from "../tools/setup/exec";
import type { Lab } from "./lab";

export async function describeMachine(lab: Lab): Promise<Record<string, string>> {
  const env = lab.daemons.environment;
  const first = async (command: string, ...args: string[]) =>
    (await run(command, args, { env })).stdout.trim().split("\n")[0] || "not there";
  const cpus = os.cpus();
  return {
    date: new Date().toISOString().slice(0, 10),
    processor: `${cpus.length} x ${cpus[0]?.model.trim() ?? "unknown"}`,
    memory: `${(os.totalmem() / 2 ** 30).toFixed(0)} GiB`,
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    "load before": os.loadavg()[0]?.toFixed(2) ?? "",
    node: process.version,
    pulumi: await first("pulumi", "version"),
    buildkit: await first("buildkitd", "--version"),
    docker: await first("dockerd", "--version"),
    ko: lab.go?.ko ? await first(lab.go.ko, "version") : "not there",
    registry: await first("registry", "--version"),
    ...Object.fromEntries(lab.toolchain.baseImages.map(({ name, origin }) => [name, origin])),
  };
}
