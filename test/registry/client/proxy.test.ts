import * as assert from "node:assert/strict";
import { createServer, request as httpRequest, type Server } from "node:http";
import { connect, type AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { readTagDigest } from "../../../components/registry/image/tags";
import { ProxyError, proxyFor } from "../../../components/registry/client/proxy";
import { parseRepository } from "../../../components/name/reference";
import { openSession, type Session } from "../../../components/registry/client/session";
import { close, emptyEnv, startRegistry, type FakeRegistry } from "../../support/fakeRegistry";
import { basic, fails } from "../../support/requests";

describe("registry/proxy", () => {
  const chosen = (url: string, env: NodeJS.ProcessEnv) => proxyFor(new URL(url), env)?.href;

  it("is the protocol's own, from variables in upper or lower case, with or without http://", () => {
    const env = { HTTPS_PROXY: "http://secure:3128", http_proxy: "plain:8080" };
    assert.equal(chosen("https://r.example.com/v2/", env), "http://secure:3128/");
    assert.equal(chosen("http://r.example.com/v2/", env), "http://plain:8080/");
    assert.equal(chosen("https://r.example.com/v2/", { HTTP_PROXY: "plain:8080" }), undefined);
    assert.equal(chosen("https://r.example.com/v2/", {}), undefined);
  });

  it("is not used for this machine", () => {
    const env = { HTTP_PROXY: "p:1", HTTPS_PROXY: "p:1" };
    for (const host of ["localhost", "127.0.0.1", "127.1.2.3:5000", "[::1]:5000"]) {
      assert.equal(chosen(`http://${host}/v2/`, env), undefined, host);
      assert.equal(chosen(`https://${host}/v2/`, env), undefined, host);
    }
    assert.equal(chosen("http://localhost.example.com/v2/", env), "http://p:1/");
  });

  for (const [list, host, exempt] of [
    ["*", "r.example.com", true],
    ["r.example.com", "r.example.com", true],
    ["R.Example.com", "r.example.com", true],
    ["example.com", "r.example.com", true],
    ["ample.com", "r.example.com", false],
    [".example.com", "r.example.com", true],
    [".example.com", "example.com", false],
    ["*.example.com", "r.example.com", true],
    ["*.example.com", "example.com", false],
    ["a.test, r.example.com ,b.test", "r.example.com", true],
    ["example.com:5000", "r.example.com:5000", true],
    ["example.com:5000", "r.example.com:5001", false],
    ["example.com:443", "r.example.com", true],
    ["10.0.0.0/8", "10.9.8.7", true],
    ["10.0.0.0/8", "11.9.8.7", false],
    ["10.0.0.0/8", "r.example.com", false],
    ["10.0.0.0/99", "10.9.8.7", false],
    ["10.0.0.1", "10.0.0.1", true],
    ["0.0.1", "10.0.0.1", false],
    ["fd00::/8", "[fd12::1]", true],
    ["[fd12::1]:5000", "[fd12::1]:5000", true],
    ["", "r.example.com", false],
    [",", "r.example.com", false],
  ] as const) {
    it(`NO_PROXY=${list} ${exempt ? "exempts" : "does not exempt"} ${host}`, () => {
      const env = { HTTPS_PROXY: "http://p:1", NO_PROXY: list };
      assert.equal(chosen(`https://${host}/v2/`, env) === undefined, exempt);
    });
  }

  it("must have a valid URL, which the error does not repeat", () => {
    for (const value of ["socks5://me:hunter2@p:1", "http://me:hunter2@[:1"]) {
      assert.throws(
        () => chosen("https://r.example.com/", { HTTPS_PROXY: value }),
        (error: Error) =>
          error instanceof ProxyError && /HTTPS_PROXY/.test(error.message) && !/hunter2/.test(error.message),
      );
    }
  });

  describe("in use", () => {
    let registry: FakeRegistry;
    let proxy: Server;
    let seen: string[];
    let answer: "connect" | "refuse";
    let digest: string;

    beforeEach(async () => {
      registry = await startRegistry();
      digest = registry.addManifest({ a: 1 }, "application/json", "v1");
      seen = [];
      answer = "connect";
      const port = Number(registry.host.split(":")[1]);
      proxy = createServer((request, response) => {
        seen.push(`${request.method} ${request.url} ${request.headers["proxy-authorization"] ?? "nobody"}`);
        const { pathname } = new URL(request.url ?? "");
        const { method, headers } = request;
        httpRequest({ host: "127.0.0.1", port, method, path: pathname, headers }, (answered) => {
          response.writeHead(answered.statusCode ?? 0, answered.headers);
          answered.pipe(response);
        }).end();
      });
      proxy.on("connect", (request, client: Duplex) => {
        seen.push(`CONNECT ${request.url} ${request.headers["proxy-authorization"] ?? "nobody"}`);
        if (answer === "refuse") return client.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
        const onward = connect(port, "127.0.0.1", () => {
          client.write("HTTP/1.1 200 Connection established\r\n\r\n");
          onward.pipe(client).pipe(onward);
        });
        onward.on("error", () => client.destroy());
        client.on("error", () => onward.destroy());
      });
      await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    });
    afterEach(() => Promise.all([registry.close(), close(proxy)]));

    const session = (insecure: boolean, user = ""): Session => {
      const address = `http://${user}127.0.0.1:${(proxy.address() as AddressInfo).port}`;
      const env = { ...emptyEnv, HTTPS_PROXY: address, HTTP_PROXY: address };
      const settings = { tries: 2, retryBaseMs: 1, idleTimeoutMs: 2000 };
      return openSession(parseRepository("registry.test/team/api"), { insecure }, settings, env);
    };

    it("tunnels https and forwards http, with the proxy's own credentials", async () => {
      // The registry behind it speaks plain http: https is tried first, and fails inside the tunnel.
      assert.equal(await readTagDigest(session(true, "me:hunter2@"), "v1"), digest);
      const own = basic("me:hunter2");
      assert.equal(seen[0], `CONNECT registry.test:443 ${own}`);
      assert.ok(seen.includes(`HEAD http://registry.test/v2/team/api/manifests/v1 ${own}`), seen.join("\n"));
    });

    it("is named when it refuses to connect", async () => {
      answer = "refuse";
      const reason = /the proxy 127\.0\.0\.1:\d+ refused to connect: 407 Proxy Auth.*; check HTTPS_PROXY/;
      const error = await fails(readTagDigest(session(false, "me:hunter2@"), "v1"), reason);
      assert.ok(!error.message.includes("hunter2"));
      assert.equal(seen.length, 1);
    });

    it("is named when it cannot be reached", async () => {
      const lost = session(false);
      await close(proxy);
      await fails(readTagDigest(lost, "v1"), /the proxy 127\.0\.0\.1:\d+ cannot be reached: .*ECONNREFUSED/);
    });
  });
});
