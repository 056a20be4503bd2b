// The server that a registry with Bearer tokens sends its clients to: gives whoever knows the password a signed token.

import * as crypto from "node:crypto";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import type { Authority } from "../../../support/authority";
import { password, user } from "./ownRegistry";

export interface TokenServer {
  realm: string;
  /** Scopes of the tokens that were given, one entry a token. */
  given: string[][];
  /** Requests with other credentials. */
  refused: number;
  close(): void;
}

const accepted = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;

export async function startTokenServer({ server: pair }: Authority): Promise<TokenServer> {
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const url = new URL(request.url ?? "", "http://tokens");
      const form = new URLSearchParams(Buffer.concat(chunks).toString());
      const known =
        request.headers.authorization === accepted ||
        (form.get("username") === user && form.get("password") === password);
      if (!known) {
        tokens.refused++;
        const details = JSON.stringify({ details: "incorrect username or password" });
        return void response.writeHead(401, { "content-type": "application/json" }).end(details);
      }
      const asked = [...url.searchParams.getAll("scope"), ...(form.get("scope")?.split(" ") ?? [])];
      const scopes = asked.flatMap((scope) => scope.split(" ")).filter((scope) => scope !== "");
      tokens.given.push(scopes);
      const token = sign(scopes, pair);
      const answer = { token, access_token: token, expires_in: 300 };
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const tokens: TokenServer = {
    realm: `http://127.0.0.1:${port}/token`,
    given: [],
    refused: 0,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
  return tokens;
}

/** A JSON Web Token as the distribution registry wants it, with the certificate of its key. */
function sign(scopes: readonly string[], { key, cert }: Authority["server"]): string {
  const der = new crypto.X509Certificate(cert).raw.toString("base64");
  const now = Math.floor(Date.now() / 1000);
  const access = scopes.map((scope) => {
    const [type, ...rest] = scope.split(":");
    const actions = rest.pop()?.split(",") ?? [];
    return { type, name: rest.join(":"), actions };
  });
  const claims = {
    ...{ iss: "tests", aud: "tests", sub: user, jti: crypto.randomUUID() },
    ...{ nbf: now - 10, iat: now, exp: now + 300, access },
  };
  const parts = [{ typ: "JWT", alg: "ES256", x5c: [der] }, claims];
  const text = parts.map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
  const signature = crypto.sign("sha256", Buffer.from(text), { key, dsaEncoding: "ieee-p1363" });
  return `${text}.${signature.toString("base64url")}`;
}
