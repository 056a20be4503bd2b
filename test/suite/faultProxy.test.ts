// The proxy of the tests of faults must not keep what its clients have left: the test run would never end.

import assert from "node:assert/strict";
import { once } from "node:events";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { FaultProxy } from "../support/faultProxy";

describe("the proxy of the tests of faults", () => {
  it("closes its connection to the registry when the client leaves in the middle of a blob", async () => {
    const blob = Buffer.alloc(50_000_000);
    const server = http.createServer();
    const left = new Promise<void>((resolve) => {
      server.on("request", (_request, response) => response.on("close", resolve).end(blob));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const proxy = await FaultProxy.start(`127.0.0.1:${(server.address() as AddressInfo).port}`);
    try {
      const client = http.get(`http://${proxy.host}/v2/x/blobs/y`);
      const [answer] = (await once(client, "response")) as [http.IncomingMessage];
      await once(answer, "data");
      answer.on("error", () => undefined);
      client.destroy();
      await left;
      assert.ok(proxy.blobBytesDown < blob.length, "the client was gone too late");
    } finally {
      proxy.close();
      server.closeAllConnections();
      server.close();
    }
  });
});
