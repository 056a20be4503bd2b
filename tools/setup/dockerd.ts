/** A Docker Engine of our own, beside whatever else uses the machine's network and iptables. */
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { mustRun, run, SetupError } from "./exec";
import type { Layout } from "./paths";
import { ensureService, stopService } from "./service";
import { makeSocketDirectory } from "./sockets";
import { ownDockerHost } from "./userDaemon";

interface Bridge {
  readonly name: string;
  /** First three numbers of its /24 network. */
  readonly prefix: string;
}

const bridgeFile = (layout: Layout) => join(layout.home, "bridge.json");

const knownBridge = async (layout: Layout): Promise<Bridge | undefined> =>
  JSON.parse(await readFile(bridgeFile(layout), "utf8").catch(() => "null")) as Bridge | undefined;

/** A private network that nothing in `taken`, what `ip` says, is in. The clone's id says where to begin. */
export function freeNetwork(id: string, taken: string): string {
  const first = parseInt(id.slice(0, 2), 16);
  for (let i = 0; i < 256; i++) {
    const prefix = `10.213.${(first + i) % 256}`;
    if (!taken.includes(` ${prefix}.`)) return prefix;
  }
  throw new SetupError("no free network for containers in 10.213.0.0/16");
}

/** What `ip` says of other interfaces than the bridge. */
async function otherInterfaces(bridge: string): Promise<string> {
  const texts = [await mustRun("ip", ["-4", "-oneline", "addr"]), await mustRun("ip", ["-4", "route"])];
  return texts
    .flatMap((text) => text.split("\n"))
    .filter((line) => !line.includes(bridge))
    .map((line) => ` ${line}`)
    .join("\n");
}

/** The network of the bridge: the one it had, unless something else on this machine has it now. */
async function chooseBridge(layout: Layout): Promise<Bridge> {
  const name = `gi-${layout.id}`;
  const known = await knownBridge(layout);
  const taken = await otherInterfaces(name);
  if (known && !taken.includes(` ${known.prefix}.`)) return known;
  // dockerd remembers its network, and would give the bridge the old address again.
  await stopDockerd(layout);
  await rm(join(layout.docker, "network"), { recursive: true, force: true });
  const bridge = { name, prefix: freeNetwork(layout.id, taken) };
  await writeFile(bridgeFile(layout), JSON.stringify(bridge));
  return bridge;
}

async function setUp(layout: Layout, bridge: Bridge, mtu: string): Promise<void> {
  const { name, prefix } = bridge;
  if ((await run("ip", ["link", "show", name])).code !== 0) {
    await mustRun("ip", ["link", "add", name, "type", "bridge"]);
  }
  // A bridge without an address of its own takes one of its containers', and with every container that comes or
  // goes the others may lose their way out.
  const address = ["02:42", ...(layout.id.match(/../g) ?? [])].join(":");
  await mustRun("ip", ["link", "set", name, "address", address, "mtu", mtu, "up"]);
  await mustRun("ip", ["addr", "replace", `${prefix}.1/24`, "dev", name]);
}

/** Packet size of the way out. A container that sends or asks for larger packets has connections that hang. */
async function outwardMtu(): Promise<string> {
  const device = /\bdev (\S+)/.exec((await run("ip", ["-4", "route", "show", "default"])).stdout)?.[1];
  const mtu = device && (await readFile(`/sys/class/net/${device}/mtu`, "utf8").catch(() => undefined));
  return mtu?.trim() ?? "1500";
}

async function removeBridge(layout: Layout): Promise<void> {
  const bridge = await knownBridge(layout);
  if (!bridge) return;
  // dockerd leaves the rules that it made for the bridge.
  for (const table of ["nat", "filter"]) {
    const rules = (await run("iptables", ["-t", table, "-S"])).stdout.split("\n");
    for (const rule of rules.filter(
      (line) => line.startsWith("-A ") && line.split(" ").includes(bridge.name),
    )) {
      await run("iptables", ["-t", table, "-D", ...rule.split(" ").slice(1)]);
    }
  }
  await run("ip", ["link", "delete", bridge.name]);
}

/** `mirror`: the registry to ask first for images of docker.io. */
export async function ensureDockerd(
  layout: Layout,
  env: NodeJS.ProcessEnv,
  mirror: string | undefined,
): Promise<{ host: string; started: boolean }> {
  await makeSocketDirectory(layout);
  const host = ownDockerHost(layout);
  const bridge = await chooseBridge(layout);
  const mtu = await outwardMtu();
  await setUp(layout, bridge, mtu);
  const started = await ensureService(layout, {
    name: "dockerd",
    command: "dockerd",
    args: [
      `--host=${host}`,
      `--data-root=${layout.docker}`,
      `--exec-root=${join(layout.sockets, "docker")}`,
      `--pidfile=${join(layout.sockets, "docker.pid")}`,
      `--bridge=${bridge.name}`,
      `--mtu=${mtu}`,
      ...(mirror ? [`--registry-mirror=http://${mirror}`] : []),
    ],
    env,
    ready: async () => (await run("docker", ["--host", host, "info"], { env })).code === 0,
  });
  return { host, started };
}

/** True if it ran. Its containers end with it. */
export async function stopDockerd(layout: Layout): Promise<boolean> {
  const stopped = await stopService(layout, "dockerd");
  await removeBridge(layout);
  return stopped;
}
