// Docker's grammar for image names (the "distribution/reference" one), without any I/O. Each way to get a name
// wrong has its own reason, because these reasons are what a user reads next to the property's name.
import { isIPv4, isIPv6 } from "node:net";

export interface Repository {
  /** Host and port as written; Docker Hub under any of its names is "docker.io". */
  domain: string;
  /** What follows the host, "library/" included for Docker Hub's own images. */
  path: string;
  /** `domain/path`, the domain in one spelling. */
  name: string;
  /** The text it was parsed from. */
  asWritten: string;
}

/** Thrown for text that is no repository; the message is a reason that reads well after the property's name. */
export class ImageReferenceError extends Error {
  override readonly name = "ImageReferenceError";
}

const longestName = 255;
const scheme = /^[a-z][a-z0-9+.-]*:\/\//i;
const hostLabel = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?";
const hostName = new RegExp(`^${hostLabel}(?:\\.${hostLabel})*$`);
const pathComponent = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const tagGrammar = /^\w[\w.-]{0,127}$/;
const digestGrammar = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/;
const hexLength: Readonly<Record<string, number>> = { sha256: 64, sha384: 96, sha512: 128 };

export function parseRepository(text: string): Repository {
  const problem = textProblem(text) ?? suffixProblem(text);
  if (problem !== undefined) throw new ImageReferenceError(problem);
  const { domain, path } = splitDomain(text);
  const nameProblem = domainProblem(domain) ?? pathProblem(path) ?? lengthProblem(domain, path);
  if (nameProblem !== undefined) throw new ImageReferenceError(nameProblem);
  return { domain, path, name: `${sameDomain(domain)}/${path}`, asWritten: text };
}

/** Why nothing can be pushed to `text`; undefined when it names a repository to push to. */
export function pushTargetProblem(text: string): string | undefined {
  const problem = repositoryProblem(text);
  if (problem !== undefined) return problem;
  // A bare name is Docker Hub's library, to which Docker alone can push; whoever writes one has forgotten the host.
  return text.includes("/")
    ? undefined
    : `names no registry: write HOST/PATH, such as registry.example.com/${shorten(text)}, or ACCOUNT/${shorten(text)} for Docker Hub`;
}

/** Why `tag` is no tag; undefined when it is one. */
export function tagProblem(tag: string): string | undefined {
  if (tag === "") return "must not be empty";
  if (tag.length > 128) return `is longer than 128 characters (${tag.length})`;
  if (tagGrammar.test(tag)) return undefined;
  if (/^[.-]/.test(tag)) return "must not start with a dot or a dash";
  return "may have only letters, digits, underscores, dots and dashes";
}

/** Why `text` names no image to start from (such as `golang:1.23` or `alpine@sha256:...`); undefined when it does. */
export function imageReferenceProblem(text: string): string | undefined {
  const problem = textProblem(text);
  if (problem !== undefined) return problem;
  const at = text.indexOf("@");
  const named = at < 0 ? text : text.slice(0, at);
  const badDigest = at < 0 ? undefined : digestProblem(text.slice(at + 1));
  if (badDigest !== undefined) return badDigest;
  const colon = tagColon(named);
  const badTag = colon < 0 ? undefined : tagProblem(named.slice(colon + 1));
  if (badTag !== undefined) return `has a bad tag: it ${badTag}`;
  return repositoryProblem(colon < 0 ? named : named.slice(0, colon));
}

/** Parts of an image reference that `imageReferenceProblem` lets pass; the tag is latest where there is none. */
export function parseImageReference(text: string): { repository: Repository; tag: string; digest?: string } {
  const at = text.indexOf("@");
  const named = at < 0 ? text : text.slice(0, at);
  const colon = tagColon(named);
  const repository = parseRepository(colon < 0 ? named : named.slice(0, colon));
  const tag = colon < 0 ? "latest" : named.slice(colon + 1);
  return at < 0 ? { repository, tag } : { repository, tag, digest: text.slice(at + 1) };
}

/** The host that serves the registry API for `domain`. */
export function registryHost(domain: string): string {
  return domain === "docker.io" ? "registry-1.docker.io" : normalDomain(domain);
}

/** One spelling of a host with its port: names in lower case, IPv6 in its short form. */
export function normalDomain(domain: string): string {
  const [, host = domain, port = ""] = /^(\[[^\]]*\]|[^:]*)(:\d+)?$/.exec(domain) ?? [];
  const address =
    host.startsWith("[") && URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : host;
  return `${address.toLowerCase()}${port}`;
}

/** The same for every spelling of one registry. This machine's is asked over http first, where 443 is another port. */
export function sameDomain(domain: string): string {
  const normal = normalDomain(domain);
  return isLoopback(normal) ? normal : normal.replace(/:443$/, "");
}

/**
 * Whether `domain` is this machine, where docker allows plain http. Names below `localhost` do not count: a resolver
 * may send them elsewhere, and credentials must not travel there in the clear.
 */
