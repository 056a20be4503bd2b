// The proxy between this machine and a registry, read from the environment as Go's programs (docker, BuildKit) do.
import { BlockList, isIP } from "node:net";
import { isLoopback } from "../../name";

/** The proxy for `url`; undefined for none. Never one for this machine. */
export function proxyFor(url: URL, env: NodeJS.ProcessEnv): URL | undefined {
  const name = url.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY";
  const value = env[name] || env[name.toLowerCase()];
  if (!value || isLoopback(url.hostname) || isExempt(url, env["NO_PROXY"] || env["no_proxy"] || "")) {
    return undefined;
  }
  const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `http://${value}`;
  // The value is not repeated: it may hold a password.
  const proxy = URL.canParse(text) ? new URL(text) : undefined;
  if (proxy === undefined || !/^https?:$/.test(proxy.protocol)) {
    const reason = `${name} names no proxy that can be used: write http://HOST:PORT or https://HOST:PORT`;
    throw new ProxyError(reason);
  }
  return proxy;
}

/** The proxy is unusable or refused the connection; the registry was not reached. */
export class ProxyError extends Error {
  override readonly name = "ProxyError";
  readonly code = "EPROXY";
}

/** NO_PROXY: names with all below them, addresses, networks such as 10.0.0.0/8, each with or without a port, or a *. */
function isExempt(url: URL, list: string): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, "").toLowerCase();
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  return list
    .toLowerCase()
    .split(",")
    .map((entry) => entry.trim())
    .some((entry) => entry === "*" || (entry !== "" && matches(entry, host, port)));
}

function matches(entry: string, host: string, port: string): boolean {
  if (entry.includes("/")) return inNetwork(entry, host);
  const [, named = "", wanted] = /^(\[[^\]]*\]|[^:]*|.*:.*:.*?)(?::(\d+))?$/.exec(entry) ?? [];
  if (wanted !== undefined && wanted !== port) return false;
  const name = named.replace(/^\[|\]$/g, "");
  if (isIP(host) !== 0) return host === name;
  const suffix = name.replace(/^\*?\./, "");
  return host.endsWith(`.${suffix}`) || (host === suffix && suffix === name);
}

function inNetwork(entry: string, host: string): boolean {
  const [address = "", bits = ""] = entry.split("/");
  const family = isIP(address);
  if (family === 0 || isIP(host) !== family || !/^\d{1,3}$/.test(bits)) return false;
  if (Number(bits) > (family === 4 ? 32 : 128)) return false;
  const kind = family === 4 ? "ipv4" : "ipv6";
  const network = new BlockList();
  network.addSubnet(address, Number(bits), kind);
  return network.check(host, kind);
}
