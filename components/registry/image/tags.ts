// Reads and writes tags.
import { RegistryError } from "../client/errors";
import { drain } from "../client/http";
import type { Session } from "../client/session";
import { exchange } from "../client/transport";
import { tagProblem } from "../../name";
import { isDigest, sha256 } from "./manifest";
import { acceptManifests, body, longestManifest, readManifest, type Served } from "./served";

export async function readTagDigest(session: Session, tag: string): Promise<string | undefined> {
  checkTag(tag);
  const what = `read the tag ${tag}`;
  const path = `manifests/${tag}`;
  const head = {
    what,
    method: "HEAD",
    path,
    headers: acceptManifests,
    accept: [400, 403, 404, 405, 501],
  } as const;
  const { status, digest } = await exchange(session, head, async (response) => {
    await drain(response);
    return { status: response.statusCode, digest: response.headers["docker-content-digest"] };
  });
  if (status === 404) return undefined;
  if (status === 200 && isDigest(digest)) return digest;
  // Without the header the bytes tell. And a refusal has no text in a HEAD: asking again brings the reason.
  const get = { what, method: "GET", path, headers: acceptManifests, accept: [404] } as const;
  return exchange(session, get, async (response) => {
    const bytes = await body(session, what, response, longestManifest);
    return response.statusCode === 404 ? undefined : sha256(bytes);
  });
}

export async function writeTag(session: Session, digest: string, tag: string): Promise<void> {
  checkTag(tag);
  if ((await readTagDigest(session, tag)) === digest) return;
  await putManifest(session, await readManifest(session, digest), tag);
}

/** Stores a manifest under a tag; gives its digest. */
export async function putManifest(
  session: Session,
  { bytes, mediaType }: Served,
  tag: string,
): Promise<string> {
  const digest = sha256(bytes);
  const what = `set the tag ${tag}`;
  const headers = { "content-type": mediaType };
  const put = { what, method: "PUT", path: `manifests/${tag}`, headers, body: bytes } as const;
  const stored = await exchange(session, put, async (response) => {
    await drain(response);
    return response.headers["docker-content-digest"];
  });
  if (isDigest(stored) && stored !== digest) {
    throw new RegistryError(
      `cannot ${what} of ${session.name}: the registry stored ${stored} instead of ${digest}`,
    );
  }
  return digest;
}

function checkTag(tag: string): void {
  const problem = tagProblem(tag);
  if (problem !== undefined)
    throw new RegistryError(`the tag ${JSON.stringify(tag.slice(0, 40))} ${problem}`);
}
