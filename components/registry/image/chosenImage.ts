// Chooses one image of an index, and measures the others.
import { limits } from "../../limits";
import type { Session } from "../client/session";
import { inParallel } from "../../work";
import {
  ManifestError,
  bestMatch,
  choosePlatform,
  parseManifest,
  platformName,
  transferSize,
  type Descriptor,
  type ImageIndex,
  type ImageManifest,
  type Platform,
} from "./manifest";
import { readManifest, type Served } from "./served";

const parallelManifests = 4;

/** What an index says of the image for a platform. */
export interface PlatformImage {
  digest: string;
  /** Bytes that a pull transfers. */
  size: number;
}

/** An image of an index, or the only one there is. */
export interface ChosenImage {
  manifest: ImageManifest;
  /** As the index says. */
  platform: Platform | undefined;
  /** Undefined for an image that is in no index. */
  digest: string | undefined;
  /** The index's other images, by platform. */
  others: Record<string, PlatformImage>;
}

/** `withSizes`: the other platforms' manifests are fetched as well, for their sizes. */
export async function chosenImage(
  session: Session,
  served: Served,
  wanted?: string,
  withSizes = false,
): Promise<ChosenImage> {
  const top = parseManifest(served.bytes, served.mediaType);
  if (top.kind === "image") return { manifest: top, platform: undefined, digest: undefined, others: {} };
  const images = await imagesOf(session, top, wanted);
  const chosen = choosePlatform(images, wanted);
  const { indexEntries } = limits.registry;
  if (withSizes && images.length > indexEntries)
    throw new ManifestError(
      `the index of ${session.name} has ${images.length} images, more than ${indexEntries}`,
    );
  const [manifest, others] = await Promise.all([
    imageOf(session, chosen),
    withSizes ? otherImages(session, images, chosen) : {},
  ]);
  return { manifest, platform: chosen.platform, digest: chosen.digest, others };
}

/** The first image of each platform counts, and the chosen one for its own. */
async function otherImages(
  session: Session,
  images: readonly Descriptor[],
  chosen: Descriptor,
): Promise<Record<string, PlatformImage>> {
  const named = new Map<string, Descriptor>();
  for (const image of images) {
    const name = platformName(image.platform);
    if (name !== platformName(chosen.platform) && !named.has(name)) named.set(name, image);
  }
  const found = new Map([...named].map(([name, { digest }]) => [name, { digest, size: 0 }]));
  await inParallel(parallelManifests, named, async ([name, image]) => {
    const { digest } = image;
    found.set(name, { digest, size: transferSize(await imageOf(session, image)) });
  });
  return Object.fromEntries(found);
}

/** The images of an index. Nested indexes are read only when the wanted platform is not among its own images. */
async function imagesOf(
  session: Session,
  top: ImageIndex,
  wanted: string | undefined,
): Promise<Descriptor[]> {
  const images = [...top.images];
  const isThere = () => (wanted === undefined ? images.length > 0 : bestMatch(images, wanted) !== undefined);
  const waiting = [...top.indexes];
  const seen = new Set<string>();
  for (let next = waiting.shift(); next !== undefined && !isThere(); next = waiting.shift()) {
    if (seen.has(next.digest)) continue;
    seen.add(next.digest);
    if (seen.size > limits.registry.nestedIndexes)
      throw new ManifestError(
        `the index of ${session.name} leads to more than ${limits.registry.nestedIndexes} others`,
      );
    const { bytes, mediaType } = await readManifest(session, next.digest);
    const index = parseManifest(bytes, mediaType);
    if (index.kind !== "index")
      throw new ManifestError(
        `${next.digest} of ${session.name} is not an index, although the registry calls it one`,
      );
    images.push(...index.images);
    waiting.push(...index.indexes);
  }
  return images;
}

async function imageOf(session: Session, descriptor: Descriptor): Promise<ImageManifest> {
  const { bytes, mediaType } = await readManifest(session, descriptor.digest);
  const manifest = parseManifest(bytes, mediaType);
  if (manifest.kind === "image") return manifest;
  throw new ManifestError(`the index of ${session.name} holds another index, where an image is expected`);
}
