// Servers that never come to an end: each sends just enough to break every limit on silence.

import assert from "node:assert/strict";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { readConfig } from "../../../components/registry/image/servedManifest";
import { readTagDigest } from "../../../components/registry/image/tags";
import { parseRepository } from "../../../components/name/reference";
import { drain } from "../../../components/registry/client/http";
import { openSession, type Session } from "../../../components/registry/client/session";
import { exchange } from "../../../components/registry/client/transport";

const limits = {
  ...{ tries: 1, retryBaseMs: 1, idleTimeoutMs: 5_000 },
  ...{ headersTimeoutMs: 300, leastBytes: 1_000, leastBytesMs: 300, totalTimeoutMs: 5_000 },
};

describe("a registry that never stops sending", function () {
  this.timeout(10_000);
  const servers: Server[] = [];
  const sockets = new Set<Socket>();
  let asked = 0;

  /** Answers each request by what `drip` writes every few milliseconds. */
  async function serve(
    first: string,
    drip: string,
    change: object = {},
    challenge?: string,
  ): Promise<Session> {
    asked = 0;
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("data", (bytes) => {
        // The first question, which tells http from https, gets its answer.
        if (bytes.toString().startsWith("GET /v2/ "))
          return void socket.write(
            challenge?.replace("HOST", host) ?? "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
          );
        // A TLS handshake, through a proxy's tunnel: nobody answers it.
        if (bytes[0] === 0x16) return;
        asked++;
        socket.write(first);
        const timer = setInterval(() => socket.write(drip), 20);
        socket.on("close", () => clearInterval(timer));
      });
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    return openSession(parseRepository(`${host}/x`), {}, { ...limits, ...change }, {});
  }

  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
  });

  async function until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  const digest = `sha256:${"a".repeat(64)}`;
  const blob = { mediaType: "x", digest, size: 1, annotations: {} };
  const body = "HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n";

  it("is given up on when it sends a header byte by byte", async () => {
    const session = await serve("HTTP/1.1 200 OK\r\nx: ", "y");
    await assert.rejects(readTagDigest(session, "v1"), /did not answer within 0\.3 s/);
  });

  it("is given up on when it sends only interim answers", async () => {
    const session = await serve("", "HTTP/1.1 103 Early Hints\r\n\r\n", { headersTimeoutMs: 5_000 });
    await assert.rejects(readTagDigest(session, "v1"), /interim answers and no final one/);
    const slow = await serve("", "HTTP/1.1 100 Continue\r\n\r\n");
    await assert.rejects(readTagDigest(slow, "v1"), /did not answer within|interim answers/);
  });

  it("is given up on when it sends a body too slowly", async () => {
    const session = await serve(body, "z");
    await assert.rejects(readConfig(session, blob), /only \d+ bytes came from 127\.0\.0\.1:\d+ in 0\.3 s/);
  });

  it("is given up on, without a retry, when a body takes too long in all", async () => {
    const session = await serve(body, "z".repeat(500), { totalTimeoutMs: 700 });
    await assert.rejects(readConfig(session, blob), /took longer than 0\.7 s; check the network/);
    // The same again would take as long again.
    const patient = await serve(body, "z".repeat(500), { totalTimeoutMs: 700, tries: 3 });
    await assert.rejects(readConfig(patient, blob), /took longer than 0\.7 s/);
    assert.equal(asked, 1);
  });

  it("is given up on when its token server sends too slowly", async () => {
    const challenge =
      'HTTP/1.1 401 x\r\ncontent-length: 0\r\nwww-authenticate: Bearer realm="http://HOST/t"\r\n\r\n';
    for (const [first, drip, reason] of [
      ["HTTP/1.1 200 OK\r\n", "x", /did not answer within 0\.3 s/],
      [body, "{", /only \d+ bytes came|took longer/],
    ] as const) {
      const session = await serve(first, drip, {}, challenge);
      await assert.rejects(readTagDigest(session, "v1"), reason);
    }
  });

  it("is given up on behind a proxy that never connects, and that connection is closed", async () => {
    for (const [first, drip] of [
      ["HTTP/1.1 200", "0"],
      ["", ""],
      ["HTTP/1.1 200 OK\r\n\r\n", ""],
    ] as const) {
      const { host } = await serve(first, drip);
      const env = { HTTPS_PROXY: `http://${host}` };
      const there = openSession(parseRepository("registry.test/x"), {}, limits, env);
      await assert.rejects(readTagDigest(there, "v1"), /registry\.test did not answer within 0\.3 s/);
      const user = new AbortController();
      const blobOf = { what: "read the blob", method: "GET", path: "blobs/x", signal: user.signal } as const;
      const reading = exchange(
        { ...there, settings: { ...there.settings, headersTimeoutMs: 5_000 } },
        blobOf,
        drain,
      );
      setTimeout(() => user.abort(), 50);
      await assert.rejects(reading, /abort/i);
      await until(() => [...sockets].every((socket) => socket.destroyed));
    }
  });
});
