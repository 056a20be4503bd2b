// Decides once for each session whether the registry is asked over https or http.
import { drain, send } from "./http";
import { errorCode, errorText, isTemporary, RegistryError } from "./errors";
import { noteRegistry } from "./guard";
import { isLoopback } from "../../name";
import type { Endpoint, Session } from "./session";

/**
 * - `insecure`: https without verification, then http: docker's order for its insecure-registries.
 * - this machine: http, then https without verification when the other side turns out to speak TLS. Docker counts
 *   127.0.0.0/8 as insecure too; http comes first because it is what local registries speak.
 * - everything else: https, verified.
 */
export function sessionEndpoint(session: Session): Promise<Endpoint> {
  session.endpoint ??= decide(session).catch((error: unknown) => {
    session.endpoint = undefined; // A registry that was not there may be in a moment.
    throw error;
  });
  return session.endpoint;
}

async function decide(session: Session): Promise<Endpoint> {
  const https = { origin: `https://${session.host}`, verifyTls: false };
  const http = { origin: `http://${session.host}`, verifyTls: false };
  if (session.access.insecure) return firstThatAnswers(session, [https, http]);
  if (isLoopback(session.domain)) return firstThatAnswers(session, [http, https]);
  return { ...https, verifyTls: true };
}

async function firstThatAnswers(session: Session, candidates: readonly Endpoint[]): Promise<Endpoint> {
  const failures: { origin: string; error: unknown }[] = [];
  for (const candidate of candidates) {
    const error = await probe(session, candidate);
    if (error === undefined) return candidate;
    failures.push({ origin: candidate.origin, error });
  }
  // When both attempts fail for the same reason (no route, no such host), the first error is the clearer one.
  const codes = new Set(failures.map(({ error }) => errorCode(error)));
  if (codes.size === 1) throw failures[0]?.error;
  const told = failures.map(({ origin, error }) => `${origin}: ${errorText(error)}`).join("; ");
  throw new RegistryError(`cannot reach the registry of ${session.name} (${told})`, {
    cause: failures[0]?.error,
    temporary: failures.some(({ error }) => isTemporary(error)),
  });
}

async function probe(session: Session, { origin, verifyTls }: Endpoint): Promise<unknown> {
  try {
    const url = new URL("/v2/", origin);
    const response = await send({
      method: "GET",
      url,
      headers: {},
      verifyTls,
      limits: session.settings,
      env: session.env,
    });
    noteRegistry(session, url, response);
    await drain(response);
    // A registry that asks for a login here asks for it everywhere, so the next request can log in at once.
    if (response.statusCode === 401) session.challenge = response.headers["www-authenticate"];
    // Go's and nginx's TLS servers answer plain http with 400; others close the connection.
    const tls = url.protocol === "http:" && response.statusCode === 400;
    return tls ? Object.assign(new Error("it speaks TLS"), { code: "EPROTO" }) : undefined;
  } catch (error) {
    return error;
  }
}
