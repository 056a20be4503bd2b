// Manifests and configurations, as the registry serves them, verified.
import type { IncomingMessage } from "node:http";
import { limits } from "../../limits";
import { RegistryError } from "../client/errors";
import { BodyTooLongError, readBody } from "../client/http";
import type { Session } from "../client/session";
import { exchange } from "../client/transport";
import {
  ManifestError,
  isDigest,
  mediaTypes,
  parseManifest,
  verifyDigest,
  type Descriptor,
} from "./manifest";

/** A manifest's bytes, and what they are said to be. */
export interface ServedManifest {
  bytes: Buffer;
  mediaType: string;
}

export const longestManifest = limits.registry.manifestBytes;
export const acceptManifests = { accept: Object.values(mediaTypes).join(", ") };

export async function readManifest(session: Session, digest: string): Promise<ServedManifest> {
  if (!isDigest(digest))
    throw new ManifestError("a digest must be sha256: and 64 lower-case hexadecimal digits");
  const what = `read the manifest ${digest}`;
  const request = { what, method: "GET", path: `manifests/${digest}`, headers: acceptManifests } as const;
  return exchange(session, request, async (response) => {
    const bytes = await body(session, what, response, longestManifest);
    verifyDigest(bytes, digest, `the manifest of ${session.name}`);
    const header = response.headers["content-type"] ?? "";
    return { bytes, mediaType: parseManifest(bytes, header).mediaType };
  });
}

export async function readConfig(session: Session, config: Descriptor): Promise<Buffer> {
  const what = `read the configuration ${config.digest}`;
  return exchange(session, { what, method: "GET", path: `blobs/${config.digest}` }, async (response) => {
    const bytes = await body(session, what, response, limits.registry.configBytes);
    verifyDigest(bytes, config.digest, `the configuration of ${session.name}`);
    return bytes;
  });
}

/** The body of an answer, of `cap` bytes at most. */
export async function body(
  session: Session,
  what: string,
  response: IncomingMessage,
  cap: number,
): Promise<Buffer> {
  try {
    return await readBody(response, cap, session.settings.idleTimeoutMs * 2);
  } catch (error) {
    if (!(error instanceof BodyTooLongError)) throw error;
    throw new RegistryError(`cannot ${what} of ${session.name}: ${error.message}`, { cause: error });
  }
}
