// A proxy in front of a real registry that counts what passes, and fails where it is told to. What can go wrong is in
// faults.ts.

import * as http from "node:http";
import * as https from "node:https";
import type { AddressInfo } from "node:net";

/** One request that came to the proxy, with what was known of it when it ended. */
export interface Passed {
  method: string;
  /** Path and query. */
  url: string;
  authorization: string | undefined;
  /** Bytes of the body, from the client and to it. */
  bytesUp: number;
  bytesDown: number;
  /** Undefined until something was answered; the connection may have been cut before. */
  status: number | undefined;
  at: number;
}

/** A request that a fault may answer, change or leave alone. */
export interface Exchange {
  request: http.IncomingMessage;
  response: http.ServerResponse;
  passed: Passed;
  /** Sends the request on to the registry; `change` sees the answer before it goes to the client. */
  forward: (change?: (answer: http.IncomingMessage) => Answer) => Promise<void>;
}

/** What the client gets: headers, and a body that is written piece by piece. */
export interface Answer {
  headers?: http.IncomingHttpHeaders;
  body?: (chunks: AsyncIterable<Buffer>) => AsyncIterable<Buffer>;
}

export type Fault = (exchange: Exchange) => void | Promise<void>;

/** Which requests a fault is for. */
export interface Rule {
  /** Any method without one. */
  method?: string;
  /** Of the path with its query. */
  path: RegExp;
  /** How many requests the fault takes, after `skip` that pass; without it, all. */
  times?: number;
  skip?: number;
  fault: Fault;
}

/** Requests and bytes of their bodies. */
export interface Count {
  requests: number;
  bytesUp: number;
  bytesDown: number;
}

export interface ProxyOptions {
  /** Serve https with these instead of http. */
  tls?: { key: string; cert: string };
  /** Address to listen on, 127.0.0.1 without one. */
  address?: string;
}

export class FaultProxy {
  /** Every request since the start or the last reset. */
  readonly passed: Passed[] = [];
  private readonly rules: { rule: Rule; matched: number }[] = [];

  private constructor(
    private readonly server: http.Server,
    private readonly upstream: { host: string; port: string },
    private readonly secure: boolean,
  ) {}

  /** Stands in front of `registry`, a host and port that speak plain http. */
  static async start(
    registry: string,
    { tls, address = "127.0.0.1" }: ProxyOptions = {},
  ): Promise<FaultProxy> {
    const server = tls === undefined ? http.createServer() : https.createServer(tls);
    const { hostname, port } = new URL(`http://${registry}`);
    const proxy = new FaultProxy(server, { host: hostname, port }, tls !== undefined);
    server.on("request", (request, response) => void proxy.serve(request, response));
    // The registry decides how long an upload may take.
    server.requestTimeout = 0;
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(0, address, resolve);
    });
    return proxy;
  }

  /** `host:port`, as it stands in an image's name. */
  get host(): string {
    const { address, port } = this.server.address() as AddressInfo;
    return `${address}:${port}`;
  }

  /** From now on, besides the rules there are; the newest that matches wins. */
  inject(...rules: Rule[]): void {
    this.rules.unshift(...rules.map((rule) => ({ rule, matched: 0 })));
  }

  /** No faults and no counts. */
  reset(): void {
    this.rules.length = 0;
    this.passed.length = 0;
  }

  /** Requests that came, by method and a pattern of their path. */
  requests(method?: string, path?: RegExp): Passed[] {
    return this.passed.filter(
      (each) =>
        (method === undefined || each.method === method) && (path === undefined || path.test(each.url)),
    );
  }

  /** Requests and bytes by method. */
  counts(): Record<string, Count> {
    const counts: Record<string, Count> = {};
    for (const { method, bytesUp, bytesDown } of this.passed) {
      const count = (counts[method] ??= { requests: 0, bytesUp: 0, bytesDown: 0 });
      count.requests++;
      count.bytesUp += bytesUp;
      count.bytesDown += bytesDown;
    }
    return counts;
  }

  /** Bytes of blobs that were uploaded. */
  get blobBytesUp(): number {
    return this.requests(undefined, /\/blobs\/uploads\//).reduce((sum, { bytesUp }) => sum + bytesUp, 0);
  }

  /** Bytes of blobs that were downloaded. */
  get blobBytesDown(): number {
    return this.requests("GET", /\/blobs\//).reduce((sum, { bytesDown }) => sum + bytesDown, 0);
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private async serve(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const { method = "", url = "", headers } = request;
    const { authorization } = headers;
    const passed: Passed = {
      ...{ method, url, authorization, status: undefined, bytesUp: 0, bytesDown: 0 },
      at: Date.now(),
    };
    this.passed.push(passed);
    request.on("error", () => undefined);
    response.on("error", () => undefined);
    const exchange: Exchange = {
      request,
      response,
      passed,
      forward: (change) => this.forward(exchange, change),
    };
    try {
      await (this.faultFor(method, url) ?? (() => exchange.forward()))(exchange);
    } catch {
      // One of both sides went away: so does the other.
      response.destroy();
    }
  }

  private faultFor(method: string, url: string): Fault | undefined {
    for (const each of this.rules) {
      const { rule } = each;
      if ((rule.method ?? method) !== method || !rule.path.test(url)) continue;
      const nth = each.matched++ - (rule.skip ?? 0);
      if (nth >= 0 && nth < (rule.times ?? Infinity)) return rule.fault;
    }
    return undefined;
  }

  private async forward(
    { request, response, passed }: Exchange,
    change: (answer: http.IncomingMessage) => Answer = () => ({}),
  ): Promise<void> {
    if (response.destroyed) return; // The client went away while a fault held its request.
    const { method, url: path } = request;
    // The client's Host stays: the registry makes the addresses of uploads with it.
    const headers = { ...request.headers, ...(this.secure ? { "x-forwarded-proto": "https" } : {}) };
    const onward = http.request({ ...this.upstream, method, path, headers, agent: false });
    const answered = new Promise<http.IncomingMessage>((resolve, reject) => {
      onward.once("response", resolve).once("error", reject);
      // Also when the registry's answer is left unread: its connection would outlive the tests.
      response.once("close", () => onward.destroy());
    });
    request.on("data", (chunk: Buffer) => (passed.bytesUp += chunk.length));
    request.pipe(onward);
    const answer = await answered;
    const { headers: changed = answer.headers, body = (chunks) => chunks } = change(answer);
    passed.status = answer.statusCode;
    response.writeHead(answer.statusCode ?? 502, changed);
    response.flushHeaders();
    for await (const chunk of body(answer)) {
      passed.bytesDown += chunk.length;
      if (!response.write(chunk)) await drained(response);
    }
    response.end();
  }
}

/** Also when the client goes away. */
function drained(response: http.ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off("drain", done).off("close", done);
      resolve();
    };
    response.on("drain", done).on("close", done);
  });
}
