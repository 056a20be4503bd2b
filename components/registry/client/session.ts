// What is remembered about a registry between requests: its address, its protocol, and the credentials that it accepted.
import { findCredentials, type Credentials } from "../credentials/store";
import { systemResolve, type Reach, type Resolve } from "./address";
import { registryHost, type Repository } from "../../name";

export interface RegistryAccess {
  username?: string;
  password?: string;
  /** Docker's "insecure registry": TLS without verification, then plain http. */
  insecure?: boolean;
}

export interface Settings {
  /** Most attempts for one request. */
  tries: number;
  /** Wait before the second try; doubles each time. */
  retryBaseMs: number;
  /** The longest Retry-After that is honoured. */
  longestWaitMs: number;
  /** Longest silence on a connection. */
  idleTimeoutMs: number;
  /** Until the answer's headers are there. */
  headersTimeoutMs: number;
  /** The same after a blob was sent, which the registry has to put away first. */
  storedTimeoutMs: number;
  /** The slowest body that is accepted: this many bytes in each interval. */
  leastBytes: number;
  leastBytesMs: number;
  /** The whole request with its answer. */
  totalTimeoutMs: number;
  /** All pages of a list of tags. */
  tagListMs: number;
  resolve: Resolve;
}

// The tries and waits of BuildKit's own pushes.
export const defaultSettings: Settings = {
  tries: 4,
  retryBaseMs: 1000,
  longestWaitMs: 10_000,
  idleTimeoutMs: 30_000,
  headersTimeoutMs: 60_000,
  storedTimeoutMs: 300_000,
  leastBytes: 32 * 1024,
  leastBytesMs: 60_000,
  totalTimeoutMs: 3_600_000,
  tagListMs: 300_000,
  resolve: systemResolve,
};

export interface Endpoint {
  /** "https://host:port" */
  origin: string;
  verifyTls: boolean;
}

export interface Authorization {
  header: string;
  expires: number;
}

export interface Session {
  readonly domain: string;
  readonly path: string;
  /** As the user knows the repository, for messages. */
  readonly name: string;
  /** Host and port of the API. */
  readonly host: string;
  readonly access: RegistryAccess;
  readonly settings: Settings;
  readonly env: NodeJS.ProcessEnv;
  endpoint?: Promise<Endpoint>;
  /** The challenge of the first answer. */
  challenge?: string;
  credentials?: Promise<Credentials | undefined>;
  /** Where the registry is: the most distant kind of address that has answered for it. */
  reach?: Reach;
  /** The user name, for messages. */
  user?: string;
  readonly authorizations: Map<string, Authorization>;
  /** Never to be printed. */
  readonly secrets: Set<string>;
}

export function openSession(
  repository: Repository,
  access: RegistryAccess = {},
  settings: Partial<Settings> = {},
  env: NodeJS.ProcessEnv = process.env,
): Session {
  return {
    domain: repository.domain,
    path: repository.path,
    name: repository.asWritten,
    host: registryHost(repository.domain),
    access,
    settings: { ...defaultSettings, ...settings },
    env,
    authorizations: new Map(),
    secrets: new Set(),
  };
}

/** Whether a URL is the registry's own. Default ports count as written. */
export function isOwn(session: Session, url: URL): boolean {
  return url.host === new URL(`${url.protocol}//${session.host}`).host;
}

/** Explicit credentials win. The Docker credential store is read only when a registry asks for a login. */
export async function sessionCredentials(session: Session): Promise<Credentials | undefined> {
  const credentials = await (session.credentials ??= lookUp(session));
  session.user =
    credentials === undefined ? undefined : (credentials.username ?? `the login in ${credentials.source}`);
  addSecret(session, credentials?.password);
  addSecret(session, credentials?.identityToken);
  return credentials;
}

export function addSecret(session: Session, secret: string | undefined): void {
  if (secret !== undefined) session.secrets.add(secret);
}

export function basicHeader(session: Session, username: string, password: string): string {
  const both = `${username}:${password}`;
  addSecret(session, both);
  return `Basic ${Buffer.from(both, "utf8").toString("base64")}`;
}

function lookUp(session: Session): Promise<Credentials | undefined> {
  const { username, password } = session.access;
  if (username !== undefined && username !== "") {
    return Promise.resolve({ username, password: password ?? "", source: "registry" });
  }
  return findCredentials(session.domain, session.env, session.path);
}
