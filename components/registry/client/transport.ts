// One request to a registry, with authentication, redirects and retries.
import type { IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { cleanLine } from "../../text";
import { authenticate, remembered } from "./auth";
import { sessionEndpoint } from "./endpoint";
import { connectionError, isTemporary, RegistryError, responseError } from "./errors";
import { farther, type Reach } from "./address";
import { drain, send, type FileBody, type Guard, type HttpRequest } from "./http";
import { guardFor, noteRegistry, reachOfAnswer } from "./guard";
import { isLoopback } from "../../name";
import {
  basicHeader,
  isOwn,
  sessionCredentials,
  type Endpoint,
  type Session,
  type Settings,
} from "./session";

export interface RegistryRequest {
  /** For messages, as in "cannot ... of REPOSITORY". */
  what: string;
  method: "GET" | "HEAD" | "POST" | "PUT" | "DELETE";
  /** Below /v2/REPOSITORY/; with a slash at the beginning, from the registry's root. */
  path: string;
  headers?: Readonly<Record<string, string>>;
  body?: Buffer | FileBody;
  /** Never sent again after a failure. */
  once?: boolean;
  /** Statuses besides 2xx that the caller handles. */
  accept?: readonly number[];
  signal?: AbortSignal;
}

const mostRedirects = 5;

/** What a token must allow. */
const actions = {
  GET: "pull",
  HEAD: "pull",
  POST: "pull,push",
  PUT: "pull,push",
  DELETE: "pull,delete",
} as const;

/**
 * Sends the request and hands the response to `consume`, which must read or drain it. Failures that may pass,
 * while the body is read too, start both again.
 */
export async function exchange<T>(
  session: Session,
  request: RegistryRequest,
  consume: (response: IncomingMessage) => Promise<T>,
): Promise<T> {
  try {
    const tries = request.once === true ? 1 : session.settings.tries;
    return await withRetries({ ...session.settings, tries }, request.signal, async () => {
      const { response, host } = await authorised(session, request);
      const status = response.statusCode ?? 0;
      const fine = (status >= 200 && status < 300) || request.accept?.includes(status);
      if (!fine) throw await responseError(session, request.what, response, elsewhere(session, host));
      return await consume(response);
    });
  } catch (error) {
    throw connectionError(session, request.what, error);
  }
}

async function withRetries<T>(
  settings: Settings,
  signal: AbortSignal | undefined,
  attempt: () => Promise<T>,
): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      return await attempt();
    } catch (error) {
      if (tried >= settings.tries || signal?.aborted || !isTemporary(error)) throw error;
      // Jitter, so that several images do not retry at the same moment.
      const backOff = settings.retryBaseMs * 2 ** (tried - 1) * (0.9 + 0.2 * Math.random());
      const asked = error instanceof RegistryError ? (error.retryAfterMs ?? 0) : 0;
      await sleep(Math.max(backOff, Math.min(asked, settings.longestWaitMs)), undefined, { signal });
    }
  }
}

interface Answered {
  response: IncomingMessage;
  /** The URL that answered, after redirects. */
  host: string;
}

/**
 * Sends without credentials first, unless the registry has said what it wants: the answer says which kind that is, and
 * many reads need none.
 */
async function authorised(session: Session, request: RegistryRequest): Promise<Answered> {
  const endpoint = await sessionEndpoint(session);
  const scope = `repository:${session.path}:${actions[request.method]}`;
  const before = remembered(session, scope);
  const asked = before === undefined && session.challenge !== undefined;
  const fresh = asked
    ? await authenticate(session, endpoint, session.challenge, scope, request.what)
    : undefined;
  const first = await follow(session, endpoint, request, before ?? fresh);
  const status = first.response.statusCode;
  if (first.host !== session.host) return first;
  if (status === 401 && fresh !== undefined) {
    forget(session, scope);
    return first;
  }
  if (status === 401) return answerChallenge(session, endpoint, request, scope, first, before !== undefined);
  const hidden = (status === 403 || status === 404) && before === undefined && fresh === undefined;
  return hidden ? askAsUser(session, endpoint, request, scope, first) : first;
}

