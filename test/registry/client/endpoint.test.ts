// How a registry is found: plain http and TLS on this machine and on insecure ones.

import assert from "node:assert/strict";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { sessionEndpoint } from "../../../components/registry/client/endpoint";
import { RegistryError } from "../../../components/registry/client/errors";
import { openSession } from "../../../components/registry/client/session";
import { parseRepository } from "../../../components/name/reference";
import { emptyEnv, refuse, startRegistry, type FakeRegistry } from "../../support/fakeRegistry";

describe("registry/endpoint", () => {
  let registry: FakeRegistry | undefined;
  let server: Server | undefined;
  afterEach(async () => {
    await registry?.close();
    server?.close();
    [registry, server] = [undefined, undefined];
  });

  const endpointOf = (host: string, insecure = false) => {
    const session = openSession(
      parseRepository(`${host}/team/api`),
      { insecure },
      { idleTimeoutMs: 300, headersTimeoutMs: 300 },
      emptyEnv,
    );
    return { session, endpoint: sessionEndpoint(session) };
  };

  /** A server that does this with each connection. */
  async function answering(act: (socket: Socket) => void): Promise<string> {
    server = createServer((socket) => {
      socket.on("error", () => undefined);
      act(socket);
    });
    await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
    return `127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  it("is plain http without certificate checks on this machine", async () => {
    registry = await startRegistry();
    assert.deepEqual(await endpointOf(registry.host).endpoint, { origin: registry.origin, verifyTls: false });
    assert.deepEqual(await endpointOf(registry.host, true).endpoint, {
      origin: registry.origin,
      verifyTls: false,
    });
  });

  it("is https with certificate checks elsewhere, without a request", async () => {
    assert.deepEqual(await endpointOf("registry.example.com").endpoint, {
      origin: "https://registry.example.com",
      verifyTls: true,
    });
  });

  it("keeps the challenge of a 401, and of no other answer", async () => {
    for (const [status, expected] of [
      [401, 'Basic realm="x"'],
      [200, undefined],
      [403, undefined],
    ] as const) {
      registry = await startRegistry();
      registry.intercept = (_, response) => {
        response.setHeader("www-authenticate", 'Basic realm="x"');
        return refuse(response, status, "X", "x");
      };
      const { session, endpoint } = endpointOf(registry.host);
      await endpoint;
      assert.equal(session.challenge, expected, String(status));
      await registry.close();
      registry = undefined;
    }
  });

  it("names both failures when http and https fail for different reasons", async () => {
    const host = await answering((socket) => socket.end("SSH-2.0-OpenSSH\r\n"));
    const error: unknown = await endpointOf(host).endpoint.catch((reason: unknown) => reason);
    assert.ok(error instanceof RegistryError, String(error));
    assert.match(error.message, /^cannot reach the registry of \S+ \(http:\/\/\S+: .+; https:\/\/\S+: .+\)$/);
    assert.match((error.cause as NodeJS.ErrnoException).code ?? "", /^HPE_/);
    assert.equal(error.temporary, false);
  });

  it("recognizes TLS by its answer to plain http", async () => {
    const host = await answering((socket) =>
      socket.end("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n"),
    );
    await assert.rejects(endpointOf(host).endpoint, /it speaks TLS/);
  });

  it("counts a reset connection as temporary", async () => {
    let connections = 0;
    const host = await answering((socket) => {
      // Plain http is refused as a TLS server does; the TLS connection is cut.
      if (connections++ === 0) socket.end("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n");
      else socket.resetAndDestroy();
    });
    const error: unknown = await endpointOf(host).endpoint.catch((reason: unknown) => reason);
    assert.ok(error instanceof RegistryError, String(error));
    assert.equal(error.temporary, true);
  });

  it("passes on the error when http and https fail with the same one, and tries again the next time", async () => {
    const host = await answering((socket) => socket.destroy());
    server?.close();
    const { session, endpoint } = endpointOf(host);
    await assert.rejects(endpoint, (error: NodeJS.ErrnoException) => error.code === "ECONNREFUSED");
    assert.equal(session.endpoint, undefined);
  });
});
