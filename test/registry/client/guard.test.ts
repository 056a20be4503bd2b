// Where a registry may send us, judged by the addresses that were really connected to.

import assert from "node:assert/strict";
import type { LookupAddress } from "node:dns";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { farther, maySendTo, type Reach } from "../../../components/registry/client/address";
import { guardFor } from "../../../components/registry/client/guard";
import { readBody, send } from "../../../components/registry/client/http";
import { parseRepository } from "../../../components/name/reference";
import { defaultSettings, openSession, type Session } from "../../../components/registry/client/session";
import { close, startRegistry } from "../../support/fakeRegistry";
import { fails, read } from "../../support/requests";

const loopback: LookupAddress[] = [{ address: "127.0.0.1", family: 4 }];

describe("registry/guard", () => {
  const servers: Server[] = [];
  afterEach(() => Promise.all(servers.splice(0).map(close)));

  /** A server and how often it was asked. */
  async function counter(): Promise<{ url: (name: string) => URL; asked: () => number }> {
    let asked = 0;
    const server = createServer((_request, response) => (asked++, response.end("here")));
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    return { url: (name) => new URL(`http://${name}:${port}/`), asked: () => asked };
  }

  const session = (resolve: () => Promise<LookupAddress[]>, reach?: Reach): Session => ({
    ...openSession(parseRepository("registry.test/x"), {}, { resolve }, {}),
    ...(reach === undefined ? {} : { reach }),
  });

  async function get(url: URL, by: Session, from: Reach): Promise<string> {
    const guard = guardFor(by, url, "it was redirected to", from);
    const request = { method: "GET", url, headers: {}, verifyTls: true, limits: defaultSettings } as const;
    return (await readBody(await send({ ...request, guard, env: {} }), 100, 1000)).toString();
  }

  it("does not reuse a connection that only another registry was allowed to make", async () => {
    const registry = await startRegistry();
    const { url, asked } = await counter();
    try {
      registry.intercept = (_request, response, { url: path }) => {
        if (path === "/v2/") return false;
        response.writeHead(307, { location: url("service.test").href }).end();
        return true;
      };
      const made = registry.session();
      const near = { ...made, settings: { ...made.settings, resolve: () => Promise.resolve(loopback) } };
      // Open now and kept, under the same name.
      assert.equal(await read(near, "sha256:x"), "here");
      await new Promise((wait) => setTimeout(wait, 20));
      const far = { ...near, reach: "internet" as const };
      await fails(read(far, "sha256:x"), /it was redirected to service\.test:\d+, which is on this machine/);
      assert.equal(asked(), 1);
    } finally {
      await registry.close();
    }
  });

  it("refuses a host with any near address, and every name of this machine", async () => {
    const { url, asked } = await counter();
    const both = () => Promise.resolve([{ address: "192.0.2.1", family: 4 }, ...loopback]);
    await assert.rejects(get(url("both.test"), session(both), "internet"), /both\.test:\d+, which is on/);
    for (const name of [
      "localhost",
      "LocalHost.",
      "x.localhost",
      "127.1",
      "[::ffff:127.0.0.1]",
      "0x7f000001",
    ])
      await assert.rejects(get(url(name), session(both), "internet"), /which is on this machine/, name);
    assert.equal(asked(), 0);
  });

  it("refuses near literal addresses and names behind a proxy, without resolving names", () => {
    const never = () => Promise.reject(new Error("was asked"));
    const behind = { ...session(never), env: { HTTPS_PROXY: "http://proxy.test:3128" } };
    for (const near of ["https://10.0.0.1/", "https://localhost./", "https://[fd00::1]/"])
      assert.throws(() => guardFor(behind, new URL(near), "it was redirected to", "internet"), /which is on/);
    assert.ok(guardFor(behind, new URL("https://blobs.test/"), "it was redirected to", "internet"));
  });

  it("judges a registry by the farthest address that it has answered from", async () => {
    const registry = await startRegistry();
    const target = await counter();
    try {
      registry.intercept = (_request, response, { url }) => {
        if (url === "/v2/") return false;
        response.writeHead(307, { location: target.url("localhost").href }).end();
        return true;
      };
      // One of this machine may name others of it.
      assert.equal(await read(registry.session(), "sha256:x"), "here");
      // One that was far before is not near because its name resolves to here now.
      const rebound = { ...registry.session(), reach: "internet" as const };
      await fails(read(rebound, "sha256:x"), /it was redirected to localhost:\d+, which is on this machine/);
      assert.equal(target.asked(), 1);
    } finally {
      await registry.close();
    }
  });

  it("orders distances, and lets each reach only what is as far or farther", () => {
    assert.equal(farther("machine", "internet"), "internet");
    assert.equal(farther("network", "machine"), "network");
    const allowed: [Reach, Reach][] = [
      ["machine", "machine"],
      ["machine", "network"],
      ["network", "network"],
    ];
    const all: Reach[] = ["machine", "link", "network", "internet"];
    for (const from of all)
      for (const to of all) {
        const expected = to === "internet" || allowed.some((pair) => pair[0] === from && pair[1] === to);
        assert.equal(maySendTo(from, to), expected, `${from} to ${to}`);
      }
  });
});
