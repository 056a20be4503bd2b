// Turns what a registry answers, or the network does, into an error that tells a user what failed and what to do.
import type { IncomingMessage } from "node:http";
import { cleanLine } from "../../text";
import { readBody } from "./http";
import type { Session } from "./session";

export interface RegistryErrorDetails {
  status?: number;
  code?: string;
  /** The same request may work in a moment. */
  temporary?: boolean;
  retryAfterMs?: number;
  cause?: unknown;
}

export class RegistryError extends Error {
  override readonly name = "RegistryError";
  readonly status?: number;
  /** The registry's own code, such as MANIFEST_UNKNOWN. */
  readonly code?: string;
  readonly temporary: boolean;
  readonly retryAfterMs?: number;

  constructor(message: string, details: RegistryErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.status = details.status;
    this.code = details.code;
    this.temporary = details.temporary ?? false;
    this.retryAfterMs = details.retryAfterMs;
  }
}

// The body of an error is read for its message alone.
const longestErrorBody = 64 * 1024;
const temporaryStatus = [408, 429, 500, 502, 503, 504];
/** Of a connection that broke or fell silent. */
const brokenCodes = ["ECONNRESET", "EPIPE", "ETIMEDOUT", "ERR_STREAM_PREMATURE_CLOSE"];
const temporaryCodes = [...brokenCodes, "EAI_AGAIN"];

/** What registries say of a tag that must not move; ECR, Harbor, Artifact Registry, Docker Hub and BuildKit have words of their own. */
export const immutableTag =
  /immutable|ImageTagAlreadyExists|cannot be (overwritten|overridden)|tag '?[\w.-]+'? already exists/i;

export function isTemporaryStatus(status: number): boolean {
  return temporaryStatus.includes(status);
}

/** Reads the message of an error response and releases the connection. */
export async function responseError(
  session: Session,
  what: string,
  response: IncomingMessage,
  from?: string,
): Promise<RegistryError> {
  const status = response.statusCode ?? 0;
  const answer = await readAnswer(response);
  const own = [answer.code, answer.message].filter((part) => part !== undefined).join(": ");
  const where = from === undefined ? session.name : `${session.name} (sent on to ${from})`;
  // A redirect may lead to a server that has nothing to do with the registry: its text is not shown.
  const said = own === "" || from !== undefined ? "" : ` (${redact(session, own)})`;
  const isImmutable = immutableTag.test(own);
  const reason = redact(session, `${status} ${response.statusMessage ?? ""}`);
  return new RegistryError(
    `cannot ${what} of ${where}: the registry answered ${reason}${said}${isImmutable ? immutableAdvice : advice(session, status)}`,
    {
      status,
      code: answer.code,
      temporary: isTemporaryStatus(status),
      retryAfterMs: retryAfter(response.headers["retry-after"]),
    },
  );
}

/** An error of the connection, told with what to do about it. Errors that already tell enough are left alone. */
export function connectionError(session: Session, what: string, error: unknown): unknown {
  const code = errorCode(error);
  if (error instanceof RegistryError || code === undefined || code === "ABORT_ERR") return error;
  const reason = redact(session, errorText(error));
  const message = `cannot ${what} of ${session.name}: ${reason}${connectionAdvice(session, code)}`;
  return new RegistryError(message, { code, cause: error, temporary: temporaryCodes.includes(code) });
}

export function isTemporary(error: unknown): boolean {
  if (error instanceof RegistryError) return error.temporary;
  const code = errorCode(error);
  return code !== undefined && temporaryCodes.includes(code);
}

/** True for a connection that broke or was given up, whatever was asked for. */
export function isBrokenConnection(error: unknown): boolean {
  return [...brokenCodes, "ABORT_ERR"].includes(errorCode(error) ?? "");
}

/** The `docker login` command for this registry. */
export function loginCommand(session: Session): string {
  return session.domain === "docker.io" ? "docker login" : `docker login ${session.domain}`;
}

