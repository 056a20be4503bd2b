// How far an address is, by itself: no name is looked up and nothing is connected to.

import assert from "node:assert/strict";
import { reachOf, reachOfName, reachOfSender, type Reach } from "../../../components/registry/client/address";
import { guardFor } from "../../../components/registry/client/guard";
import type { Session } from "../../../components/registry/client/session";

describe("the distance of an address", () => {
  const addresses: [string, Reach][] = [
    ["127.0.0.1", "machine"],
    ["0.0.0.0", "machine"],
    ["::1", "machine"],
    ["169.254.169.254", "link"],
    ["fe80::1%eth0", "link"],
    ["10.1.2.3", "network"],
    ["172.31.255.255", "network"],
    ["172.32.0.1", "internet"],
    ["fd00::1", "network"],
    ["8.8.8.8", "internet"],
    ["2606:4700::1111", "internet"],
    // All eight groups, so that no zeros are left out.
    ["2606:4700:1:2:3:4:5:6", "internet"],
    // IPv4 in IPv6: mapped, compatible, 6to4, and of a translator.
    ["::ffff:127.0.0.1", "machine"],
    ["::ffff:10.0.0.1", "network"],
    ["::ffff:8.8.8.8", "internet"],
    ["::10.0.0.1", "network"],
    ["::8.8.8.8", "internet"],
    ["2002:a00:1::", "network"],
    ["2002:808:808::", "internet"],
    ["64:ff9b::10.0.0.1", "network"],
    ["64:ff9b::8.8.8.8", "internet"],
    // Translated by the host (SIIT), which is not mapped.
    ["::ffff:0:127.0.0.1", "machine"],
    ["::ffff:0:10.0.0.1", "network"],
    ["::ffff:0:169.254.169.254", "link"],
    ["::ffff:0:8.8.8.8", "internet"],
    ["2002:a9fe:a9fe::1", "link"],
    ["2002:7f00:1:ffff:ffff:ffff:ffff:ffff", "machine"],
    ["64:ff9b::169.254.169.254", "link"],
    ["64:ff9b::127.0.0.1", "machine"],
    // Teredo: the client's address is inverted (8.8.8.8 is f7f7:f7f7), the server's is not.
    ["2001:0:808:808::f7f7:f7f7", "internet"],
    ["2001:0:808:808::f5ff:fffe", "network"],
    ["2001:0:808:808:8000:63bf:5601:5601", "link"],
    ["2001:0:808:808::80ff:fffe", "machine"],
    ["2001:0:a00:1::f7f7:f7f7", "network"],
    ["2001:0:7f00:1:0:0:f7f7:f7f7", "machine"],
    // A translator of the network's own, with the address wherever RFC 6052 puts it.
    ["64:ff9b:1::8.8.8.8", "network"],
    ["64:ff9b:1:808:8:800:808:808", "network"],
    ["64:ff9b:1:a9fe:a9:fe00::", "link"],
    ["64:ff9b:1:7f:0:100::", "machine"],
    ["64:ff9b:1::7f:0:100:0", "machine"],
    ["64:ff9b:1:ffff:ff:ffff:a9fe:a9fe", "link"],
    // ISATAP, with a prefix of its own.
    ["2606:4700::5efe:10.0.0.1", "network"],
    ["2606:4700::200:5efe:169.254.169.254", "link"],
    ["2606:4700::5efe:8.8.8.8", "internet"],
    ["fd00::5efe:8.8.8.8", "network"],
    // Only alike: other addresses of the internet that would lead to 10.0.0.1 if they were taken for one of these.
    ["64:1234::a00:1", "internet"],
    ["2606:ff9b::a00:1", "internet"],
    ["2606::ffff:a00:1", "internet"],
    ["2606::a00:1", "internet"],
    ["0:0:1::a00:1", "internet"],
    ["::1234:a00:1", "internet"],
    ["::fffe:0:10.0.0.1", "internet"],
    ["2606::ffff:0:a00:1", "internet"],
    ["2001:db8:a00:1::", "internet"],
    ["2003:a00:1::", "internet"],
    ["2606:4700::400:5efe:10.0.0.1", "internet"],
  ];
  for (const [address, reach] of addresses)
    it(`of ${address} is ${reach}`, () => assert.equal(reachOf(address), reach));

  const senders: [string, Reach][] = [
    ["::ffff:10.0.0.1", "network"],
    ["10.0.0.1", "network"],
    ["::1", "machine"],
    // The server's part, which whoever sends may choose, brings nothing nearer.
    ["2001:0:a00:1::f7f7:f7f7", "internet"],
    ["2001:0:808:808::f5ff:fffe", "internet"],
    ["2606:4700::5efe:10.0.0.1", "internet"],
    ["fd00::5efe:10.0.0.1", "network"],
  ];
  for (const [address, reach] of senders)
    it(`of ${address} as a sender is ${reach}`, () => assert.equal(reachOfSender(address), reach));

  it("is known for names of this machine, and for no other names", () => {
    for (const name of ["localhost", "LOCALHOST.", "registry.localhost", "[::1]", "127.0.0.1"])
      assert.equal(reachOfName(name), "machine", name);
    assert.equal(reachOfName("registry.example.com"), undefined);
    assert.equal(reachOfName("notlocalhost"), undefined);
  });
});

