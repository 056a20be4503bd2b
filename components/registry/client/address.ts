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

/** The distance of an IP address: of several that it leads to, the nearest. */
export function reachOf(address: string): Reach {
  return leadsTo(address).map(ownReach).reduce(nearer);
}

/** As reachOf, for an address that has answered. If it could be nearer or farther, it gets only the rights of the farthest. */
export function reachOfSender(address: string): Reach {
  return leadsTo(address).map(ownReach).reduce(farther);
}

function ownReach(address: string): Reach {
  const family = isIPv6(address) ? "ipv6" : "ipv4";
  return lists.find(({ list }) => list.check(address, family))?.reach ?? "internet";
}

/** The address itself, or those that packets to it end at: IPv4 ones within an IPv6 one, through a tunnel or a translator. */
function leadsTo(address: string): string[] {
  if (!isIPv6(address)) return [address];
  const groups = groupsOf(address);
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = groups;
  const isZero = (end: number) => groups.slice(0, end).every((group) => group === 0);
  // Mapped (::ffff:0:0/96), compatible (::/96) and translated (::ffff:0:0:0/96).
  if (isZero(5) && f === 0xffff) return [dotted(g, h)];
  if (isZero(6) && g > 0) return [dotted(g, h)];
  if (isZero(4) && e === 0xffff && f === 0) return [dotted(g, h)];
  // 6to4.
  if (a === 0x2002) return [dotted(b, c)];
  // Teredo: its server, and the client behind that, whose address is inverted.
  if (a === 0x2001 && b === 0) return [dotted(c, d), dotted(g ^ 0xffff, h ^ 0xffff)];
  // NAT64 (RFC 6052). Within a network, the prefix may have any of these lengths.
  if (a === 0x64 && b === 0xff9b && c === 1) {
    const bits = [d, e, f, g, h].map((group) => group.toString(16).padStart(4, "0")).join("");
    // At 48, 56 and 64 bits, the eight from the 64th on are none of the address's.
    const at48 = bits.slice(0, 4) + bits.slice(6, 10);
    const at56 = bits.slice(2, 4) + bits.slice(6, 12);
    const inside = [at48, at56, bits.slice(6, 14), bits.slice(12)]
      // What a longer prefix leaves there; no translator sends to 0.0.0.0/8.
      .filter((hex) => !hex.startsWith("00"))
      .map((hex) => dotted(parseInt(hex.slice(0, 4), 16), parseInt(hex.slice(4), 16)));
    return [...inside, translator];
  }
  if (a === 0x64 && b === 0xff9b) return [dotted(g, h)];
  // ISATAP, with any prefix.
  return f === 0x5efe && (e & ~0x300) === 0 ? [dotted(g, h), address] : [address];
}

/** A translator of the network's own is no nearer and no farther than that. */
const translator = "fc00::";

function dotted(high: number, low: number): string {
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
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
export function reachOfName(hostname: string, ofAddress = reachOf): Reach | undefined {
  const name = hostname
    .replace(/^\[|\]$/g, "")
    .replace(/\.$/, "")
    .toLowerCase();
  if (isIP(name) !== 0) return ofAddress(name);
  return name === "localhost" || name.endsWith(".localhost") ? "machine" : undefined;
}

export type Resolve = (hostname: string) => Promise<LookupAddress[]>;

export const systemResolve: Resolve = (hostname) => dns.lookup(hostname, { all: true });

const order: readonly Reach[] = ["machine", "link", "network", "internet"];

/** A host with several addresses counts as its most distant one. */
export function farther(one: Reach, other: Reach): Reach {
  return order.indexOf(one) > order.indexOf(other) ? one : other;
}

function nearer(one: Reach, other: Reach): Reach {
  return farther(one, other) === one ? other : one;
}

/** Whether a server at one distance may send us to another. Cloud metadata services are never a valid target. */
export function maySendTo(from: Reach, target: Reach): boolean {
  if (target === "internet") return true;
  if (target === "link") return false;
  return from === "machine" || (target === "network" && from === "network");
}
