// What a registry's answer, or a failed connection, becomes in words: no network.

import assert from "node:assert/strict";
import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import {
  connectionError,
  errorCode,
  errorText,
  isTemporary,
  loginCommand,
  RegistryError,
  responseError,
} from "../../../components/registry/client/errors";
import type { Session } from "../../../components/registry/client/session";

const session = (user?: string, domain = "registry.test"): Session =>
  ({ name: `${domain}/team/api`, domain, user, secrets: new Set(["hush-hush"]) }) as unknown as Session;

interface Given {
  status: number;
  body?: string;
  type?: string;
  retryAfter?: string;
  user?: string;
  from?: string;
}

/** The error for an answer. */
function answered({ status, body = "", type = "application/json", retryAfter, user, from }: Given) {
  const headers = {
    "content-type": type,
    ...(retryAfter === undefined ? {} : { "retry-after": retryAfter }),
  };
  const response = Object.assign(Readable.from([Buffer.from(body)]), {
    statusCode: status,
    statusMessage: "Because",
    headers,
  }) as unknown as IncomingMessage;
  return responseError(session(user), "read the tag v1", response, from);
}
const said = async (given: Given) => (await answered(given)).message;

describe("errors of a registry", () => {
  it("say what failed, where, and what the registry answered", async () => {
    const body = JSON.stringify({ errors: [{ code: "DENIED", message: "not you, hush-hush" }] });
    const error = await answered({ status: 403, body, user: "robot" });
    const start = "cannot read the tag v1 of registry.test/team/api: the registry answered 403 Because";
    assert.equal(
      error.message,
      `${start} (DENIED: not you, ***); check what robot may do in this repository`,
    );
    assert.equal(error.status, 403);
    assert.equal(error.code, "DENIED");
    assert.equal(error.temporary, false);
  });

  const advice: [number, string | undefined, RegExp][] = [
    [
      401,
      undefined,
      /no credentials were found for it: run docker login registry\.test or set registry\.username/,
    ],
    [401, "robot", /it refused the credentials of robot: run docker login/],
    [403, undefined, /no credentials were found for it/],
    [404, undefined, /check the repository's name, and that the image was pushed$/],
    [407, undefined, /the proxy wants credentials/],
    [429, undefined, /it limits anonymous requests: run docker login/],
    [429, "robot", /; try again later$/],
    [500, "robot", /the registry itself has a fault: try again later$/],
    [418, "robot", /418 Because$/],
  ];
  for (const [status, user, expected] of advice)
    it(`give advice after ${status} ${user === undefined ? "without" : "with"} a user`, async () =>
      assert.match(await said({ status, user }), expected));

  it("include the message of a registry or token server, wherever it is", async () => {
    assert.match(
      await said({ status: 400, body: '{"details":"of a token server"}' }),
      /\(of a token server\)/,
    );
    assert.match(await said({ status: 400, body: '{"error_description":"described"}' }), /\(described\)/);
    assert.match(await said({ status: 400, body: '{"message":"plain"}' }), /\(plain\)/);
    assert.match(await said({ status: 400, type: "text/plain", body: "  as text\n" }), /\(as text\)/);
  });

  it("leave out pages, blanks, malformed codes and texts of hosts that the registry redirects to", async () => {
    for (const given of [
      { type: "text/html", body: "<h1>no</h1>" },
      { type: "text/plain", body: " \n" },
      { body: "null" },
      { body: '{"errors":[{"code":7}]}' },
      { body: '{"errors":[{"code":"two words"}]}' },
      { body: "{" },
    ])
      assert.match(await said({ status: 418, user: "robot", ...given }), /418 Because$/, given.body);
    const elsewhere = { status: 418, body: '{"message":"x"}', from: "blobs.test", user: "robot" };
    assert.match(
      await said(elsewhere),
      /team\/api \(sent on to blobs\.test\): the registry answered 418 Because$/,
    );
  });

  it("say when tags are immutable", async () => {
    const body = '{"errors":[{"code":"TAG_INVALID","message":"the tag is immutable"}]}';
    assert.match(await said({ status: 400, body }), /the registry does not allow tags to be overwritten/);
  });

  it("include how long to wait, if the registry says so", async () => {
    const wait = async (retryAfter?: string) => (await answered({ status: 429, retryAfter })).retryAfterMs;
    assert.equal(await wait(" 7 "), 7000);
    const inAMinute = (await wait(new Date(Date.now() + 60_000).toUTCString())) ?? 0;
    assert.ok(inAMinute > 50_000 && inAMinute <= 60_000, String(inAMinute));
    for (const useless of [undefined, "0", "soon", "Thu, 01 Jan 1970 00:00:00 GMT"])
      assert.equal(await wait(useless), undefined, useless);
    assert.equal((await answered({ status: 429 })).temporary, true);
  });
});

describe("errors of a connection", () => {
  const failure = (code: string) => Object.assign(new Error(`${code} happened`), { code });
  const told = (code: string) =>
    (connectionError(session(), "read the tag v1", failure(code)) as Error).message;

  const advice: [string, RegExp][] = [
    ["SELF_SIGNED_CERT_IN_CHAIN", /certificate is not trusted: name its CA's file in NODE_EXTRA_CA_CERTS/],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", /certificate is not trusted/],
    ["EPROTO", /it does not speak TLS/],
    ["ERR_SSL_WRONG_VERSION_NUMBER", /it does not speak TLS/],
    ["ETIMEDOUT", /check the network between/],
    ["ETIME", /check the network between/],
    ["EPROXY", /check HTTPS_PROXY, HTTP_PROXY and NO_PROXY$/],
    ["ENOTFOUND", /check the host's name and the DNS$/],
    ["EAI_AGAIN", /check the host's name and the DNS$/],
    ["ECONNREFUSED", /check that a registry runs at registry\.test$/],
    ["EPIPE", /: EPIPE happened$/],
  ];
  for (const [code, expected] of advice)
    it(`give advice after ${code}`, () => assert.match(told(code), expected));

  it("keep the cause, the code, and whether they are temporary", () => {
    const cause = failure("ECONNRESET");
    const error = connectionError(session(), "read", cause) as RegistryError;
    assert.equal(error.cause, cause);
    assert.equal(error.code, "ECONNRESET");
    assert.ok(error.temporary && isTemporary(error) && isTemporary(cause));
    assert.ok(!isTemporary(failure("ENOTFOUND")) && !isTemporary(new Error("x")) && !isTemporary(undefined));
    assert.equal(new RegistryError("x").temporary, false);
    assert.ok(!("cause" in new RegistryError("x")));
  });

  it("pass on errors that need no explanation or have no code", () => {
    for (const error of [new RegistryError("x"), new Error("x"), failure("ABORT_ERR"), "text", null])
      assert.equal(connectionError(session(), "read", error), error);
    assert.equal(errorCode({ code: 7 }), undefined);
    assert.equal(errorCode(null), undefined);
  });

  it("list every address that failed, and shorten OpenSSL's text", () => {
    const both = new AggregateError([new Error("no ::1"), new Error("no 127.0.0.1")], "");
    assert.equal(errorText(both), "no ::1, no 127.0.0.1");
    assert.equal(errorText(new AggregateError([], "a message")), "a message");
    const tls = "80F1:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:../deps/x.c:354:";
    assert.match(errorText(new Error(tls)), /^TLS failed: /);
    assert.equal(errorText("text"), "text");
  });

  it("name the docker login command for the registry, without a host for Docker Hub", () => {
    assert.equal(loginCommand(session(undefined, "docker.io")), "docker login");
    assert.equal(loginCommand(session()), "docker login registry.test");
  });
});
