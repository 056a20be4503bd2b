// A proxy in front of the test registry: it writes down requests, can hold them, and speaks https on the same port.

import * as http from "node:http";
import * as https from "node:https";
import * as net from "node:net";
import type { AddressInfo } from "node:net";
import { registry } from "../project/environment";

export interface RegistryProxy {
  host: string;
  /** Method and path of each request so far, such as "HEAD /v2/team/api/manifests/v1". */
  requests: string[];
  /** Awaited before a request is passed on. */
  hold: (request: string) => Promise<unknown> | undefined;
  close(): void;
}

export async function startRegistryProxy(certificate?: {
  key: string;
  cert: string;
}): Promise<RegistryProxy> {
  const proxy: RegistryProxy = { host: "", requests: [], hold: () => undefined, close };
  const pass = (isTls: boolean) => async (from: http.IncomingMessage, to: http.ServerResponse) => {
    const { method, url, headers } = from;
    const request = `${method} ${url}`;
    proxy.requests.push(request);
    await proxy.hold(request);
    if (to.destroyed) return; // Its sender has gone.
    const [host, port] = registry.split(":");
    const upstream = http.request({
      host,
      port,
      method,
      path: url,
      // The registry writes absolute addresses of its own after these.
      headers: { ...headers, "x-forwarded-proto": isTls ? "https" : "http" },
    });
    upstream.on("response", (response) => {
      to.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(to);
    });
    upstream.on("error", () => to.destroy());
    to.on("close", () => upstream.destroy());
    from.pipe(upstream);
  };
  const plain = http.createServer((from, to) => void pass(false)(from, to));
  const tls = certificate && https.createServer(certificate, (from, to) => void pass(true)(from, to));
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket)).on("error", () => undefined);
    socket.once("data", (first) => {
      socket.pause();
      const handshake = first[0] === 0x16;
      if (handshake && !tls) return socket.destroy();
      (handshake && tls ? tls : plain).emit("connection", socket);
      socket.unshift(first);
      process.nextTick(() => socket.resume());
    });
  });
  function close() {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  proxy.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return proxy;
}
