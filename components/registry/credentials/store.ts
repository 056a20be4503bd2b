// Finds what `docker login` (or `podman login`) stored for a registry, in the places and order docker uses.
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { CredentialError } from "./error";
import { askHelper } from "./helper";
import { sameDomain } from "../../name";

export { CredentialError } from "./error";

/** Either a user name with its password, or an identity token. */
export interface Credentials {
  username?: string;
  password?: string;
  identityToken?: string;
  /** Where they come from, for messages. */
  source: string;
}

interface AuthEntry {
  auth?: unknown;
  username?: unknown;
  password?: unknown;
  identitytoken?: unknown;
}

interface AuthFile {
  auths?: Record<string, AuthEntry | null>;
  credHelpers?: Record<string, unknown>;
  credsStore?: unknown;
}

// The user name by which a helper says that its secret is an identity token.
const tokenUser = "<token>";
// Docker Hub logs in under this address whatever the image is called.
const hubServer = "https://index.docker.io/v1/";

/**
 * Credentials stored for the registry `domain`; undefined when there are none. `path` is the repository below it:
 * Podman's file may hold different credentials for parts of a registry.
 */
export async function findCredentials(
  domain: string,
  env: NodeJS.ProcessEnv = process.env,
  path = "",
): Promise<Credentials | undefined> {
  const inline = env["DOCKER_AUTH_CONFIG"];
  if (inline) {
    const file = parseFile(inline, "the variable DOCKER_AUTH_CONFIG");
    const found = fromAuths(file, [domain], "the variable DOCKER_AUTH_CONFIG", true);
    if (found !== undefined) return found;
  }
  const docker = dockerFile(env);
  const found = await fromFile(docker, domain, [domain], env, true);
  if (found !== undefined) return found;
  for (const podman of podmanFiles(env)) {
    const stored = await fromFile(podman, domain, prefixes(domain, path), env, false);
    if (stored !== undefined) return stored;
  }
  return undefined;
}

function dockerFile(env: NodeJS.ProcessEnv): string {
  return join(env["DOCKER_CONFIG"] || join(home(env), ".docker"), "config.json");
}

function podmanFiles(env: NodeJS.ProcessEnv): string[] {
  const named = env["REGISTRY_AUTH_FILE"];
  if (named) return [named];
  const runtime = env["XDG_RUNTIME_DIR"];
  const config = env["XDG_CONFIG_HOME"] || join(home(env), ".config");
  const files = [join(config, "containers", "auth.json")];
  return runtime ? [join(runtime, "containers", "auth.json"), ...files] : files;
}

function home(env: NodeJS.ProcessEnv): string {
  return env["HOME"] || env["USERPROFILE"] || homedir();
}

/** `host/team/api`, `host/team`, `host`: the most specific first. */
function prefixes(domain: string, path: string): string[] {
  const parts = path === "" ? [] : path.split("/");
  return Array.from({ length: parts.length + 1 }, (_, n) =>
    [domain, ...parts.slice(0, parts.length - n)].join("/"),
  );
}

async function fromFile(
  path: string,
  domain: string,
  names: readonly string[],
  env: NodeJS.ProcessEnv,
  isDockers: boolean,
): Promise<Credentials | undefined> {
  const file = await readAuthFile(path);
  if (file === undefined) return undefined;
  const helper = helperFor(file, domain);
  if (helper !== undefined) {
    const answer = await askHelper(helper, serverAddress(domain), path, env);
    const source = `docker-credential-${helper}`;
    if (answer?.username === tokenUser) return { identityToken: answer.secret, source };
    if (answer !== undefined) return { username: answer.username, password: answer.secret, source };
  }
  return fromAuths(file, names, path, isDockers);
}

async function readAuthFile(path: string): Promise<AuthFile | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown error";
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw new CredentialError(`cannot read the registry credentials in ${path}: ${code}`);
  }
  // An empty file is what `podman logout` and some CI systems leave behind.
  return text.trim() === "" ? undefined : parseFile(text, path);
}

function parseFile(text: string, source: string): AuthFile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // JSON.parse quotes the text around the fault in its message, which can be a secret.
    throw new CredentialError(`${source} is not valid JSON: correct it, or run docker login again`);
  }
  if (!isRecord(value)) throw new CredentialError(`${source} does not hold a JSON object`);
  const { auths, credHelpers } = value;
  if ((auths != null && !isRecord(auths)) || (credHelpers != null && !isRecord(credHelpers))) {
    throw new CredentialError(`auths and credHelpers in ${source} must be JSON objects`);
  }
  return value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function helperFor(file: AuthFile, domain: string): string | undefined {
  const helpers = Object.entries(file.credHelpers ?? {});
  const own =
    helpers.find(([key]) => key === domain) ?? helpers.find(([key]) => canonical(key) === canonical(domain));
  // A registry with an empty helper has its credentials in the file, as docker has it.
  if (own !== undefined && typeof own[1] === "string") return own[1] === "" ? undefined : own[1];
  return typeof file.credsStore === "string" && file.credsStore !== "" ? file.credsStore : undefined;
}

/**
 * The exact key wins over its other spellings. In docker's files a key with a path serves its whole host; in Podman's it is for
 * what lies below.
 */
function fromAuths(
  file: AuthFile,
  names: readonly string[],
  source: string,
  isDockers: boolean,
): Credentials | undefined {
  const auths = Object.entries(file.auths ?? {});
  const tests = names.flatMap((name) => [
    (key: string) => key === name,
    (key: string) => canonical(key) === canonical(name),
    ...(isDockers ? [(key: string) => canonical(key).split("/")[0] === canonical(name)] : []),
  ]);
  for (const test of tests) {
    for (const [key, entry] of auths) {
      const found = entry !== null && test(key) ? fromEntry(entry, key, source) : undefined;
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function fromEntry(entry: AuthEntry, key: string, source: string): Credentials | undefined {
  if (typeof entry.identitytoken === "string" && entry.identitytoken !== "") {
    return { identityToken: entry.identitytoken, source };
  }
  // auth holds both; a file that has them besides is from another tool, and docker goes by auth.
  if (typeof entry.auth !== "string" || entry.auth === "") {
    const { username, password } = entry;
    const isWhole = typeof username === "string" && typeof password === "string" && username !== "";
    return isWhole ? { username, password, source } : undefined;
  }
  const text = Buffer.from(entry.auth, "base64").toString("utf8");
  const colon = text.indexOf(":");
  if (colon < 1) throw new CredentialError(`auth of ${key} in ${source} is not the base64 of USER:PASSWORD`);
  // Docker itself pads some passwords with NUL and takes them off again.
  return { username: text.slice(0, colon), password: text.slice(colon + 1).replace(/\0+$/, ""), source };
}

/** What a helper is asked for. */
function serverAddress(domain: string): string {
  return canonical(domain) === "docker.io" ? hubServer : domain;
}

/** One spelling for keys as tools write them: "https://host/v1/", "host/v2", "host". Repository paths are kept. */
function canonical(key: string): string {
  const bare = key.replace(/^https?:\/\//, "").replace(/(\/v[12])?\/*$/, "");
  const [host = "", ...path] = bare.split("/");
  const hub = /^(index\.|registry-1\.)?docker\.io$/i.test(host);
  return [hub ? "docker.io" : sameDomain(host), ...path].join("/");
}
