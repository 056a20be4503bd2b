import assert from "node:assert/strict";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { startProxy } from "../../bench/proxy";

/** A server that answers with the Host header it got, and with what it was sent. */
async function startEcho(): Promise<http.Server> {
  const server = http.createServer((request, response) => {
    response.writeHead(201, { "x-host": request.headers.host });
    request.pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

describe("the benchmarks' proxy", () => {
  it("forwards requests under its own name, and counts them and their bodies", async () => {
    const server = await startEcho();
    const proxy = await startProxy(`127.0.0.1:${(server.address() as AddressInfo).port}`);
    try {
      const answer = await fetch(`http://${proxy.host}/v2/x?digest=1`, { method: "PUT", body: "12345" });
      assert.equal(answer.status, 201);
      assert.equal(answer.headers.get("x-host"), proxy.host);
      assert.equal(await answer.text(), "12345");
      await (await fetch(`http://${proxy.host}/v2/`)).text();
      const { requests, sent, received, lines } = proxy.take();
      assert.deepEqual({ requests, sent, received }, { requests: { PUT: 1, GET: 1 }, sent: 5, received: 5 });
      assert.deepEqual(lines, ["PUT /v2/x 201 5", "GET /v2/ 201 0"]);
      assert.deepEqual(proxy.take().requests, {});
    } finally {
      proxy.close();
      server.close();
    }
  });
});
