// What the tests of the registry's transport share: requests over a session, and other servers beside the registry.

import assert from "node:assert/strict";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { RegistryError } from "../../components/registry/client/errors";
import { readBody } from "../../components/registry/client/http";
import type { Session } from "../../components/registry/client/session";
import { exchange } from "../../components/registry/client/transport";

export const basic = (text: string): string => `Basic ${Buffer.from(text).toString("base64")}`;

/** Starts a server of the test's own, which joins `servers`, and gives its host and port. */
export async function listen(servers: Server[], listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export function read(session: Session, digest: string, cap = 1000): Promise<string> {
  const request = { what: "read the blob", method: "GET", path: `blobs/${digest}` } as const;
  return exchange(session, request, async (response) => (await readBody(response, cap, 1000)).toString());
}

/** The promise must end with a RegistryError that has all these reasons in its message. */
export async function fails(promise: Promise<unknown>, ...reasons: RegExp[]): Promise<RegistryError> {
  const error: unknown = await promise.then(
    () => assert.fail("it worked"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof RegistryError, String(error));
  for (const reason of reasons) assert.match(error.message, reason);
  return error;
}