describe("the guard of a connection", () => {
  /** How the lookup is asked, and from where. */
  type Asked = { all?: boolean; env?: object; from?: Reach };
  type Found = { error: NodeJS.ErrnoException | null; address: unknown; family?: number };

  /** What the guard's lookup says of a host with these addresses. */
  function look(
    addresses: string[],
    { all = false, env = {}, from = "internet" }: Asked = {},
  ): Promise<Found> {
    const resolve = () => Promise.resolve(addresses.map((address) => ({ address, family: 4 })));
    return lookWith(resolve, { all, env, from });
  }
  function lookWith(
    resolve: Session["settings"]["resolve"],
    { all = false, env = {}, from = "internet" }: Asked = {},
  ): Promise<Found> {
    const session = { name: "registry.test/team", env, settings: { resolve } } as unknown as Session;
    const { lookup } = guardFor(session, new URL("https://blobs.test/x"), "it was sent to", from);
    return new Promise((done) =>
      lookup("blobs.test", { all }, (error, address, family) => done({ error, address, family })),
    );
  }

  it("returns one address, or all when asked for all", async () => {
    assert.deepEqual(await look(["8.8.8.8", "9.9.9.9"]), { error: null, address: "8.8.8.8", family: 4 });
    const all = await look(["8.8.8.8", "9.9.9.9"], { all: true });
    assert.equal((all.address as unknown[]).length, 2);
  });

  it("refuses a host when one of its addresses is nearer than the registry", async () => {
    assert.match(
      (await look(["8.8.8.8", "10.0.0.1"])).error?.message ?? "",
      /on this machine or its network/,
    );
    assert.equal((await look(["10.0.0.1"], { from: "network" })).error, null);
  });

  it("judges only literal addresses behind a proxy, which resolves names itself", async () => {
    const env = { HTTPS_PROXY: "http://proxy.test:3128" };
    assert.equal((await look(["10.0.0.1"], { env })).error, null);
    const session = { name: "registry.test/team", env, settings: {} } as unknown as Session;
    assert.throws(() => guardFor(session, new URL("https://127.0.0.1/x"), "it was sent to"), /127\.0\.0\.1/);
  });

  it("reports a host without addresses, and passes on the resolver's errors", async () => {
    assert.equal((await look([])).error?.code, "ENOTFOUND");
    const gone = Object.assign(new Error("later"), { code: "EAI_AGAIN" });
    assert.equal((await lookWith(() => Promise.reject(gone))).error, gone);
  });
});
