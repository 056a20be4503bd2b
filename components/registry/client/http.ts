// One HTTP exchange over node:http and node:https, which every Pulumi program has loaded anyway. Redirects, retries and
// credentials are handled by transport.ts.
import { createReadStream } from "node:fs";
import type { Agent, ClientRequest, IncomingMessage, RequestOptions } from "node:http";
import type { LookupFunction } from "node:net";
import { cleanLine } from "../../text";
import { proxyFor, ProxyError } from "./proxy";

/** A file that is sent while it is read. */
export interface FileBody {
  file: string;
  /** Bytes. */
  size: number;
}

export interface HttpRequest {
  method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE";
  url: URL;
  headers: Readonly<Record<string, string>>;
  body?: Buffer | FileBody;
  verifyTls: boolean;
  /** The session's time limits. */
  limits: TimeLimits;
  /** Checks the addresses of the host; undefined when the request may go anywhere. */
  guard?: Guard;
  signal?: AbortSignal;
  /** The environment that may name a proxy. */
  env: NodeJS.ProcessEnv;
}

export interface Guard {
  /** Resolves a host, or refuses its addresses. */
  lookup: LookupFunction;
  /** Names the rule behind `lookup`. Connections opened under another rule are not reused: their address was not checked. */
  rule: string;
}

interface TimeLimits {
  idleTimeoutMs: number;
  headersTimeoutMs: number;
  storedTimeoutMs: number;
  leastBytes: number;
  leastBytesMs: number;
  totalTimeoutMs: number;
}

/** The most informational (1xx) responses before the final one. */
const mostInterimAnswers = 20;

/** The error code of a timeout, after which a retry would only take as long again. */
const endless = "ETIME";

/** The body exceeded its limit. */
export class BodyTooLongError extends Error {
  override readonly name = "BodyTooLongError";
}

type Requester = (url: URL, options: RequestOptions & { rejectUnauthorized?: boolean }) => ClientRequest;

/** Agents by protocol, proxy, and the rule of a guard. */
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

/** The common part of both proxy agents. */
interface ProxyAgent extends Agent {
  connectOpts: { signal?: AbortSignal };
  connect(request: ClientRequest, options: object): Promise<unknown>;
}

/** Loaded on demand: few users are behind a proxy. */
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

/** Aborts the connection to a proxy, by request. */
const connecting = new WeakMap<ClientRequest, AbortController>();

/** The response's body must be read or drained by the caller. */
export async function send(request: HttpRequest): Promise<IncomingMessage> {
  const { url, method, body, signal, limits } = request;
  const proxy = proxyFor(url, request.env);
  const { request: start, agent } = await client(url.protocol, proxy, request.guard?.rule);
  const isFile = body !== undefined && !Buffer.isBuffer(body);
  const bytes = isFile ? body.size : body?.length;
  const length = bytes === undefined ? {} : { "content-length": String(bytes) };
  return new Promise((resolve, reject) => {
    let response: IncomingMessage | undefined;
    const outgoing = start(url, {
      method,
      agent,
      headers: { "user-agent": "goimage", ...request.headers, ...length },
      rejectUnauthorized: request.verifyTls,
      timeout: limits.idleTimeoutMs,
      signal,
      lookup: request.guard?.lookup,
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
    // An idle timeout alone is not enough: a server can send a byte now and then.
    let headers: NodeJS.Timeout | undefined;
    const awaitHeaders = (patience: number) => {
      const late = () => giveUp(`${url.host} did not answer within ${seconds(patience)}`);
      headers = setTimeout(late, patience);
    };
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
      if (++interim > mostInterimAnswers)
        giveUp(`${url.host} keeps sending interim answers and no final one`, endless);
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
        // Data that we have not read yet is not the server's delay.
        if (came < limits.leastBytes && incoming.readableLength === 0 && !incoming.complete)
          giveUp(`only ${came} bytes came from ${url.host} in ${seconds(limits.leastBytesMs)}`);
      }, limits.leastBytesMs);
      watch.unref();
      incoming.on("close", stopTimers);
      // Without a listener, an error between two readers would end the program.
      incoming.on("error", () => undefined);
      resolve(incoming);
    });
    if (!isFile) {
      awaitHeaders(limits.headersTimeoutMs);
      outgoing.end(body);
      return;
    }
    // A long body takes its time, in which the registry has nothing to answer yet, and so does putting it away.
    const sent = () => {
      outgoing.setTimeout(limits.storedTimeoutMs);
      awaitHeaders(limits.storedTimeoutMs);
    };
    const content = createReadStream(body.file);
    content.on("error", (error) => outgoing.destroy(error));
    outgoing.on("finish", sent).on("close", () => content.destroy());
    content.pipe(outgoing);
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

/** Drains a response so that its connection can be reused; closes the connection when the body is long. */
export async function drain(response: IncomingMessage): Promise<void> {
  try {
    await readBody(response, 64 * 1024, 5_000);
  } catch {
    response.destroy();
  }
}
