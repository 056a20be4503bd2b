// A registry that asks for a password (Basic), in front of the one that the tests have.

import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { registry } from "../project/environment";

export interface LoginProxy {
  /** Host and port. */
  registry: string;
  /** How many requests came with the right password. */
  admitted: () => number;
  close: () => void;
}

export async function startLoginProxy(username: string, password: string): Promise<LoginProxy> {
  const expected = `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
  let admitted = 0;
  const server = http.createServer((request, response) => {
    if (request.headers.authorization !== expected) {
      response.writeHead(401, {
        "www-authenticate": 'Basic realm="test"',
        "content-type": "application/json",
      });
      return void response.end('{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}');
    }
    admitted++;
    const [hostname, port] = registry.split(":");
    // The Host header stays, so that the registry sends clients back to here.
    const headers = { ...request.headers };
    delete headers.authorization;
    const options = { hostname, port, method: request.method, path: request.url, headers };
    const forwarded = http.request(options, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    forwarded.on("error", () => response.destroy());
    request.pipe(forwarded);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    registry: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    admitted: () => admitted,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
