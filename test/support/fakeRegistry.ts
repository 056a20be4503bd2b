// A small registry inside the test process, on real sockets, whose every answer a test can change.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { parseRepository, type Repository } from "../../components/name/reference";
import { openSession, type RegistryAccess, type Session } from "../../components/registry/client/session";
import { digestOf } from "./digest";
import { frozen } from "./frozen";

export interface Seen {
  method: string;
  url: string;
  authorization: string | undefined;
  body: string;
}

/** Answers itself and returns true, or leaves the request to the registry. */
export type Intercept = (request: IncomingMessage, response: ServerResponse, seen: Seen) => boolean | void;

export interface FakeRegistry {
  host: string;
  origin: string;
  repository: Repository;
  seen: Seen[];
  manifests: Map<string, { bytes: Buffer; mediaType: string }>;
  blobs: Map<string, Buffer>;
  intercept: Intercept | undefined;
  addBlob(bytes: Buffer): string;
  addManifest(document: object, mediaType: string, tag?: string): string;
  session(access?: RegistryAccess, env?: NodeJS.ProcessEnv): Session;
  count(method: string, part: string): number;
  close(): Promise<void>;
}

// No credentials of the machine that runs the tests play a part.
export const emptyEnv: NodeJS.ProcessEnv = frozen({ HOME: "/nonexistent", PATH: process.env["PATH"] });

export async function startRegistry(): Promise<FakeRegistry> {
  const server = createServer((request, response) => void serve(registry, request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const registry: FakeRegistry = {
    host,
    origin: `http://${host}`,
    repository: parseRepository(`${host}/team/api`),
    seen: [],
    manifests: new Map(),
    blobs: new Map(),
    intercept: undefined,
    addBlob(bytes) {
      this.blobs.set(digestOf(bytes), bytes);
      return digestOf(bytes);
    },
    addManifest(document, mediaType, tag) {
      const bytes = Buffer.from(JSON.stringify(document));
      for (const name of [digestOf(bytes), tag]) if (name) this.manifests.set(name, { bytes, mediaType });
      return digestOf(bytes);
    },
    session(access, env = emptyEnv) {
      return openSession(
        this.repository,
        access,
        { retryBaseMs: 1, longestWaitMs: 40, idleTimeoutMs: 400 },
        env,
      );
    },
    count(method, part) {
      return this.seen.filter((each) => each.method === method && each.url.includes(part)).length;
    },
    close: () => close(server),
  };
  return registry;
}

export function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

export function refuse(response: ServerResponse, status: number, code: string, message: string): true {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify({ errors: [{ code, message }] }));
  return true;
}

let uploads = 0;

async function serve(
  registry: FakeRegistry,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const { method = "", url = "", headers } = request;
  const seen = { method, url, authorization: headers.authorization, body: body.toString() };
  registry.seen.push(seen);
  if (registry.intercept?.(request, response, seen)) return;
  const [, kind, name = ""] = /^\/v2\/team\/api\/(manifests|blobs)\/(.+)$/.exec(url) ?? [];
  if (url === "/v2/") return void response.end("{}");
  if (kind === "manifests" && method === "PUT") {
    const stored = { bytes: body, mediaType: headers["content-type"] ?? "" };
    registry.manifests.set(name, stored).set(digestOf(body), stored);
    return void response.writeHead(201, { "docker-content-digest": digestOf(body) }).end();
  }
  if (kind === "blobs" && method === "POST")
    return void response
      .writeHead(202, { location: `/v2/team/api/blobs/uploads/${uploads++}?_state=a%2Bb` })
      .end();
  if (kind === "blobs" && method === "PUT") {
    const digest = new URL(url, "http://registry").searchParams.get("digest") ?? "";
    if (digest !== digestOf(body)) return void refuse(response, 400, "DIGEST_INVALID", "not these bytes");
    registry.blobs.set(digest, body);
    return void response.writeHead(201).end();
  }
  const manifest = kind === "manifests" ? registry.manifests.get(name) : undefined;
  const bytes = manifest?.bytes ?? (kind === "blobs" ? registry.blobs.get(name) : undefined);
  if (bytes === undefined) return void refuse(response, 404, "MANIFEST_UNKNOWN", "not here");
  response.writeHead(200, {
    "content-type": manifest?.mediaType ?? "application/octet-stream",
    "docker-content-digest": digestOf(bytes),
    "content-length": bytes.length,
  });
  response.end(method === "HEAD" ? undefined : bytes);
}
