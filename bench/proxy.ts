/** A proxy in front of a registry that counts what passes, and can put it behind a longer wire. */
import * as http from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { Transform } from "node:stream";

interface Traffic {
  /** Requests by method. */
  requests: Record<string, number>;
  /** Bytes of bodies that clients sent and got. */
  sent: number;
  received: number;
  /** One line a request, for reports. */
  lines: string[];
}

export interface Proxy {
  /** `host:port`, on this machine. */
  readonly host: string;
  /** What passed since the last call. */
  take(): Traffic;
  close(): void;
}

const nothing = (): Traffic => ({ requests: {}, sent: 0, received: 0, lines: [] });

/** A wire that passes so many bytes a second, whatever is on it. */
function wire(bytesPerSecond: number): () => Transform {
  let free = 0;
  return () =>
    new Transform({
      transform(chunk: Buffer, _encoding, done) {
        const now = performance.now();
        free = Math.max(free, now) + (chunk.length / bytesPerSecond) * 1000;
        // Timers are no more exact than this.
        if (free - now < 2) done(null, chunk);
        else setTimeout(() => done(null, chunk), free - now);
      },
    });
}

/**
 * `roundTrip`: milliseconds that each request takes longer, and each new connection once more. `bytesPerSecond`: of all bodies
 * together, in each direction.
 */
export async function startProxy(target: string, roundTrip = 0, bytesPerSecond = Infinity): Promise<Proxy> {
  const [up, down] = [wire(bytesPerSecond), wire(bytesPerSecond)];
  const agent = new http.Agent({ keepAlive: true });
  const [hostname, port] = target.split(":");
  const seen = new WeakSet<Socket>();
  let traffic = nothing();

  const server = http.createServer((request, response) => {
    const { method = "GET", url = "/", headers, socket } = request;
    const counted = traffic;
    counted.requests[method] = (counted.requests[method] ?? 0) + 1;
    const trips = seen.has(socket) ? 1 : 2;
    seen.add(socket);
    // The Host header stays: the registry makes the addresses of uploads from it, which lead through here again.
    const options = { hostname, port, method, path: url, headers, agent };
    const forward = () => {
      let size = 0;
      const upstream = http.request(options, (answer) => {
        counted.lines.push(`${method} ${url.replace(/\?.*/, "")} ${answer.statusCode} ${size}`);
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.on("data", (chunk: Buffer) => (counted.received += chunk.length));
        answer.pipe(down()).pipe(response);
      });
      upstream.on("error", () => response.destroy());
      request.on("data", (chunk: Buffer) => {
        size += chunk.length;
        counted.sent += chunk.length;
      });
      request.pipe(up()).pipe(upstream);
    };
    if (roundTrip === 0) forward();
    else setTimeout(forward, trips * roundTrip);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    take: () => {
      const taken = traffic;
      traffic = nothing();
      return taken;
    },
    close: () => {
      server.closeAllConnections();
      server.close();
      agent.destroy();
    },
  };
}
