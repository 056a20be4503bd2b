// A company's https server: under an authority of its own, for one user with a password.

import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import * as https from "node:https";
import type { AddressInfo } from "node:net";
import * as path from "node:path";
import { makeTree } from "../../support/module";

export interface CompanyServer {
  url: string;
  /** PEM text of the authority that signed its certificate. */
  authority: string;
  close(): void;
}

/** What the server answers to who has logged in. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

export async function startCompanyServer(
  user: string,
  password: string,
  answer: Answer,
): Promise<CompanyServer> {
  const keys = makeTree({ "san.cnf": "subjectAltName=DNS:localhost,IP:127.0.0.1\n" });
  const openssl = (...args: string[]) => execFileSync("openssl", args, { cwd: keys, stdio: "pipe" });
  const key = ["-newkey", "rsa:2048", "-nodes"];
  const authority = ["-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=company"];
  openssl("req", "-x509", ...key, ...authority);
  openssl("req", ...key, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=localhost");
  openssl(
    ...["x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"],
    ...["-out", "server.pem", "-days", "2", "-extfile", "san.cnf"],
  );
  const read = (name: string) => fs.readFileSync(path.join(keys, name), "utf8");
  const expected = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
  const pair = { key: read("server.key"), cert: read("server.pem") };
  const server = https.createServer(pair, (request, response) => {
    if (request.headers.authorization === expected) answer(request, response);
    else response.writeHead(401, { "www-authenticate": 'Basic realm="modules"' }).end("log in first");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://localhost:${port}`,
    authority: read("ca.pem"),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Files of a directory laid out as a module proxy: the cache/download of a module cache. */
export function moduleProxy(directory: string): Answer {
  return (request, response) => {
    const file = path.join(directory, decodeURIComponent(request.url ?? ""));
    if (fs.statSync(file, { throwIfNoEntry: false })?.isFile()) fs.createReadStream(file).pipe(response);
    else response.writeHead(404).end();
  };
}
