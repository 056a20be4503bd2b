// Docker's own cases of its configuration file (docker/cli, config/configfile and config/credentials).

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { maySendTo, reachOf, reachOfName } from "../../../components/registry/client/address";
import { findCredentials } from "../../../components/registry/credentials/store";
import { isLoopback, parseRepository, registryHost } from "../../../components/name/reference";
import { isOwn, openSession } from "../../../components/registry/client/session";
import { makeTree } from "../../support/module";

const basic = (user: string, password: string) => ({
  auth: Buffer.from(`${user}:${password}`).toString("base64"),
});

async function found(
  config: object,
  domain: string,
  programs: Record<string, string> = {},
): Promise<string | undefined> {
  const directory = makeTree({ "config.json": JSON.stringify(config) });
  for (const [name, text] of Object.entries(programs)) {
    fs.writeFileSync(path.join(directory, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  }
  const env = { DOCKER_CONFIG: directory, HOME: directory, PATH: `${directory}:${process.env["PATH"]}` };
  const credentials = await findCredentials(domain, env);
  return credentials && `${credentials.username} ${credentials.password}`;
}

describe("registry/credentials, compared with docker's rules", () => {
  const host = "r.example.com";

  it("prefers the exact key to other spellings, in any order", async () => {
    const auths = {
      [`https://${host}/v1/`]: basic("spelt", "1"),
      [host]: basic("exact", "2"),
      [`${host}/v2`]: basic("v2", "3"),
    };
    assert.equal(await found({ auths }, host), "exact 2");
    const reversed = Object.fromEntries(Object.entries(auths).reverse());
    assert.equal(await found({ auths: reversed }, host), "exact 2");
  });

  it("matches a key with a path by its host, after keys of the host itself", async () => {
    const artifactory = `https://${host}/artifactory/api/docker/repo`;
    assert.equal(await found({ auths: { [artifactory]: basic("path", "1") } }, host), "path 1");
    assert.equal(
      await found(
        { auths: { [artifactory]: basic("path", "1"), [`https://${host}`]: basic("own", "2") } },
        host,
      ),
      "own 2",
    );
    assert.equal(
      await found({ auths: { [artifactory]: basic("path", "1") } }, "other.example.com"),
      undefined,
    );
    assert.equal(await found({ auths: { [`${host}.evil.example/x`]: basic("path", "1") } }, host), undefined);
  });

  it("reads the file when a registry's helper is empty, whatever credsStore says", async () => {
    const config = {
      auths: { [host]: basic("file", "1") },
      credsStore: "store",
      credHelpers: { [host]: "" },
    };
    const store = { "docker-credential-store": `echo '{"Username":"store","Secret":"2"}'` };
    assert.equal(await found(config, host, store), "file 1");
    assert.equal(await found({ ...config, credHelpers: {} }, host, store), "store 2");
  });

  it("treats an empty answer of a helper as no credentials", async () => {
    const helper = { "docker-credential-none": "echo '{}'" };
    assert.equal(await found({ credHelpers: { [host]: "none" } }, host, helper), undefined);
    const also = { credsStore: "none", auths: { [host]: basic("file", "1") } };
    assert.equal(await found(also, host, helper), "file 1");
  });

  it("prefers auth to username and password", async () => {
    const both = { ...basic("auth", "1"), username: "plain", password: "2" };
    assert.equal(await found({ auths: { [host]: both } }, host), "auth 1");
    assert.equal(await found({ auths: { [host]: { username: "plain", password: "2" } } }, host), "plain 2");
  });
});

describe("hosts in different spellings", () => {
  it("are the same registry for credentials, names and loopback", async () => {
    assert.equal(await found({ auths: { "r.example.com": basic("me", "1") } }, "R.Example.COM"), "me 1");
    for (const [key, domain] of [
      ["https://R.example.com:443/v2/", "r.example.com"],
      ["r.example.com", "R.Example.com:443"],
      ["[0:0:0::2]:5000", "[::2]:5000"],
      ["https://[FD00::00A]/artifactory", "[fd00::a]:443"],
    ] as const)
      assert.equal(await found({ auths: { [key]: basic("me", "1") } }, domain), "me 1", domain);
    // On this machine http comes first, where 443 is another port.
    assert.equal(await found({ auths: { "localhost:443": basic("me", "1") } }, "localhost"), undefined);
    assert.equal(
      await found({ auths: { "r.example.com:5000": basic("me", "1") } }, "r.example.com"),
      undefined,
    );
    assert.equal(parseRepository("R.example.com:443/a").name, parseRepository("r.example.com/a").name);
    assert.notEqual(parseRepository("r.example.com:80/a").name, parseRepository("r.example.com/a").name);
    const names = ["R.Example.COM:443/a", "r.example.com:443/a"].map((text) => parseRepository(text).name);
    assert.equal(names[0], names[1]);
    for (const local of [
      "LOCALHOST:5000",
      "localhost",
      "127.0.0.1:1",
      "[::1]:5000",
      "[0:0:0:0:0:0:0:1]",
      "[0000::0001]:80",
    ])
      assert.ok(isLoopback(local), local);
    for (const other of ["localhost.example.com", "[::2]", "128.0.0.1", "[::ffff:7f00:1]"])
      assert.ok(!isLoopback(other), other);
    assert.equal(registryHost("[0:0::1]:5000"), "[::1]:5000");
  });

  it("are the registry itself after a redirect to its default port", () => {
    const session = openSession(parseRepository("MyHost.example:443/x"));
    assert.ok(isOwn(session, new URL("https://myhost.example/v2/")));
    assert.ok(!isOwn(session, new URL("https://other.example/v2/")));
    assert.ok(!isOwn(session, new URL("http://myhost.example/v2/")));
  });
});

describe("addresses", () => {
  it("have the same distance in every spelling", () => {
    const reaches: Record<string, string[]> = {
      machine: [
        "127.0.0.1",
        "127.255.1.2",
        "0.0.0.0",
        "::1",
        "::",
        "::ffff:127.0.0.1",
        "::ffff:7f00:1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
      ],
      link: ["169.254.169.254", "fe80::1", "::ffff:169.254.169.254", "fe80::1%eth0"],
      network: [
        "10.0.0.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "100.64.0.1",
        "fd00::1",
        "::10.0.0.1",
        "224.0.0.1",
        "255.255.255.255",
      ],
      internet: ["8.8.8.8", "172.32.0.1", "192.0.2.1", "2606:4700::1", "::ffff:8.8.8.8", "100.128.0.1"],
    };
    for (const [reach, addresses] of Object.entries(reaches))
      for (const address of addresses) assert.equal(reachOf(address), reach, address);
    assert.equal(reachOfName("localhost."), "machine");
    assert.equal(reachOfName("a.LocalHost"), "machine");
    assert.equal(reachOfName("registry.example.com"), undefined);
    assert.deepEqual(
      [maySendTo("internet", "network"), maySendTo("network", "network"), maySendTo("network", "machine")],
      [false, true, false],
    );
    assert.deepEqual([maySendTo("machine", "machine"), maySendTo("network", "internet")], [true, true]);
  });
});
