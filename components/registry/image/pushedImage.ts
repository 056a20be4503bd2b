// Reads an image back from its registry, over an open session.
import type { IncomingMessage } from "node:http";
import type { LayerContents } from "../../outputs";
import { ContentsScan } from "./contents";
import { limits } from "../../limits";
import { RegistryError } from "../client/errors";
import { BodyTooLongError, drain, readBody } from "../client/http";
import { unpackedLayerSize } from "./layers";
import {
  choosePlatform,
  bestMatch,
  isDigest,
  layerOrigins,
  ManifestError,
  mediaTypes,
  parseConfig,
  parseManifest,
  platformName,
  sha256,
  verifyDigest,
  type Descriptor,
  type ImageIndex,
  type ImageManifest,
  type Platform,
} from "./manifest";
import { tagProblem } from "../reference";
import type { Session } from "../client/session";
import { exchange } from "../client/transport";

/** What was found out about a layer's files. */
export interface MeasuredLayer {
  /** Bytes on disk after a pull. */
  unpackedSize: number;
  contents: LayerContents;
}

export interface ImageLayer extends MeasuredLayer {
  digest: string;
  mediaType: string;
  /** Bytes that a pull transfers. */
  size: number;
  /** The instruction that made the layer, from the image's history. */
  createdBy?: string;
}

export interface PushedImage {
  digest: string;
  mediaType: string;
  /** Bytes that a pull transfers: configuration and layers; of an index, the sum over its platforms. */
  size: number;
  /** The same for each platform. */
  platformSizes: Record<string, number>;
  /** User in the configuration; "" is root. */
  user: string;
  /** Sum over the layers, as `docker images` shows it. */
  unpackedSize: number;
  layers: ImageLayer[];
}

export interface ReadOptions {
  /** Layers that need no download, by digest. */
  known?: ReadonlyMap<string, MeasuredLayer>;
  /** Which image of an index, such as "linux/arm64". */
  platform?: string;
  /** Whether the sizes of an index's other images are wanted, too. */
  sizes?: boolean;
}

interface Served {
  bytes: Buffer;
  mediaType: string;
}

const { manifestBytes: longestManifest, configBytes: longestConfig } = limits.registry;
const parallelLayers = 3;
const parallelManifests = 4;
const acceptManifests = { accept: Object.values(mediaTypes).join(", ") };

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

export async function readPushedImage(
  session: Session,
  digest: string,
  options: ReadOptions = {},
): Promise<PushedImage> {
  const top = await readManifest(session, digest);
  const { manifest, platform, others } = await chosenImage(session, top, options.platform, options.sizes);
  // At once: a registry may be far away.
  const reading = readConfig(session, manifest.config).then(parseConfig);
  const program = reading.then((config) => config.program);
  const measuring = measureLayers(session, manifest.layers, program, options.known ?? new Map());
  const [config, found] = await Promise.all([reading, measuring]);
  const origins = layerOrigins(config, manifest.layers.length);
  const layers = manifest.layers.map((layer, n): ImageLayer => {
    const createdBy = origins[n];
    return {
      digest: layer.digest,
      mediaType: layer.mediaType,
      size: layer.size,
      ...(found.get(layer.digest) as MeasuredLayer),
      ...(createdBy === undefined ? {} : { createdBy }),
    };
  });
  const platformSizes = { [platformName(platform ?? config.platform)]: transferSize(manifest), ...others };
  const size = Object.values(platformSizes).reduce((sum, each) => sum + each);
  const unpackedSize = layers.reduce((sum, layer) => sum + layer.unpackedSize, 0);
  return { digest, mediaType: top.mediaType, size, platformSizes, user: config.user, unpackedSize, layers };
}

export async function writeTag(session: Session, digest: string, tag: string): Promise<void> {
  checkTag(tag);
  if ((await readTagDigest(session, tag)) === digest) return;
  const { bytes, mediaType } = await readManifest(session, digest);
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
}

