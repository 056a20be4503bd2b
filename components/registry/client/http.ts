// One HTTP exchange with node:http and node:https, which a Pulumi program has loaded anyway: no redirects, no
// retries, no credentials here.
import type { Agent, ClientRequest, IncomingMessage, RequestOptions } from "node:http";
import type { LookupFunction } from "node:net";
import { cleanLine } from "../../text";
import { proxyFor, ProxyError } from "./proxy";

export interface HttpRequest {
  method: "GET" | "HEAD" | "PUT" | "POST";
  url: URL;
  headers: Readonly<Record<string, string>>;
  body?: Buffer;
  verifyTls: boolean;
  /** How long what may take; those of the session. */
  limits: TimeLimits;
  /** Where the host must be checked: none where the request may go anywhere. */
  guard?: Guard;
  signal?: AbortSignal;
  /** Where a proxy may be named. */
  env: NodeJS.ProcessEnv;
}

export interface Guard {
  /** Tells a host's addresses, or refuses them. */
  lookup: LookupFunction;
  /** Names what `lookup` allows. Connections that were made under another rule are not used: nobody judged their address. */
  rule: string;
}

export interface TimeLimits {
  idleTimeoutMs: number;
  headersTimeoutMs: number;
  leastBytes: number;
  leastBytesMs: number;
  totalTimeoutMs: number;
}

/** More than a server has reason to send before its answer. */
const mostInterimAnswers = 20;

/** The code of an error after which the same request would only take as long again. */
const endless = "ETIME";

/** A body is longer than anything sensible. */
export class BodyTooLongError extends Error {
  override readonly name = "BodyTooLongError";
}

type Requester = (url: URL, options: RequestOptions & { rejectUnauthorized?: boolean }) => ClientRequest;

/** By protocol, proxy, and the rule of a guard. */
const agents = new Map<string, Agent>();

// Connections are kept for the next request. Node does not wait for idle ones, so a program can exit all the same.
const agentOptions = { keepAlive: true, maxSockets: 8 };

async function client(
  protocol: string,
  proxy: URL | undefined,
  rule = "",
): Promise<{ request: Requester; agent: Agent }> {
  const secure = protocol === "https:";
  const { request, Agent: Direct } = await (secure ? import("node:https") : import("node:http"));
  const key = `${protocol} ${proxy?.href ?? ""} ${rule}`;
  const agent = agents.get(key) ?? (await proxied(secure, proxy)) ?? new Direct(agentOptions);
  agents.set(key, agent);
  return { request, agent };
}

/** What both kinds of proxy agents have. */
interface ProxyAgent extends Agent {
  connectOpts: { signal?: AbortSignal };
  connect(request: ClientRequest, options: object): Promise<unknown>;
}

/** Loaded here: few need it. */
async function proxied(secure: boolean, proxy: URL | undefined): Promise<Agent | undefined> {
  if (proxy === undefined) return undefined;
  const made: unknown = secure
    ? new (await import("https-proxy-agent")).HttpsProxyAgent(proxy, agentOptions)
    : new (await import("http-proxy-agent")).HttpProxyAgent(proxy, agentOptions);
  // It waits for its proxy without an end, and a request that is given up has no connection yet that it could close.
  const agent = made as ProxyAgent;
  const { connectOpts } = agent;
  const connect = agent.connect.bind(agent);
  agent.connect = (request, options) => {
    agent.connectOpts = { ...connectOpts, signal: connecting.get(request)?.signal };
    return connect(request, options);
  };
  return agent;
}

/** Ends the way to a proxy, by request. */
const connecting = new WeakMap<ClientRequest, AbortController>();

