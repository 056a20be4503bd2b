// A company's https server: under an authority of its own, for one user with a password.

import * as fs from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import * as https from "node:https";
import type { AddressInfo } from "node:net";
import * as path from "node:path";
import { makeAuthority } from "../../../support/authority";

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
  const { certificate, server: pair } = makeAuthority();
  const expected = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
  const server = https.createServer(pair, (request, response) => {
    if (request.headers.authorization === expected) answer(request, response);
    else response.writeHead(401, { "www-authenticate": 'Basic realm="modules"' }).end("log in first");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://localhost:${port}`,
    authority: certificate,
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