export async function readManifest(session: Session, digest: string): Promise<Served> {
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

interface ChosenImage {
  manifest: ImageManifest;
  /** As the index says. */
  platform: Platform | undefined;
  /** Sizes of the index's other images, by platform. */
  others: Record<string, number>;
}

/** `withSizes`: the other platforms' manifests are fetched as well, for their sizes. */
export async function chosenImage(
  session: Session,
  served: Served,
  wanted?: string,
  withSizes = false,
): Promise<ChosenImage> {
  const top = parseManifest(served.bytes, served.mediaType);
  if (top.kind === "image") return { manifest: top, platform: undefined, others: {} };
  const images = await imagesOf(session, top, wanted);
  const chosen = choosePlatform(images, wanted);
  const { indexEntries } = limits.registry;
  if (withSizes && images.length > indexEntries)
    throw new ManifestError(
      `the index of ${session.name} has ${images.length} images, more than ${indexEntries}`,
    );
  const [manifest, others] = await Promise.all([
    imageOf(session, chosen),
    withSizes ? otherSizes(session, images, chosen) : {},
  ]);
  return { manifest, platform: chosen.platform, others };
}

/** The first image of each platform counts, and the chosen one for its own. */
async function otherSizes(
  session: Session,
  images: readonly Descriptor[],
  chosen: Descriptor,
): Promise<Record<string, number>> {
  const named = new Map<string, Descriptor>();
  for (const image of images) {
    const name = platformName(image.platform);
    if (name !== platformName(chosen.platform) && !named.has(name)) named.set(name, image);
  }
  const sizes = new Map<string, number>([...named.keys()].map((name) => [name, 0]));
  await atOnce(parallelManifests, named, async ([name, image]) => {
    sizes.set(name, transferSize(await imageOf(session, image)));
  });
  return Object.fromEntries(sizes);
}

/** The images of an index; those of the indexes in it where its own have not the one that is wanted. */
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
      throw new ManifestError(`${next.digest} of ${session.name} is no index, as it is said to be`);
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

export function transferSize({ config, layers }: ImageManifest): number {
  return layers.reduce((sum, layer) => sum + layer.size, config.size);
}

export async function readConfig(session: Session, config: Descriptor): Promise<Buffer> {
  const what = `read the configuration ${config.digest}`;
  return exchange(session, { what, method: "GET", path: `blobs/${config.digest}` }, async (response) => {
    const bytes = await body(session, what, response, longestConfig);
    verifyDigest(bytes, config.digest, `the configuration of ${session.name}`);
    return bytes;
  });
}

/** Each distinct layer once, a few at a time; the first failure stops the others. */
async function measureLayers(
  session: Session,
  layers: readonly Descriptor[],
  program: Promise<string | undefined>,
  known: ReadonlyMap<string, MeasuredLayer>,
): Promise<ReadonlyMap<string, MeasuredLayer>> {
  const found = new Map(known);
  const waiting = new Map(
    layers.filter(({ digest }) => !known.has(digest)).map((layer) => [layer.digest, layer]),
  );
  const stop = new AbortController();
  // Without the configuration the layers are of no use: no more of them is read, and no request is tried again.
  program.catch(() => stop.abort());
  try {
    await atOnce(parallelLayers, waiting.values(), async (layer) => {
      found.set(layer.digest, await measure(session, layer, program, stop.signal));
    });
  } catch (error) {
    stop.abort();
    throw error;
  }
  return found;
}

/** Does `work` for each item, for so many at a time. */
async function atOnce<T>(count: number, items: Iterable<T>, work: (item: T) => Promise<void>): Promise<void> {
  // All workers take from the one iterator.
  const queue = items[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    for (let next = queue.next(); next.done !== true; next = queue.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: count }, worker));
}

async function measure(
  session: Session,
  layer: Descriptor,
  program: Promise<string | undefined>,
  signal: AbortSignal,
): Promise<MeasuredLayer> {
  const what = `read the layer ${layer.digest}`;
  const request = { what, method: "GET", path: `blobs/${layer.digest}`, signal } as const;
  return exchange(session, request, async (response) => {
    const scan = new ContentsScan(await program);
    const measured = await unpackedLayerSize(response, layer, scan.request);
    return { unpackedSize: measured.size, contents: scan.contents() };
  });
}

async function body(session: Session, what: string, response: IncomingMessage, cap: number): Promise<Buffer> {
  try {
    return await readBody(response, cap, session.settings.idleTimeoutMs * 2);
  } catch (error) {
    if (!(error instanceof BodyTooLongError)) throw error;
    throw new RegistryError(`cannot ${what} of ${session.name}: ${error.message}`, { cause: error });
  }
}

function checkTag(tag: string): void {
  const problem = tagProblem(tag);
  if (problem !== undefined)
    throw new RegistryError(`the tag ${JSON.stringify(tag.slice(0, 40))} ${problem}`);
}
