// Answers a registry's WWW-Authenticate challenge: Basic, or Bearer with a token server.
import type { Credentials } from "../credentials/store";
import { RegistryError, responseError } from "./errors";
import { readBody, send } from "./http";
import { guardFor } from "./guard";
import {
  addSecret,
  basicHeader,
  isOwn,
  sessionCredentials,
  type Authorization,
  type Endpoint,
  type Session,
} from "./session";

interface Challenge {
  scheme: string;
  parameters: ReadonlyMap<string, string>;
}

const longestTokenAnswer = 1024 * 1024;
const never = Number.POSITIVE_INFINITY;

/**
 * What to send so that the registry accepts `scope`; undefined when it wants credentials and there are none. The
 * result is remembered for the scope.
 */
export async function authenticate(
  session: Session,
  endpoint: Endpoint,
  header: string | undefined,
  scope: string,
  what: string,
): Promise<string | undefined> {
  const challenges = parseChallenges(header ?? "");
  const bearer = challenges.find(({ scheme }) => scheme === "bearer");
  const credentials = await sessionCredentials(session);
  const authorization =
    bearer !== undefined
      ? await fetchToken(session, endpoint, bearer, credentials, scope, what)
      : basic(session, challenges, credentials);
  if (authorization !== undefined) session.authorizations.set(scope, authorization);
  return authorization?.header;
}

/** The cached token for `scope`, unless it is about to expire. */
export function remembered(session: Session, scope: string): string | undefined {
  const authorization = session.authorizations.get(scope);
  return authorization !== undefined && authorization.expires > Date.now() ? authorization.header : undefined;
}

/** `Bearer realm="https://...",service="x", Basic realm="y"`, where commas part both parameters and challenges. */
export function parseChallenges(header: string): Challenge[] {
  const challenges: { scheme: string; parameters: Map<string, string> }[] = [];
  const part =
    /([\w!#$%&'*+.^`|~-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*))|([\w!#$%&'*+.^`|~-]+)(?=\s|,|$)/gy;
  const separators = /[\s,]*/y;
  while (part.lastIndex < header.length) {
    separators.lastIndex = part.lastIndex;
    separators.exec(header);
    part.lastIndex = separators.lastIndex;
    const match = part.exec(header);
    if (match === null) break;
    const [, key, quoted, bare, scheme] = match;
    if (scheme !== undefined) challenges.push({ scheme: scheme.toLowerCase(), parameters: new Map() });
    const value = quoted?.replace(/\\(.)/g, "$1") ?? bare ?? "";
    if (key !== undefined) challenges.at(-1)?.parameters.set(key.toLowerCase(), value);
  }
  return challenges;
}

function basic(
  session: Session,
  challenges: readonly Challenge[],
  credentials: Credentials | undefined,
): Authorization | undefined {
  const asked = challenges.some(({ scheme }) => scheme === "basic");
  const { username, password } = credentials ?? {};
  if (!asked || username === undefined || password === undefined) return undefined;
  return { header: basicHeader(session, username, password), expires: never };
}

async function fetchToken(
  session: Session,
  endpoint: Endpoint,
  challenge: Challenge,
  credentials: Credentials | undefined,
  scope: string,
  what: string,
): Promise<Authorization> {
  const realm = tokenServer(session, endpoint, challenge.parameters.get("realm") ?? "");
  const service = challenge.parameters.get("service");
  const scopes = [...new Set([scope, challenge.parameters.get("scope") ?? scope])];
  const form = new URLSearchParams(service === undefined ? [] : [["service", service]]);
  const headers: Record<string, string> = { accept: "application/json" };
  let body: Buffer | undefined;
  if (credentials?.identityToken !== undefined) {
    form.set("grant_type", "refresh_token");
    form.set("client_id", "goimage");
    form.set("scope", scopes.join(" "));
    form.set("refresh_token", credentials.identityToken);
    body = Buffer.from(form.toString());
    headers["content-type"] = "application/x-www-form-urlencoded";
  } else {
    for (const each of scopes) form.append("scope", each);
    for (const [key, value] of form) realm.searchParams.append(key, value);
    const { username, password } = credentials ?? {};
    if (username !== undefined && password !== undefined) {
      headers["authorization"] = basicHeader(session, username, password);
    }
  }
  return requestToken(session, endpoint, { url: realm, headers, body }, what);
}

async function requestToken(
  session: Session,
  endpoint: Endpoint,
  request: { url: URL; headers: Record<string, string>; body?: Buffer },
  what: string,
): Promise<Authorization> {
  const response = await send({
    ...request,
    method: request.body === undefined ? "GET" : "POST",
    // Verification is only off for the registry itself.
    verifyTls: endpoint.verifyTls || !isOwn(session, request.url),
    limits: session.settings,
    ...(isOwn(session, request.url)
      ? {}
      : { guard: guardFor(session, request.url, "its token server is", session.reach) }),
    env: session.env,
  });
  // Redirects are not followed: they would carry the credentials to a host that the registry did not name.
  if (response.statusCode !== 200) throw await responseError(session, what, response, request.url.host);
  const bytes = await readBody(response, longestTokenAnswer, session.settings.idleTimeoutMs);
  const { token, expiresIn } = parseToken(bytes);
  if (token === undefined) {
    throw new RegistryError(
      `cannot ${what} of ${session.name}: ${request.url.host} answered without a token`,
    );
  }
  addSecret(session, token);
  // A token that is about to expire is not used: it could expire during the request.
  return { header: `Bearer ${token}`, expires: Date.now() + Math.max(expiresIn - 10, 0) * 1000 };
}

function parseToken(bytes: Buffer): { token?: string; expiresIn: number } {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString("utf8"));
  } catch {
    return { expiresIn: 0 };
  }
  const answer = (value ?? {}) as { token?: unknown; access_token?: unknown; expires_in?: unknown };
  const token = [answer.token, answer.access_token].find((each) => typeof each === "string" && each !== "");
  // A line break would let the server write other headers; Node refuses those with an error that shows the token.
  const usable = typeof token === "string" && /^[\x21-\x7e]+$/.test(token) ? token : undefined;
  const expiresIn = typeof answer.expires_in === "number" && answer.expires_in > 0 ? answer.expires_in : 60;
  return { token: usable, expiresIn };
}

/** The registry names its token server, which then receives the credentials: checks that it may name this one. */
function tokenServer(session: Session, endpoint: Endpoint, realm: string): URL {
  const refuse = (why: string): never => {
    throw new RegistryError(
      `cannot log in to the registry of ${session.name}: its token server's address ${why}`,
    );
  };
  const url = URL.canParse(realm) ? new URL(realm) : refuse("is not valid");
  const plain = endpoint.origin.startsWith("http:");
  if (url.protocol !== "https:" && !(plain && url.protocol === "http:")) return refuse("is not https");
  if (url.username !== "" || url.password !== "") return refuse("contains a user name or password");
  return url;
}