/** A registry's message, with echoed secrets masked. */
export function redact(session: Session, text: string): string {
  return cleanLine(text, { secrets: session.secrets });
}

export function errorCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : undefined;
}

/** Node reports a connection that failed for each address of a host as one AggregateError without a message. */
export function errorText(error: unknown): string {
  // OpenSSL's own text comes with places in its source.
  const tls = error instanceof Error ? /SSL routines:[^:]*:([^:]+)/.exec(error.message)?.[1] : undefined;
  if (tls !== undefined) return `TLS failed: ${tls}`;
  if (error instanceof AggregateError && error.message === "") {
    return error.errors.map((each) => errorText(each)).join(", ");
  }
  return error instanceof Error ? error.message : String(error);
}

interface ErrorBody {
  code?: string;
  message?: string;
}

async function readAnswer(response: IncomingMessage): Promise<ErrorBody> {
  let text: string;
  try {
    text = (await readBody(response, longestErrorBody, 10_000)).toString("utf8");
  } catch {
    return {}; // The status alone has to do.
  }
  try {
    return fromJson(JSON.parse(text));
  } catch {
    const plain = /^text\/plain\b/.test(response.headers["content-type"] ?? "");
    return plain && text.trim() !== "" ? { message: text.trim() } : {};
  }
}

/** The registry's `{errors: [{code, message}]}`, and what token servers answer. */
function fromJson(value: unknown): ErrorBody {
  const body = (value ?? {}) as {
    errors?: unknown;
    details?: unknown;
    error_description?: unknown;
    message?: unknown;
  };
  const [first] = Array.isArray(body.errors) ? (body.errors as unknown[]) : [];
  const { code, message } = (first ?? {}) as { code?: unknown; message?: unknown };
  const texts = [message, body.details, body.error_description, body.message];
  const said = texts.find((text) => typeof text === "string" && text !== "") as string | undefined;
  return { code: typeof code === "string" && /^\w{1,64}$/.test(code) ? code : undefined, message: said };
}

function retryAfter(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const delay = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(delay) && delay > 0 ? delay : undefined;
}

const immutableAdvice =
  "; this registry keeps tags as they are: give tags a new one, or allow the repository's tags to be overwritten";

function advice(session: Session, status: number): string {
  const login = `run ${loginCommand(session)} or set registry.username and registry.password`;
  switch (status) {
    case 401:
      return session.user === undefined
        ? `; no credentials were found for it: ${login}`
        : `; it refused the credentials of ${session.user}: ${login}`;
    case 403:
      return session.user === undefined
        ? `; no credentials were found for it: ${login}`
        : `; check what ${session.user} may do in this repository`;
    case 404:
      return "; check the repository's name, and that the image was pushed";
    case 407:
      return "; the proxy wants credentials: put them into HTTP_PROXY or HTTPS_PROXY";
    case 429:
      return session.user === undefined ? `; it limits anonymous requests: ${login}` : "; try again later";
    default:
      return status >= 500 ? "; the registry itself fails: try again later" : "";
  }
}

function connectionAdvice(session: Session, code: string): string {
  if (/CERT|SELF_SIGNED|ISSUER|VERIFY_LEAF/.test(code)) {
    return (
      "; its certificate is not trusted: name its CA's file in NODE_EXTRA_CA_CERTS, " +
      "or set registry.insecure if the network to it is trusted"
    );
  }
  if (code === "EPROTO" || code.startsWith("ERR_SSL")) {
    return "; it does not speak TLS: set registry.insecure if it is meant to speak plain http";
  }
  if (code === "ETIMEDOUT" || code === "ETIME") {
    return "; check the network between this machine and it, or try again when it is less busy";
  }
  if (code === "EPROXY") return "; check HTTPS_PROXY, HTTP_PROXY and NO_PROXY";
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return "; check the host's name and the DNS";
  if (code === "ECONNREFUSED") return `; check that a registry runs at ${session.domain}`;
  return "";
}
