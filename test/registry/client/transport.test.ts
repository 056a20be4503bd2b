import * as assert from "node:assert/strict";
import { type Server } from "node:http";
import { createServer as createTcpServer, type AddressInfo } from "node:net";
import { mock } from "node:test";
import timers from "node:timers/promises";
import { readTagDigest } from "../../../components/registry/image/tags";
import { parseRepository } from "../../../components/name/reference";
import { openSession } from "../../../components/registry/client/session";
import { close, emptyEnv, refuse, startRegistry, type FakeRegistry } from "../../support/fakeRegistry";
import { basic, fails, listen, read } from "../../support/requests";

describe("registry/transport", () => {
  let registry: FakeRegistry;
  const others: Server[] = [];

  beforeEach(async () => {
    registry = await startRegistry();
  });
  afterEach(async () => {
    await Promise.all([registry.close(), ...others.splice(0).map(close)]);
  });

  it("sends Basic credentials when asked, and refused ones only once", async () => {
    const digest = registry.addBlob(Buffer.from("hello"));
    registry.intercept = (_request, response, { url, authorization }) => {
      if (url === "/v2/" || authorization === basic("me:hunter2")) return false;
      response.setHeader("www-authenticate", 'Basic realm="x"');
      return refuse(response, 401, "UNAUTHORIZED", "who are you");
    };
    const session = registry.session({ username: "me", password: "hunter2" });
    assert.equal(await read(session, digest), "hello");
    assert.equal(await read(session, digest), "hello");
    assert.equal(registry.count("GET", "/blobs/"), 3);

    registry.seen.length = 0;
    const wrong = registry.session({ username: "me", password: "wrong-password" });
    const reasons = [/401/, /UNAUTHORIZED: who are you/, /refused the credentials of me/, /docker login 127/];
    const error = await fails(read(wrong, digest), ...reasons);
    assert.equal(error.status, 401);
    assert.equal(error.code, "UNAUTHORIZED");
    assert.ok(error.message.includes(registry.repository.asWritten));
    assert.equal(registry.count("GET", "/blobs/"), 2);
    await fails(read(registry.session(), digest), /no credentials were found for it: run docker login 127/);
  });

  describe("when the registry fails", () => {
    let digest: string;
    let failures: number;
    beforeEach(() => {
      digest = registry.addBlob(Buffer.from("hello"));
      failures = 0;
    });

    for (const status of [408, 429, 500, 502, 503, 504]) {
      it(`tries again after one ${status}`, async () => {
        registry.intercept = (_request, response, { url }) =>
          url !== "/v2/" && failures++ === 0 && refuse(response, status, "UNKNOWN", "later");
        assert.equal(await read(registry.session(), digest), "hello");
        assert.equal(failures, 2);
      });
    }

    it("gives up after four tries", async () => {
      registry.intercept = (_request, response, { url }) =>
        url !== "/v2/" && refuse(response, 500, "UNKNOWN", "no disk");
      await fails(
        read(registry.session(), digest),
        /500 Internal Server Error \(UNKNOWN: no disk\); the registry itself/,
      );
      assert.equal(registry.count("GET", "/blobs/"), 4);
    });

    it("does not retry a 403", async () => {
      registry.intercept = (_request, response, { url }) =>
        url !== "/v2/" && refuse(response, 403, "DENIED", "no");
      await fails(
        read(registry.session({ username: "me", password: "hunter2" }), digest),
        /403 Forbidden \(DENIED: no\)/,
      );
      assert.equal(registry.count("GET", "/blobs/"), 1);
    });

    it("limits the wait that Retry-After asks for", async () => {
      registry.intercept = (_request, response, { url }) => {
        if (url === "/v2/" || failures++ > 0) return false;
        response.setHeader("retry-after", "3600");
        return refuse(response, 429, "TOOMANYREQUESTS", "slow down");
      };
      const waits = mock.method(timers, "setTimeout");
      try {
        assert.equal(await read(registry.session(), digest), "hello");
        assert.deepEqual(
          waits.mock.calls.map((call) => call.arguments[0]),
          [40],
        );
      } finally {
        waits.mock.restore();
      }
    });

    it("starts again when the connection breaks before or inside the body", async () => {
      registry.intercept = (request, response, { url }) => {
        if (url === "/v2/") return false;
        failures++;
        if (failures === 1) return (request.socket.destroy(), true);
        if (failures > 2) return false;
        response.writeHead(200, { "content-length": 5 });
        response.write("he", () => request.socket.destroy());
        return true;
      };
      assert.equal(await read(registry.session(), digest), "hello");
      assert.equal(failures, 3);
    });

    it("gives up on a silent registry, after a retry", async () => {
      registry.intercept = (_request, response, { url }) => {
        if (url === "/v2/") return false;
        if (failures++ % 2 === 0) response.writeHead(200, { "content-length": 5 }).write("he");
        return true;
      };
      const session = openSession(
        registry.repository,
        {},
        { tries: 2, retryBaseMs: 1, idleTimeoutMs: 60 },
        emptyEnv,
      );
      await fails(read(session, digest), /nothing came from 127\.0\.0\.1:\d+ for 0\.06 s/);
      assert.equal(failures, 2);
    });

    it("cleans and shortens the registry's message", async () => {
      const says = `\u001b[31m see https://u:pw@host/p?sig=abc#x ${"y".repeat(1000)}`;
      registry.intercept = (_request, response, { url }) =>
        url !== "/v2/" && refuse(response, 400, "BAD", says);
      const { message } = await fails(read(registry.session(), digest), /see https:\/\/host\/p y/);
      // eslint-disable-next-line no-control-regex -- its absence is the point
      assert.ok(!/\u001b|sig=|pw/.test(message) && message.length < 600, message);
      registry.intercept = (_request, response, { url }) => {
        if (url === "/v2/") return false;
        response.writeHead(400, { "content-type": "text/html" }).end("<h1>no</h1>".repeat(100_000));
        return true;
      };
      await fails(read(registry.session(), digest), /answered 400 Bad Request$/);
    });

    it("suggests a check that a registry runs when nothing listens", async () => {
      await registry.close();
      await fails(read(registry.session(), digest), /ECONNREFUSED.*check that a registry runs at 127/);
    });
  });

  describe("with redirects", () => {
    it("follows them to another host, without credentials", async () => {
      const seen: (string | undefined)[] = [];
      const storage = await listen(others, (request, response) => {
        seen.push(request.headers.authorization);
        response.end("from storage");
      });
      registry.intercept = (_request, response, { url, authorization }) => {
        if (url === "/v2/") return false;
        if (authorization === undefined) {
          response.setHeader("www-authenticate", "Basic realm=x");
          return refuse(response, 401, "UNAUTHORIZED", "who");
        }
        response.writeHead(307, { location: `http://${storage}/blob?signature=abc` }).end();
        return true;
      };
      const session = registry.session({ username: "me", password: "hunter2" });
      assert.equal(await read(session, "sha256:x"), "from storage");
      assert.deepEqual(seen, [undefined]);
    });

    it("keeps credentials on the same host, and stops after too many redirects", async () => {
      registry.intercept = (_request, response, { url, authorization }) => {
        if (url === "/v2/") return false;
        if (authorization === undefined) {
          response.setHeader("www-authenticate", "Basic realm=x");
          return refuse(response, 401, "UNAUTHORIZED", "who");
        }
        response.writeHead(302, { location: "elsewhere" }).end();
        return true;
      };
      const session = registry.session({ username: "me", password: "hunter2" });
      await fails(read(session, "sha256:x"), /redirected more than 5 times/);
      assert.equal(registry.seen.at(-1)?.authorization, basic("me:hunter2"));
    });

    it("names the host that refused, without the signed address", async () => {
      const storage = await listen(others, (_request, response) => void response.writeHead(403).end());
      registry.intercept = (_request, response, { url }) => {
        if (url === "/v2/") return false;
        response.writeHead(307, { location: `http://${storage}/blob?signature=abc` }).end();
        return true;
      };
      const error = await fails(read(registry.session(), "sha256:x"), new RegExp(`sent on to ${storage}`));
      assert.ok(!error.message.includes("signature"));
    });
  });

  it("reads from an insecure registry over plain http", async () => {
    const digest = registry.addBlob(Buffer.from("hello"));
    assert.equal(await read(registry.session({ insecure: true }), digest), "hello");
  });

  it("names both failures when a registry on this machine speaks neither http nor TLS", async () => {
    const server = createTcpServer((socket) => socket.end("SSH-2.0-x\r\n"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const session = openSession(parseRepository(`${host}/x`), {}, { tries: 1 }, emptyEnv);
    try {
      await fails(
        read(session, "sha256:x"),
        /cannot reach the registry of 127.*\(http:.*; https:.*TLS failed: [^:]*\)/,
      );
    } finally {
      server.close();
    }
  });

  it("refuses a body that is too long", async () => {
    const digest = registry.addBlob(Buffer.alloc(100_000));
    await assert.rejects(read(registry.session(), digest), /longer than 1000 bytes/);
  });

  describe("reading a tag", () => {
    it("takes the digest from the header, else from the bytes, and gives undefined for a missing tag", async () => {
      const digest = registry.addManifest({ a: 1 }, "application/json", "v1");
      assert.equal(await readTagDigest(registry.session(), "v1"), digest);
      assert.equal(registry.count("GET", "/manifests/"), 0);
      assert.equal(await readTagDigest(registry.session(), "v2"), undefined);
      registry.intercept = (_request, response, { method }) => {
        if (method !== "HEAD") return false;
        response.writeHead(200).end();
        return true;
      };
      assert.equal(await readTagDigest(registry.session(), "v1"), digest);
    });

    it("gives the reason of a refusal, which a HEAD answer does not have", async () => {
      registry.intercept = (_request, response, { url }) =>
        url !== "/v2/" && refuse(response, 403, "DENIED", "not you");
      await fails(readTagDigest(registry.session(), "v1"), /cannot read the tag v1 of 127.*DENIED: not you/);
    });
  });
});
