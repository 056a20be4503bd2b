import * as assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseChallenges } from "../../../components/registry/client/auth";
import { close, emptyEnv, refuse, startRegistry, type FakeRegistry } from "../../support/fakeRegistry";
import { basic, fails, listen, read } from "../../support/requests";

describe("registry/auth", () => {
  let registry: FakeRegistry;
  const others: Server[] = [];

  beforeEach(async () => {
    registry = await startRegistry();
  });
  afterEach(async () => {
    await Promise.all([registry.close(), ...others.splice(0).map(close)]);
  });

  it("parses challenges", () => {
    const parsed = (header: string): unknown =>
      parseChallenges(header).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)]);
    assert.deepEqual(parsed('Bearer realm="https://a/t",service="s",scope="repository:x:pull,push"'), [
      ["bearer", { realm: "https://a/t", service: "s", scope: "repository:x:pull,push" }],
    ]);
    assert.deepEqual(parsed('Negotiate, basic realm="a \\"b\\", c" , charset=UTF-8'), [
      ["negotiate", {}],
      ["basic", { realm: 'a "b", c', charset: "UTF-8" }],
    ]);
    assert.deepEqual(parsed(""), []);
    assert.deepEqual(parsed('"'), []);
    assert.deepEqual(parsed(`Bearer realm="${"\\".repeat(50_000)}`), [["bearer", { realm: "" }]]);
  });

  it("answers the first response's challenge at once, and sends refused credentials only once", async () => {
    const digest = registry.addBlob(Buffer.from("hello"));
    registry.intercept = (_request, response, { authorization }) => {
      if (authorization === basic("me:hunter2")) return false;
      response.setHeader("www-authenticate", 'Basic realm="x"');
      return refuse(response, 401, "UNAUTHORIZED", "who are you");
    };
    assert.equal(await read(registry.session({ username: "me", password: "hunter2" }), digest), "hello");
    assert.deepEqual(
      registry.seen.map(({ url, authorization }) => [url, authorization]),
      [
        ["/v2/", undefined],
        [`/v2/team/api/blobs/${digest}`, basic("me:hunter2")],
      ],
    );
    registry.seen.length = 0;
    const wrong = registry.session({ username: "me", password: "wrong-password" });
    await fails(read(wrong, digest), /refused the credentials of me/);
    assert.equal(registry.seen.filter(({ authorization }) => authorization !== undefined).length, 1);
  });

  describe("with a token server", () => {
    let realm: string;
    let asked: { url: URL; method?: string; authorization?: string; body: string }[];
    let answer: object;
    let accepted: string;
    let digest: string;

    beforeEach(async () => {
      asked = [];
      answer = { token: "token-one", expires_in: 300 };
      accepted = "Bearer token-one";
      digest = registry.addBlob(Buffer.from("hello"));
      const host = await listen(others, (request, response) => {
        let body = "";
        request.on("data", (chunk: Buffer) => (body += chunk.toString()));
        request.on("end", () => {
          const { method, headers } = request;
          asked.push({
            url: new URL(request.url ?? "", "http://t"),
            method,
            authorization: headers.authorization,
            body,
          });
          response.end(JSON.stringify(answer));
        });
      });
      realm = `http://${host}/token`;
      registry.intercept = (_request, response, { url, authorization }) => {
        if (url === "/v2/" || authorization === accepted) return false;
        response.setHeader(
          "www-authenticate",
          `Bearer realm="${realm}",service="reg",scope="repository:team/api:pull"`,
        );
        return refuse(response, 401, "UNAUTHORIZED", `no entry with ${authorization ?? "nothing"}`);
      };
    });

    it("gets one token per scope, with the credentials", async () => {
      const session = registry.session({ username: "me", password: "hunter2" });
      assert.equal(await read(session, digest), "hello");
      assert.equal(await read(session, digest), "hello");
      assert.equal(asked.length, 1);
      assert.equal(asked[0]?.authorization, basic("me:hunter2"));
      assert.equal(asked[0]?.url.search, "?service=reg&scope=repository%3Ateam%2Fapi%3Apull");
    });

    it("gets an anonymous token without credentials, and accepts it as access_token", async () => {
      answer = { access_token: "token-one" };
      assert.equal(await read(registry.session(), digest), "hello");
      assert.equal(asked[0]?.authorization, undefined);
    });

    it("gets a new token when the old one has expired, and keeps no short-lived one", async () => {
      const session = registry.session();
      await read(session, digest);
      answer = { token: "token-two" };
      accepted = "Bearer token-two";
      assert.equal(await read(session, digest), "hello");
      assert.equal(asked.length, 2);
      answer = { token: "token-three", expires_in: 5 };
      accepted = "Bearer token-three";
      await read(session, digest);
      await read(session, digest); // Too short-lived to be remembered.
      assert.equal(asked.length, 4);
    });

    it("exchanges an identity token by POST", async () => {
      const dir = await mkdtemp(join(tmpdir(), "goimage-transport-"));
      try {
        const auths = { [registry.host]: { identitytoken: "refresh-me" } };
        await writeFile(join(dir, "config.json"), JSON.stringify({ auths }));
        assert.equal(await read(registry.session({}, { ...emptyEnv, DOCKER_CONFIG: dir }), digest), "hello");
      } finally {
        await rm(dir, { recursive: true });
      }
      assert.equal(asked[0]?.method, "POST");
      assert.equal(asked[0]?.url.search, "");
      const form = Object.fromEntries(new URLSearchParams(asked[0]?.body));
      assert.deepEqual(form, {
        service: "reg",
        grant_type: "refresh_token",
        client_id: "goimage",
        scope: "repository:team/api:pull",
        refresh_token: "refresh-me",
      });
    });

    it("hides a token or password that the registry repeats", async () => {
      accepted = "Bearer other";
      const session = registry.session({ username: "me", password: "hunter2" });
      const error = await fails(read(session, digest), /no entry with Bearer \*\*\*/);
      assert.ok(!error.message.includes("token-one") && !error.message.includes("hunter2"));
    });

    it("hides a password however the registry encodes it", async () => {
      const password = 'Pa/ss+wö rd&"<9>';
      const base64 = (text: string) => Buffer.from(text).toString("base64");
      const html = password.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
      const forms = [
        password,
        encodeURIComponent(password),
        encodeURIComponent(password).replace(/%../g, (code) => code.toLowerCase()),
        new URLSearchParams({ p: password }).toString().slice(2),
        base64(password),
        base64(password).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, ""),
        base64(`me:${password}`),
        JSON.stringify(password),
        html,
        html.replaceAll('"', "&quot;"),
      ];
      for (const form of forms) {
        accepted = "nobody's";
        registry.intercept = (_request, response, { url }) => {
          if (url === "/v2/") return false;
          response.setHeader("www-authenticate", "Basic realm=x");
          return refuse(response, 401, "DENIED", `you sent [${form}] here`);
        };
        const error = await fails(
          read(registry.session({ username: "me", password }), digest),
          /you sent \[/,
        );
        assert.match(error.message, /you sent \["?\*\*\*=*"?\] here/, form);
      }
    });

    it("asks for the scope it needs, and for those that the registry names", async () => {
      const ask = async (challenge: string) => {
        asked.length = 0;
        registry.intercept = (_request, response, { url, authorization }) => {
          if (url === "/v2/" || authorization === accepted) return false;
          response.setHeader("www-authenticate", challenge);
          return refuse(response, 401, "UNAUTHORIZED", "no entry");
        };
        await read(registry.session(), digest);
        return asked[0]?.url.search;
      };
      const own = "scope=repository%3Ateam%2Fapi%3Apull";
      assert.equal(await ask(`Bearer realm="${realm}"`), `?${own}`);
      assert.equal(await ask(`Bearer realm="${realm}",scope="other:x:y"`), `?${own}&scope=other%3Ax%3Ay`);
      assert.equal(await ask(`Bearer realm="${realm}?account=a",service=""`), `?account=a&service=&${own}`);
    });

    it("accepts only a string as token and a number as lifetime", async () => {
      for (const odd of [
        { token: 5, access_token: "token-one" },
        { token: "", access_token: "token-one" },
        { token: null, access_token: "token-one", expires_in: "long" },
      ]) {
        answer = odd;
        assert.equal(await read(registry.session(), digest), "hello", JSON.stringify(odd));
      }
      for (const [life, requests] of [
        [-5, 1],
        [0, 1],
        ["5", 1],
        [null, 1],
        [11, 1],
        [10, 2],
      ] as const) {
        answer = { token: "token-one", expires_in: life };
        asked.length = 0;
        const session = registry.session();
        await read(session, digest);
        await read(session, digest);
        assert.equal(asked.length, requests, String(life));
      }
      for (const none of [{}, { token: 5 }, { token: "with space" }, null, 5]) {
        answer = none as object;
        await fails(read(registry.session(), digest), /answered without a token/);
      }
      const host = await listen(others, (_, response) => response.end("<html>"));
      realm = `http://${host}/token`;
      await fails(read(registry.session(), digest), /answered without a token/);
    });

    it("refuses a token server's address with a user name or a password", async () => {
      for (const bad of ["http://user@127.0.0.1/", "http://:secret@127.0.0.1/"]) {
        realm = bad;
        await fails(read(registry.session(), digest), /contains a user name or password/);
      }
    });

    it("sends an identity token only to token servers", async () => {
      const dir = await mkdtemp(join(tmpdir(), "goimage-transport-"));
      try {
        const auths = { [registry.host]: { identitytoken: "refresh-me" } };
        await writeFile(join(dir, "config.json"), JSON.stringify({ auths }));
        for (const challenge of ["Basic realm=x", "Negotiate", "Digest realm=x"]) {
          registry.intercept = (_request, response, { url }) => {
            if (url === "/v2/") return false;
            response.setHeader("www-authenticate", challenge);
            return refuse(response, 401, "UNAUTHORIZED", "no entry");
          };
          registry.seen.length = 0;
          await fails(read(registry.session({}, { ...emptyEnv, DOCKER_CONFIG: dir }), digest));
          await fails(read(registry.session({ username: "me", password: "hunter2" }), digest));
          const sent = registry.seen.flatMap(({ authorization }) => authorization ?? []);
          assert.deepEqual(sent, challenge.startsWith("Basic") ? [basic("me:hunter2")] : [], challenge);
        }
      } finally {
        await rm(dir, { recursive: true });
      }
    });

    it("refuses token servers with an invalid address, a redirect or an invalid token", async () => {
      const session = registry.session({ username: "me", password: "hunter2" });
      for (const [bad, reason] of [
        ["", /is not valid/],
        ["ftp://a.example.com/", /is not https/],
        ["http://u:secret@127.0.0.1/", /contains a user name/],
      ] as const) {
        realm = bad;
        const error = await fails(read(session, digest), reason);
        assert.ok(!error.message.includes("secret"));
      }
      realm = `http://${await listen(others, (_, response) => response.writeHead(302, { location: "http://127.0.0.1:1/" }).end())}/`;
      await fails(read(session, digest), /302/);
      answer = { token: "a\r\nx: y" };
      realm = `http://${await listen(others, (_, response) => response.end(JSON.stringify(answer)))}/`;
      await fails(read(session, digest), /answered without a token/);
    });
  });
});
