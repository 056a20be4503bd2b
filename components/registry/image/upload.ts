// Writes an image of one layer (OCI distribution-spec, "Pushing a blob monolithically" and "Pushing Manifests").
import { RegistryError } from "../client/errors";
import { drain, type FileBody } from "../client/http";
import { isOwn, type Session } from "../client/session";
import { exchange } from "../client/transport";
import { mediaTypes, sha256 } from "./manifest";
import { putManifest } from "./tags";

/** A layer that lies in a file. */
export interface LayerFile extends FileBody {
  digest: string;
  mediaType: string;
}

/** Stores the image under a tag; gives its digest. */
export async function writeImage(
  session: Session,
  image: { config: Buffer; layer: LayerFile },
  tag: string,
): Promise<string> {
  const { config, layer } = image;
  await uploadBlob(session, layer.digest, layer);
  await uploadBlob(session, sha256(config), config);
  const described = { mediaType: configType, digest: sha256(config), size: config.length };
  const { mediaType, digest, size } = layer;
  const manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    config: described,
    layers: [{ mediaType, digest, size }],
  };
  const bytes = Buffer.from(JSON.stringify(manifest));
  return putManifest(session, { bytes, mediaType: mediaTypes.ociManifest }, tag);
}

const configType = "application/vnd.oci.image.config.v1+json";

async function uploadBlob(session: Session, digest: string, body: Buffer | FileBody): Promise<void> {
  const what = `write the blob ${digest}`;
  const start = { what, method: "POST", path: "blobs/uploads/", body: Buffer.alloc(0) } as const;
  const location = await exchange(session, start, async (response) => {
    await drain(response);
    return response.headers.location;
  });
  const path = uploadPath(session, location);
  if (path === undefined)
    throw new RegistryError(
      `cannot ${what} of ${session.name}: the registry did not give an upload address of its own`,
    );
  const headers = { "content-type": "application/octet-stream" };
  const query = `${path.includes("?") ? "&" : "?"}digest=${encodeURIComponent(digest)}`;
  // An upload that broke off cannot be begun again at the same place.
  await exchange(session, { what, method: "PUT", path: path + query, headers, body, once: true }, drain);
}

/** Where to upload to; undefined where that is not the registry itself, which alone may have the credentials. */
function uploadPath(session: Session, location: string | undefined): string | undefined {
  const base = `http://${session.host}/`;
  if (location === undefined || !URL.canParse(location, base)) return undefined;
  const url = new URL(location, base);
  return /^https?:$/.test(url.protocol) && isOwn(session, url) ? url.pathname + url.search : undefined;
}
