// Servers that never come to an end: each sends just enough to break every limit on silence.

import assert from "node:assert/strict";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { readConfig, readTagDigest } from "../../components/registry/image";
import { parseRepository } from "../../components/registry/reference";
import { openSession, type Session } from "../../components/registry/session";

const limits = {
  ...{ tries: 1, retryBaseMs: 1, idleTimeoutMs: 5_000 },
  ...{ headersTimeoutMs: 300, leastBytes: 1_000, leastBytesMs: 300, totalTimeoutMs: 5_000 },
};

describe("a registry without an end", function () {
  this.timeout(10_000);
  let server: Server;
  const sockets = new Set<Socket>();

  /** Answers each request by what `drip` writes every few milliseconds. */
  async function serve(first: string, drip: string, change: object = {}): Promise<Session> {
    server = createServer((socket) => {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("data", (bytes) => {
        // The first question, which tells http from https, gets its answer.
        if (bytes.toString().startsWith("GET /v2/ "))
          return void socket.write("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
        socket.write(first);
        const timer = setInterval(() => socket.write(drip), 20);
        socket.on("close", () => clearInterval(timer));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    return openSession(parseRepository(`${host}/x`), {}, { ...limits, ...change }, {});
  }

  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  const digest = `sha256:${"a".repeat(64)}`;
  const blob = { mediaType: "x", digest, size: 1, annotations: {} };
  const body = "HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n";

  it("is left when a header drips", async () => {
    const session = await serve("HTTP/1.1 200 OK\r\nx: ", "y");
    await assert.rejects(readTagDigest(session, "v1"), /did not answer within 0\.3 s/);
  });

  it("is left when it sends interim answers only", async () => {
    const session = await serve("", "HTTP/1.1 103 Early Hints\r\n\r\n", { headersTimeoutMs: 5_000 });
    await assert.rejects(readTagDigest(session, "v1"), /interim answers without end/);
    const slow = await serve("", "HTTP/1.1 100 Continue\r\n\r\n");
    await assert.rejects(readTagDigest(slow, "v1"), /did not answer within|interim answers/);
  });

  it("is left when a body drips", async () => {
    const session = await serve(body, "z");
    await assert.rejects(readConfig(session, blob), /only \d+ bytes came from 127\.0\.0\.1:\d+ in 0\.3 s/);
  });

  it("is left when a body comes fast enough, and for too long", async () => {
    const session = await serve(body, "z".repeat(500), { totalTimeoutMs: 700 });
    await assert.rejects(readConfig(session, blob), /took longer than 0\.7 s/);
  });
});
