import * as assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import type { RequestListener } from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { readTagDigest } from "../../../components/registry/image/tags";
import { parseRepository } from "../../../components/name/reference";
import { openSession, type RegistryAccess, type Session } from "../../../components/registry/client/session";
import { makeAuthority } from "../../support/authority";
import { close, emptyEnv } from "../../support/fakeRegistry";

const digest = `sha256:${"a".repeat(64)}`;

describe("a registry with a self-signed certificate", () => {
  let server: Server;
  let host: string;
  let answer: RequestListener;

  before(async function () {
    const dir = mkdtempSync(join(tmpdir(), "goimage-tls-"));
    try {
      const [key, cert] = [join(dir, "key.pem"), join(dir, "cert.pem")];
      const options = [
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-subj",
        "/CN=x",
      ];
      execFileSync("openssl", ["req", "-x509", ...options, "-keyout", key, "-out", cert], {
        stdio: "ignore",
      });
      const pair = { key: readFileSync(key), cert: readFileSync(cert) };
      server = createServer(pair, (request, response) => answer(request, response));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT" || process.env["CI"] !== undefined) throw error;
      console.log("      skipped: there is no openssl");
      this.skip();
    } finally {
      rmSync(dir, { recursive: true });
    }
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    answer = (_request, response) => response.writeHead(200, { "docker-content-digest": digest }).end();
  });
  after(() => (server as Server | undefined) && close(server));

  const session = (domain: string, access: RegistryAccess = {}): Session => ({
    ...openSession(parseRepository(`${domain}/x`), access, { tries: 2, retryBaseMs: 1 }, emptyEnv),
    host, // Where the name would resolve to.
    ...(domain === "registry.test" ? { reach: "internet" } : {}),
  });

  it("is refused, with advice", async () => {
    const reason = /of registry\.test\/x: self-signed certificate.*NODE_EXTRA_CA_CERTS.*registry\.insecure/;
    await assert.rejects(readTagDigest(session("registry.test"), "v1"), reason);
  });

  it("is accepted when registry.insecure is set, and on this machine", async () => {
    assert.equal(await readTagDigest(session("registry.test", { insecure: true }), "v1"), digest);
    assert.equal(await readTagDigest(session(host), "v1"), digest);
  });

  it("cannot lead to plain http, by a redirect or for a token", async () => {
    const user = { username: "me", password: "hunter2", insecure: true };
    answer = (_request, response) => response.writeHead(307, { location: "http://127.0.0.1:1/x" }).end();
    await assert.rejects(
      readTagDigest(session("registry.test", user), "v1"),
      /redirected from https to plain http/,
    );
    const challenge = 'Bearer realm="http://auth.test/token"';
    answer = (_request, response) => response.writeHead(401, { "www-authenticate": challenge }).end();
    await assert.rejects(
      readTagDigest(session("registry.test", user), "v1"),
      /token server's address is not https/,
    );
  });

  it("cannot send credentials to services of this machine or its network", async () => {
    const user = { username: "me", password: "hunter2", insecure: true };
    for (const realm of [
      ...[
        "https://localhost/t",
        "https://LOCALHOST./t",
        "https://a.localhost/t",
        "https://127.1/t",
        "https://0.0.0.0/t",
      ],
      ...[
        "https://[::]/t",
        "https://[::ffff:127.0.0.1]/t",
        "https://[::ffff:a9fe:a9fe]/t",
        "https://10.0.0.1/t",
      ],
      ...["https://192.168.1.1/t", "https://172.20.0.1/t", "https://[fd00::1]/t", "https://2130706433/t"],
      "https://169.254.169.254/t",
      "https://[::1]:1/t",
    ]) {
      answer = (_request, response) =>
        response.writeHead(401, { "www-authenticate": `Bearer realm="${realm}"` }).end();
      await assert.rejects(
        readTagDigest(session("registry.test", user), "v1"),
        /its token server is \S+, which is on this machine or its network/,
      );
      answer = (_request, response) =>
        response.writeHead(307, { location: realm }).end("the body of a stranger");
      await assert.rejects(
        readTagDigest(session("registry.test", user), "v1"),
        /it was redirected to \S+, which is on this/,
      );
    }
  });

  it("is judged by every address that its token server's name resolves to", async () => {
    const asked: string[] = [];
    const user = { username: "me", password: "hunter2", insecure: true };
    for (const near of [
      "127.0.0.1",
      "10.1.2.3",
      "169.254.169.254",
      "::1",
      "::ffff:192.168.0.1",
      "64:ff9b::7f00:1",
    ]) {
      const addresses = [
        { address: "192.0.2.1", family: 4 },
        { address: near, family: near.includes(":") ? 6 : 4 },
      ];
      const resolve = (name: string) => Promise.resolve((asked.push(name), addresses));
      answer = (_request, response) =>
        response.writeHead(401, { "www-authenticate": 'Bearer realm="https://tokens.test/t"' }).end();
      const made = session("registry.test", user);
      const there = { ...made, settings: { ...made.settings, tries: 1, resolve } };
      await assert.rejects(
        readTagDigest(there, "v1"),
        /its token server is tokens\.test, which is on this machine/,
      );
    }
    assert.deepEqual(new Set(asked), new Set(["tokens.test"]));
  });

  it("gets no credentials unless it asks for them", async () => {
    const user = { username: "me", password: "hunter2", insecure: true };
    answer = (request, response) => {
      if (request.headers.authorization === undefined) response.writeHead(404).end();
      else response.writeHead(200, { "docker-content-digest": digest }).end();
    };
    assert.equal(await readTagDigest(session("registry.test", user), "v1"), undefined);
  });
});

