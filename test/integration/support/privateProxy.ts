// A company's module proxy: https under an authority of its own, with a password, holding what is in a module cache.

import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as https from "node:https";
import type { AddressInfo } from "node:net";
import * as path from "node:path";
import { makeTree } from "../../support/module";

export interface PrivateProxy {
  url: string;
  /** PEM text of the authority that signed its certificate. */
  authority: string;
  close(): void;
}

/** Serves a directory laid out as a module proxy (the cache/download of a module cache) to one user. */
export async function startPrivateProxy(
  directory: string,
  user: string,
  password: string,
): Promise<PrivateProxy> {
  const keys = makeTree({ "san.cnf": "subjectAltName=DNS:localhost,IP:127.0.0.1\n" });
  const openssl = (...args: string[]) => execFileSync("openssl", args, { cwd: keys, stdio: "pipe" });
  const key = ["-newkey", "rsa:2048", "-nodes"];
  openssl(
    "req",
    "-x509",
    ...key,
    "-keyout",
    "ca.key",
    "-out",
    "ca.pem",
    "-days",
    "2",
    "-subj",
    "/CN=company",
  );
  openssl("req", ...key, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=localhost");
  openssl(
    ...["x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"],
    ...["-out", "server.pem", "-days", "2", "-extfile", "san.cnf"],
  );
  const read = (name: string) => fs.readFileSync(path.join(keys, name), "utf8");
  const expected = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
  const server = https.createServer(
    { key: read("server.key"), cert: read("server.pem") },
    (request, response) => {
      if (request.headers.authorization !== expected) {
        response.writeHead(401, { "www-authenticate": 'Basic realm="modules"' }).end("log in first");
        return;
      }
      const file = path.join(directory, decodeURIComponent(request.url ?? ""));
      if (fs.statSync(file, { throwIfNoEntry: false })?.isFile()) fs.createReadStream(file).pipe(response);
      else response.writeHead(404).end();
    },
  );
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
