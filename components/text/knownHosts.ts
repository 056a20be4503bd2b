// What a known_hosts text says about a host (man sshd, SSH_KNOWN_HOSTS FILE FORMAT).

import { matches, type Token } from "./glob";

/** The port at which a host is known, 22 first; undefined when no line is about it. Hashed names say nothing. */
export function portOf(host: string, knownHosts: string): number | undefined {
  const ports = knownHosts.split("\n").flatMap((line) => {
    const words = line.trim().split(/\s+/);
    if (words[0] === "@cert-authority") words.shift();
    const [names = "", keyType] = words;
    // Comments and revoked keys have no key type in this place.
    if (keyType === undefined || !/^(ssh-|ecdsa-|sk-)/.test(keyType)) return [];
    return names.split(",").flatMap((name) => {
      const [, inBrackets, port] = /^\[(.+)\]:(\d+)$/.exec(name) ?? [];
      return isOf(host, inBrackets ?? name) ? [Number(port ?? 22)] : [];
    });
  });
  return ports.includes(22) ? 22 : ports[0];
}

/** OpenSSH's patterns: * and ?, and no case. */
function isOf(host: string, pattern: string): boolean {
  const tokens = [...pattern.toLowerCase()].map((character): Token => {
    if (character === "*") return { kind: "name" };
    return character === "?" ? { kind: "one" } : { kind: "character", value: character };
  });
  return matches(tokens, host.toLowerCase()) === true;
}
