// Which addresses a registry may send us to. It names its token server and where blobs lie; one on the internet has no business
// with this machine, the network around it, or the cloud's own services.
import { promises as dns, type LookupAddress } from "node:dns";
import { BlockList, isIP, isIPv6 } from "node:net";

/** From the nearest to the most distant. */
export type Reach = "machine" | "link" | "network" | "internet";

const networks: readonly (readonly [Reach, "ipv4" | "ipv6", string, number])[] = [
  ["machine", "ipv4", "127.0.0.0", 8],
  // 0.0.0.0 connects to this machine.
  ["machine", "ipv4", "0.0.0.0", 8],
  ["machine", "ipv6", "::", 127],
  ["link", "ipv4", "169.254.0.0", 16],
  ["link", "ipv6", "fe80::", 10],
  ["network", "ipv4", "10.0.0.0", 8],
  ["network", "ipv4", "172.16.0.0", 12],
  ["network", "ipv4", "192.168.0.0", 16],
  ["network", "ipv4", "100.64.0.0", 10],
  ["network", "ipv4", "192.0.0.0", 24],
  ["network", "ipv4", "198.18.0.0", 15],
  ["network", "ipv4", "224.0.0.0", 3],
  ["network", "ipv6", "fc00::", 7],
  ["network", "ipv6", "fec0::", 10],
  ["network", "ipv6", "ff00::", 8],
];
const lists = networks.map(([reach, family, address, bits]) => {
  const list = new BlockList();
  list.addSubnet(address, bits, family);
  return { reach, list };
});

/** The distance of an IP address. */
export function reachOf(address: string): Reach {
  const inner = isIPv6(address) ? embedded(address) : address;
  const family = isIPv6(inner) ? "ipv6" : "ipv4";
  return lists.find(({ list }) => list.check(inner, family))?.reach ?? "internet";
}

/** The IPv4 address in an IPv6 one that stands for it: mapped, compatible, or of a translator (64:ff9b::/96, 2002::/16). */
function embedded(address: string): string {
  const groups = groupsOf(address);
  const dotted = (high = 0, low = 0) => [high >> 8, high & 255, low >> 8, low & 255].join(".");
  const isZero = (end: number) => groups.slice(0, end).every((group) => group === 0);
  const isTranslated = groups[0] === 0x64 && groups[1] === 0xff9b;
  if (groups[0] === 0x2002) return dotted(groups[1], groups[2]);
  if (isTranslated || (isZero(5) && groups[5] === 0xffff)) return dotted(groups[6], groups[7]);
  return isZero(6) && (groups[6] ?? 0) > 0 ? dotted(groups[6], groups[7]) : address;
}

function groupsOf(address: string): number[] {
  // URL writes IPv6 in one way: hexadecimal, with the longest run of zeros left out.
  const text = new URL(`http://[${address.replace(/%.*$/, "")}]`).hostname.slice(1, -1);
  const [head = "", tail] = text.split("::");
  const parse = (part: string) => (part === "" ? [] : part.split(":").map((group) => parseInt(group, 16)));
  const [first, last] = [parse(head), parse(tail ?? "")];
  return tail === undefined
    ? first
    : [...first, ...Array<number>(8 - first.length - last.length).fill(0), ...last];
}

/** The distance of a host by its name alone; undefined where DNS must decide. */
export function reachOfName(hostname: string): Reach | undefined {
  const name = hostname
    .replace(/^\[|\]$/g, "")
    .replace(/\.$/, "")
    .toLowerCase();
  if (isIP(name) !== 0) return reachOf(name);
  return name === "localhost" || name.endsWith(".localhost") ? "machine" : undefined;
}

export type Resolve = (hostname: string) => Promise<LookupAddress[]>;

export const systemResolve: Resolve = (hostname) => dns.lookup(hostname, { all: true });

/** A host with several addresses counts as its most distant one. */
export function farther(one: Reach, other: Reach): Reach {
  const order: readonly Reach[] = ["machine", "link", "network", "internet"];
  return order.indexOf(one) > order.indexOf(other) ? one : other;
}

/** Whether a server at one distance may send us to another. Cloud metadata services are never a valid target. */
export function maySendTo(from: Reach, target: Reach): boolean {
  if (target === "internet") return true;
  if (target === "link") return false;
  return from === "machine" || (target === "network" && from === "network");
}