/** Exactly one retry with fresh credentials: repeated wrong passwords lock accounts. */
async function answerChallenge(
  session: Session,
  endpoint: Endpoint,
  request: RegistryRequest,
  scope: string,
  first: Answered,
  wasAuthorised: boolean,
): Promise<Answered> {
  if (wasAuthorised) forget(session, scope);
  const challenge = first.response.headers["www-authenticate"];
  let accepted: Answered | undefined;
  try {
    const header = await authenticate(session, endpoint, challenge, scope, request.what);
    if (header === undefined) return first;
    await drain(first.response);
    const second = await follow(session, endpoint, request, header);
    if (second.response.statusCode !== 401) accepted = second;
    return second;
  } finally {
    if (accepted === undefined) forget(session, scope);
  }
}

/** Reads the credential store again too: a token may have expired, or the user may have logged in meanwhile. */
function forget(session: Session, scope: string): void {
  session.authorizations.delete(scope);
  session.credentials = undefined;
}

/**
 * Registries that let anyone read some repositories (Artifactory) hide the others from strangers without asking for
 * credentials. Those of this machine do not, and asking a helper for each missing tag would slow them down.
 */
async function askAsUser(
  session: Session,
  endpoint: Endpoint,
  request: RegistryRequest,
  scope: string,
  first: Answered,
): Promise<Answered> {
  // Never send a password unasked to a server whose certificate was not verified.
  if (isLoopback(session.domain) || !endpoint.verifyTls || !endpoint.origin.startsWith("https:"))
    return first;
  // The registry did not ask for credentials, so a broken helper must not fail the request.
  const credentials = await sessionCredentials(session).catch(() => undefined);
  if (credentials?.username === undefined || credentials.password === undefined) return first;
  const header = basicHeader(session, credentials.username, credentials.password);
  await drain(first.response);
  const second = await follow(session, endpoint, request, header);
  if ((second.response.statusCode ?? 0) < 300) {
    session.authorizations.set(scope, { header, expires: Number.POSITIVE_INFINITY });
  }
  return second;
}

/** Follows redirects of reads (blobs often lie in object storage), without credentials as soon as the host changes. */
async function follow(
  session: Session,
  endpoint: Endpoint,
  request: RegistryRequest,
  authorization: string | undefined,
): Promise<Answered> {
  const { path } = request;
  let url = new URL(path.startsWith("/") ? path : `/v2/${session.path}/${path}`, endpoint.origin);
  let header = authorization;
  let from: Reach | undefined;
  for (let redirects = 0; ; redirects++) {
    const own = isOwn(session, url);
    const guard = own ? undefined : guardFor(session, url, "it was redirected to", from);
    const response = await send(toHttp(session, endpoint, request, url, header, guard));
    const answered = (own ? noteRegistry : reachOfAnswer)(session, url, response);
    from = from === undefined ? answered : farther(answered, from);
    const { location } = response.headers;
    const status = response.statusCode ?? 0;
    const redirected = [301, 302, 303, 307, 308].includes(status) && location !== undefined;
    if (!redirected || !["GET", "HEAD"].includes(request.method))
      return { response, host: own ? session.host : cleanLine(url.host) };
    await drain(response);
    if (redirects >= mostRedirects)
      throw failed(session, request, `it was redirected more than ${mostRedirects} times`);
    const next = URL.canParse(location, url.href) ? new URL(location, url) : undefined;
    if (next === undefined || !/^https?:$/.test(next.protocol)) {
      throw failed(session, request, "it was redirected to an address that is not valid");
    }
    if (url.protocol === "https:" && next.protocol === "http:") {
      throw failed(session, request, `it was redirected from https to plain http (${cleanLine(next.host)})`);
    }
    if (next.origin !== url.origin) header = undefined;
    next.username = next.password = "";
    url = next;
  }
}

function toHttp(
  session: Session,
  endpoint: Endpoint,
  request: RegistryRequest,
  url: URL,
  authorization: string | undefined,
  guard: Guard | undefined,
): HttpRequest {
  return {
    method: request.method,
    url,
    headers: { ...request.headers, ...(authorization === undefined ? {} : { authorization }) },
    body: request.body,
    // Certificate checks are off for the registry alone, not for where it redirects to.
    verifyTls: endpoint.verifyTls || !isOwn(session, url),
    limits: session.settings,
    guard,
    env: session.env,
    signal: request.signal,
  };
}

function failed(session: Session, request: RegistryRequest, why: string): RegistryError {
  return new RegistryError(`cannot ${request.what} of ${session.name}: ${why}`);
}

function elsewhere(session: Session, host: string): string | undefined {
  return host === session.host ? undefined : host;
}
