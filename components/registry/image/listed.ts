// What an index lists, of any kind: images, attestations, other artifacts, further indexes.
import { limits } from "../../limits";
import type { Session } from "../client/session";
import { ManifestError, isDigest, parseManifest } from "./manifest";
import { readManifest } from "./servedManifest";

/** Digests of everything that the manifest lists, in all depths; none for an image. */
export async function listedDigests(session: Session, digest: string): Promise<string[]> {
  const listed = new Set<string>();
  const waiting = [digest];
  const read = new Set<string>();
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (read.has(next)) continue;
    read.add(next);
    if (read.size > 1 + limits.registry.nestedIndexes)
      throw new ManifestError(`${digest} of ${session.name} refers to too many indexes`);
    const { bytes, mediaType } = await readManifest(session, next);
    const manifest = parseManifest(bytes, mediaType);
    if (manifest.kind !== "index") continue;
    for (const entry of entriesOf(bytes)) listed.add(entry);
    waiting.push(...manifest.indexes.map((index) => index.digest));
  }
  return [...listed];
}

/** parseManifest has seen that it is an index. */
function entriesOf(bytes: Buffer): string[] {
  const { manifests } = JSON.parse(bytes.toString("utf8")) as { manifests: unknown[] };
  return manifests.map((entry) => (entry as { digest?: unknown } | null)?.digest).filter(isDigest);
}