/** The response's body must be read or drained by the caller. */
export async function send(request: HttpRequest): Promise<IncomingMessage> {
  const { url, method, body, signal, limits } = request;
  const proxy = proxyFor(url, request.env);
  const { request: start, agent } = await client(url.protocol, proxy, request.guard?.rule);
  const length = body === undefined ? {} : { "content-length": String(body.length) };
  return new Promise((resolve, reject) => {
    let response: IncomingMessage | undefined;
    const outgoing = start(url, {
      method,
      agent,
      headers: { "user-agent": "goimage", ...request.headers, ...length },
      rejectUnauthorized: request.verifyTls,
      timeout: limits.idleTimeoutMs,
      signal,
      ...(request.guard === undefined ? {} : { lookup: request.guard.lookup }),
    });
    const way = new AbortController();
    connecting.set(outgoing, way);
    const leave = () => {
      if (response === undefined) way.abort();
    };
    signal?.addEventListener("abort", leave);
    const giveUp = (why: string, code = "ETIMEDOUT") => {
      const reason = Object.assign(new Error(why), { code });
      // Without a connection yet, the request itself tells of its end only once there is one.
      reject(reason);
      (response ?? outgoing).destroy(reason);
      leave();
    };
    const seconds = (milliseconds: number) => `${milliseconds / 1000} s`;
    // Silence is not enough to go by: a byte now and then breaks it.
    const headers = setTimeout(
      () => giveUp(`${url.host} did not answer within ${seconds(limits.headersTimeoutMs)}`),
      limits.headersTimeoutMs,
    );
    const total = setTimeout(
      () => giveUp(`the answer of ${url.host} took longer than ${seconds(limits.totalTimeoutMs)}`, endless),
      limits.totalTimeoutMs,
    );
    let watch: NodeJS.Timeout | undefined;
    const stopTimers = () => {
      clearTimeout(headers);
      clearTimeout(total);
      clearInterval(watch);
      signal?.removeEventListener("abort", leave);
    };
    outgoing.on("close", stopTimers);
    let interim = 0;
    outgoing.on("information", () => {
      if (++interim > mostInterimAnswers) giveUp(`${url.host} sends interim answers without end`, endless);
    });
    outgoing.on("timeout", () =>
      giveUp(`nothing came from ${url.host} for ${seconds(limits.idleTimeoutMs)}`),
    );
    outgoing.on("error", (error: NodeJS.ErrnoException) => {
      stopTimers();
      const unreachable = proxy !== undefined && ["ECONNREFUSED", "ENOTFOUND"].includes(error.code ?? "");
      reject(
        unreachable ? new ProxyError(`the proxy ${proxy.host} cannot be reached: ${error.message}`) : error,
      );
    });
    outgoing.on("proxyConnect", ({ statusCode, statusText }: { statusCode: number; statusText: string }) => {
      if (statusCode === 200) return;
      const refusal = `the proxy ${proxy?.host} refused to connect: ${statusCode} ${cleanLine(statusText)}`;
      outgoing.destroy(new ProxyError(refusal));
    });
    outgoing.on("response", (incoming) => {
      response = incoming;
      clearTimeout(headers);
      let before = incoming.socket.bytesRead;
      watch = setInterval(() => {
        const came = incoming.socket.bytesRead - before;
        before += came;
        // What waits to be read by us is not the server's fault.
        if (came < limits.leastBytes && incoming.readableLength === 0 && !incoming.complete)
          giveUp(`only ${came} bytes came from ${url.host} in ${seconds(limits.leastBytesMs)}`);
      }, limits.leastBytesMs);
      watch.unref();
      incoming.on("close", stopTimers);
      // Without a listener, an error between two readers would end the program.
      incoming.on("error", () => undefined);
      resolve(incoming);
    });
    outgoing.end(body);
  });
}

/** The whole body, which must not be longer than `cap` bytes nor take longer than `deadlineMs`. */
export async function readBody(response: IncomingMessage, cap: number, deadlineMs: number): Promise<Buffer> {
  const late = Object.assign(new Error(`the answer took longer than ${deadlineMs / 1000} s`), {
    code: "ETIMEDOUT",
  });
  const timer = setTimeout(() => response.destroy(late), deadlineMs);
  try {
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of response as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > cap) throw new BodyTooLongError(`the answer is longer than ${cap} bytes`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  } finally {
    clearTimeout(timer);
  }
}

/** Lets the connection be used again without reading what the response says; gives up on a long one. */
export async function drain(response: IncomingMessage): Promise<void> {
  try {
    await readBody(response, 64 * 1024, 5_000);
  } catch {
    response.destroy();
  }
}