export function isLoopback(domain: string): boolean {
  const host = normalDomain(domain).replace(/:\d+$/, "");
  return host === "localhost" || host === "[::1]" || (isIPv4(host) && host.startsWith("127."));
}

function repositoryProblem(text: string): string | undefined {
  try {
    parseRepository(text);
    return undefined;
  } catch (error) {
    if (error instanceof ImageReferenceError) return error.message;
    throw error;
  }
}

function textProblem(text: string): string | undefined {
  if (typeof text !== "string") return "must be a string";
  if (text === "") return "must not be empty";
  if (/[\s\p{Cc}]/u.test(text)) return "must not contain spaces or control characters";
  if (/\P{ASCII}/u.test(text)) return "must be plain ASCII (look for letters that only resemble Latin ones)";
  if (text.includes(",")) return "must not contain a comma: it names one image";
  // The text itself is not repeated from here on where it might hold a password (https://user:password@host).
  if (scheme.test(text)) return "must not start with a scheme: write HOST/PATH, without http:// or https://";
  return undefined;
}

function suffixProblem(text: string): string | undefined {
  const at = text.indexOf("@");
  if (at >= 0) {
    const digest = text.slice(at + 1);
    return digestGrammar.test(digest)
      ? `has a digest (@${shorten(digest)}): the digest is an output, not an input`
      : "must not contain @: neither a digest nor a user name belongs here";
  }
  const colon = tagColon(text);
  if (colon < 0) return undefined;
  const tag = text.slice(colon + 1);
  return tag === "" ? "ends with a colon" : `has a tag (:${shorten(tag)}): put tags in \`tags\``;
}

/** Where the tag's colon is, -1 without one. The colon of a port comes before a slash, those of IPv6 in brackets. */
function tagColon(text: string): number {
  const colon = text.lastIndexOf(":");
  return colon > text.lastIndexOf("/") && colon > text.lastIndexOf("]") ? colon : -1;
}

// Docker's rule: the first part is a host when it could not be the name of a Docker Hub account.
function splitDomain(text: string): { domain: string; path: string } {
  const slash = text.indexOf("/");
  const first = text.slice(0, Math.max(slash, 0));
  const isDomain = slash >= 0 && (/[.:[\]]/.test(first) || first === "localhost");
  const written = isDomain ? first : "docker.io";
  const path = isDomain ? text.slice(slash + 1) : text;
  const domain = /^(index\.|registry-1\.)?docker\.io$/i.test(written) ? "docker.io" : written;
  return { domain, path: domain === "docker.io" && !path.includes("/") ? `library/${path}` : path };
}

function domainProblem(domain: string): string | undefined {
  const match = /^(\[[^\]]*\]|[^:[]*)(?::(.*))?$/.exec(domain);
  const host = match?.[1] ?? "";
  const port = match?.[2];
  if (host === "") return `has no valid host (${shorten(domain)})`;
  if (port !== undefined && !validPort(port)) return `has a bad port (:${shorten(port)}): use 1 to 65535`;
  const valid = host.startsWith("[") ? isIPv6(host.slice(1, -1)) && !host.includes("%") : hostName.test(host);
  return valid ? undefined : `has no valid host (${shorten(host)})`;
}

function validPort(port: string): boolean {
  return /^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65535;
}

function pathProblem(path: string): string | undefined {
  const components = path.split("/");
  if (components.includes(""))
    return "has an empty part: look for a slash at the start or end, or two in a row";
  if (components.includes(".") || components.includes("..")) return "must not contain . or .. as a part";
  if (/[A-Z]/.test(path)) return `must be lower case after the host (${shorten(path)})`;
  if (/^[a-f0-9]{64}$/.test(path.replace(/^library\//, "")))
    return "must not be 64 hexadecimal digits (an image id)";
  const bad = components.find((component) => !pathComponent.test(component));
  if (bad === undefined) return undefined;
  return `has a bad part (${shorten(bad)}): use a-z and 0-9, joined by one dot, one or two underscores, or dashes`;
}

function lengthProblem(domain: string, path: string): string | undefined {
  const length = domain.length + 1 + path.length;
  return length > longestName ? `is longer than ${longestName} characters (${length})` : undefined;
}

function digestProblem(digest: string): string | undefined {
  if (!digestGrammar.test(digest)) return "has a bad digest: write @sha256: and 64 hexadecimal digits";
  const [algorithm = "", hex = ""] = digest.split(":");
  const length = hexLength[algorithm];
  if (length === undefined) return `has a digest of an unknown kind (${shorten(algorithm)}): use sha256`;
  if (hex.length === length && !/[A-F]/.test(hex)) return undefined;
  return `has a bad digest: ${algorithm} has ${length} lower-case hexadecimal digits`;
}

function shorten(text: string): string {
  return text.length > 40 ? `${text.slice(0, 37)}...` : text;
}
