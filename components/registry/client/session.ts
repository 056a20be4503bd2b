// What is remembered about one repository's registry between requests: how to reach it, and as whom.
import { findCredentials, type Credentials } from "../credentials/store";
import { systemResolve, type Reach, type Resolve } from "./address";
import { registryHost, type Repository } from "../reference";

export interface RegistryAccess {
  username?: string;
  password?: string;
  /** Docker's "insecure registry": TLS without verification, then plain http. */
  insecure?: boolean;
}

export interface Settings {
  /** How often a request is sent at most. */
  tries: number;
  /** Wait before the second try; doubles each time. */
  retryBaseMs: number;
  /** Longest wait that a registry can ask for. */
  longestWaitMs: number;
  /** Longest silence on a connection. */
  idleTimeoutMs: number;
  /** Until the answer's headers are there. */
  headersTimeoutMs: number;
  /** A body must bring so many bytes in so much time. */
  leastBytes: number;
  leastBytesMs: number;
  /** The whole request with its answer. */
  totalTimeoutMs: number;
  resolve: Resolve;
}

// The tries and waits of BuildKit's own pushes.
export const defaultSettings: Settings = {
  tries: 4,
  retryBaseMs: 1000,
  longestWaitMs: 10_000,
  idleTimeoutMs: 30_000,
  headersTimeoutMs: 60_000,
  leastBytes: 32 * 1024,
  leastBytesMs: 60_000,
  totalTimeoutMs: 3_600_000,
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
  /** What the registry said it wants when it was found. */
  challenge?: string;
  credentials?: Promise<Credentials | undefined>;
  /** How far the registry is: the farthest address that it has answered from. */
  reach?: Reach;
  /** Who the registry knows us as, for messages. */
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

/** Those given explicitly win over the store, which is only asked when a registry wants to know who asks. */
export async function sessionCredentials(session: Session): Promise<Credentials | undefined> {
  const credentials = await (session.credentials ??= lookUp(session));
  session.user =
    credentials === undefined ? undefined : (credentials.username ?? `the login in ${credentials.source}`);
  addSecret(session, credentials?.password);
  addSecret(session, credentials?.identityToken);
  return credentials;
}

export function addSecret(session: Session, secret: string | undefined): void {
  // A very short one would tear holes in every message and protects nothing.
  if (secret === undefined || secret.length < 4) return;
  for (const form of spellings(secret)) session.secrets.add(form);
}

/** A secret as a server may repeat it: in an address, a form, a header, JSON or HTML. */
function spellings(secret: string): string[] {
  const inAddress = encodeURIComponent(secret);
  const inForm = new URLSearchParams([["", secret]]).toString().slice(1);
  const base64 = Buffer.from(secret, "utf8").toString("base64").replace(/=+$/, "");
  const inHtml = secret.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return [
    secret,
    ...[inAddress, inForm].flatMap((text) => [
      text,
      text.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    ]),
    base64,
    base64.replaceAll("+", "-").replaceAll("/", "_"),
    JSON.stringify(secret).slice(1, -1),
    inHtml,
    inHtml.replaceAll('"', "&quot;"),
  ];
}

export function basicHeader(session: Session, username: string, password: string): string {
  const encoded = Buffer.from(`${username}:${password}`, "utf8").toString("base64");
  addSecret(session, encoded);
  return `Basic ${encoded}`;
}

function lookUp(session: Session): Promise<Credentials | undefined> {
  const { username, password } = session.access;
  if (username !== undefined && username !== "") {
    return Promise.resolve({ username, password: password ?? "", source: "registry" });
  }
  return findCredentials(session.domain, session.env, session.path);
}