describe("a registry with a certificate of a company's own authority", () => {
  it("is trusted when NODE_EXTRA_CA_CERTS names the authority, and not without", async function () {
    this.timeout(60_000);
    const { file, server: pair } = makeAuthority();
    // It hides one tag from strangers.
    const server = createServer(pair, ({ url, headers }, response) => {
      const isHidden = url?.endsWith("/hidden") === true && headers.authorization === undefined;
      response.writeHead(isHidden ? 404 : 200, { "docker-content-digest": digest }).end();
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    // Node reads the variable when it starts. The name is not this machine's, for which nothing is verified.
    const program = `
      const { readTagDigest } = require("./components/registry/image/tags");
      const { parseRepository } = require("./components/name");
      const { openSession } = require("./components/registry/client/session");
      const access = process.env.TAG === "hidden" ? { username: "me", password: "hunter2" } : {};
      const session = openSession(parseRepository("registry.test/x"), access, {}, { HOME: "/nonexistent" });
      const there = { ...session, host: "127.0.0.1:${(server.address() as AddressInfo).port}" };
      readTagDigest(there, process.env.TAG ?? "v1").then(console.log, (error) => console.log(error.message));`;
    const read = async (env: NodeJS.ProcessEnv): Promise<string> => {
      const args = ["-r", "ts-node/register/transpile-only", "-e", program];
      const cwd = resolve(__dirname, "../../..");
      const { stdout } = await promisify(execFile)(process.execPath, args, { cwd, env });
      return stdout.trim();
    };
    const others = { ...process.env };
    delete others["NODE_EXTRA_CA_CERTS"];
    try {
      assert.match(
        await read(others),
        /certificate is not trusted: name its CA's file in NODE_EXTRA_CA_CERTS/,
      );
      assert.equal(await read({ ...others, NODE_EXTRA_CA_CERTS: file }), digest);
      // Verified, it gets a user's credentials where it hides a repository from strangers.
      assert.equal(await read({ ...others, NODE_EXTRA_CA_CERTS: file, TAG: "hidden" }), digest);
    } finally {
      await close(server);
    }
  });
});
