// Faults of who one is and whom one trusts: passwords, tokens, certificates, plain http.

import assert from "node:assert/strict";
import * as os from "node:os";
import { FaultProxy } from "../../support/faultProxy";
import * as faults from "../../support/faults";
import { makeAuthority } from "../../support/authority";
import { missingEngine, registry, skipWithReason } from "../support/project/environment";
import {
  missingRegistry,
  password,
  startBasicRegistry,
  startTokenRegistry,
  user,
  type OwnRegistry,
} from "../support/servers/ownRegistry";
import { startTokenServer, type TokenServer } from "../support/servers/tokenServer";
import { fetchManifest } from "../support/images/registry";
import { FaultStack } from "../support/project/faultStack";

const right = { USER_NAME: user, USER_PASSWORD: password };
const wrongPassword = "wrong-canary-5f1c";
const wrong = { USER_NAME: user, USER_PASSWORD: wrongPassword };

/** An address of this machine for which plain http is not allowed by itself. */
const address = Object.values(os.networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ family, internal }) => family === "IPv4" && !internal)?.address;

for (const engine of ["docker", "buildkit"]) {
  describe(`faults of logins and trust, with engine ${engine}`, function () {
    this.timeout(600_000);
    const closers: { close(): void }[] = [];
    const closing = <T extends { close(): void }>(what: T): T => {
      closers.push(what);
      return what;
    };

    before(function () {
      const reason = missingEngine(engine);
      if (reason !== undefined) skipWithReason(this, reason);
    });
    after(() => closers.forEach((each) => each.close()));

    describe("a registry with a password", () => {
      let own: OwnRegistry;
      let proxy: FaultProxy;
      let stack: FaultStack;

      before(async function () {
        const reason = missingRegistry();
        if (reason !== undefined) skipWithReason(this, reason);
        own = closing(await startBasicRegistry());
        proxy = closing(await FaultProxy.start(own.host));
        stack = new FaultStack({ engine, to: proxy });
      });
      beforeEach(() => proxy.reset());

      it("fault 1: without a password, the error names the registry and what to do", async () => {
        await stack.fails(
          {},
          new RegExp(`${proxy.host} wants credentials for ${stack.repository}:v1: run docker`),
        );
      });

      it("fault 1: with a wrong password, the error names registry and user, after few requests", async () => {
        const says = new RegExp(
          `${proxy.host} refused the credentials of ${user} for ${stack.repository}:v1`,
        );
        const output = await stack.fails(wrong, says);
        assert.ok(!output.includes(wrongPassword));
        const tries = proxy.passed.filter(({ authorization }) => authorization !== undefined);
        // BuildKit: each of four blobs, each five times at most.
        assert.ok(tries.length > 0 && tries.length <= 20, JSON.stringify(proxy.counts()));
        assert.equal(proxy.blobBytesUp, 0);
        assert.ok(!(await stack.project.state()).includes(wrongPassword));
      });

      it("fault 1: with the right password after both, the push works, and an up without changes makes two requests", async () => {
        const { digest } = await stack.deploy(right);
        assert.match(digest, /^sha256:/);
        proxy.reset();
        assert.equal((await stack.deploy(right)).digest, digest);
        assert.ok(proxy.passed.length <= 2, JSON.stringify(proxy.passed));
        assert.ok(!(await stack.project.state()).includes(password));
      });

      it("does not send credentials on to another host", async () => {
        const elsewhere = closing(await FaultProxy.start(registry));
        stack.edit();
        proxy.inject({
          method: "GET",
          path: /\/blobs\//,
          fault: faults.redirect(`http://${elsewhere.host}`),
        });
        await stack.fails(right, new RegExp(`sent on to ${elsewhere.host}`));
        assert.ok(elsewhere.passed.length > 0);
        assert.ok(elsewhere.passed.every(({ authorization }) => authorization === undefined));
        proxy.reset();
        await stack.deploy(right);
      });
    });

    describe("a registry with tokens", () => {
      let tokens: TokenServer;
      let proxy: FaultProxy;
      let stack: FaultStack;

      before(async function () {
        const reason = missingRegistry();
        if (reason !== undefined) skipWithReason(this, reason);
        const authority = makeAuthority();
        tokens = closing(await startTokenServer(authority));
        const own = closing(await startTokenRegistry(tokens.realm, authority.certificate));
        proxy = closing(await FaultProxy.start(own.host));
        stack = new FaultStack({ engine, to: proxy });
      });
      beforeEach(() => proxy.reset());

      it("fault 1: with a wrong password, the error names registry and user, after few requests", async () => {
        const output = await stack.fails(
          wrong,
          new RegExp(`${proxy.host} refused the credentials of ${user}`),
        );
        assert.ok(!output.includes(wrongPassword));
        assert.ok(tokens.refused > 0 && tokens.refused <= 20, `${tokens.refused} requests`);
        assert.equal(proxy.blobBytesUp, 0);
      });

      it("fault 10: an expired token is replaced by a new one, or with Docker by the next up", async () => {
        const { digest } = await stack.deploy(right);
        stack.edit();
        const given = tokens.given.length;
        const challenge = `Bearer realm="${tokens.realm}",service="tests",scope="repository:${stack.repository.slice(
          proxy.host.length + 1,
        )}:pull,push",error="invalid_token"`;
        const expired = faults.refuse(401, "UNAUTHORIZED", "token expired", {
          "www-authenticate": challenge,
        });
        proxy.inject({
          method: engine === "docker" ? "POST" : "PUT",
          path: /uploads/,
          times: 1,
          fault: expired,
        });
        proxy.inject({ method: "GET", path: /blobs/, times: 1, fault: expired });
        const { code, output } = await stack.up(right);
        if (engine === "docker") {
          // Docker 20.10 asks for one token when a push begins, and fails with the first refusal.
          assert.notEqual(code, 0);
          assert.match(output, /refused the credentials/);
          proxy.reset();
          proxy.inject({ method: "GET", path: /blobs/, times: 1, fault: expired });
          assert.notEqual((await stack.deploy(right)).digest, digest);
        } else {
          assert.equal(code, 0, output);
          assert.notEqual((await stack.outputs()).digest, digest);
        }
        // One for the push, a fresh one, one to read, and a fresh one.
        assert.ok(tokens.given.length - given >= 3, JSON.stringify(tokens.given));
      });
    });

    describe("a registry that is not on this machine", () => {
      before(function () {
        if (address === undefined) skipWithReason(this, "this machine has no address but its own loopback");
      });

      it("fault 11: a certificate of an unknown authority is reported with advice, and nothing is sent", async () => {
        const { server } = makeAuthority(address ?? "");
        const proxy = closing(await FaultProxy.start(registry, { tls: server, address }));
        const stack = new FaultStack({ engine, to: proxy });
        const output = await stack.fails(right, /x509: certificate signed by unknown authority/);
        assert.match(
          output,
          new RegExp(`certificate of ${proxy.host} is not trusted by the engine that pushes`),
        );
        assert.deepEqual(proxy.passed, []);
      });

      it("fault 12: plain http is used only on request", async function () {
        const proxy = closing(await FaultProxy.start(registry, { address }));
        const stack = new FaultStack({ engine, to: proxy });
        await stack.fails(
          right,
          new RegExp(`${proxy.host} speaks plain http, which is only used when asked for`),
        );
        assert.deepEqual(proxy.passed, []);
        const asked = new FaultStack({ engine, to: proxy, inputs: "registry: { insecure: true }," });
        if (engine === "docker") {
          await asked.fails({}, /list it under insecure-registries of the Docker Engine/);
        } else {
          const { digest } = await asked.deploy();
          assert.equal((await fetchManifest(asked.behind(registry), "v1"))?.digest, digest);
        }
      });
    });
  });
}
