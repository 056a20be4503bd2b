// Reads an image back from its registry, over an open session.
import type { LayerContents } from "../../outputs";
import type { Session } from "../client/session";
import { exchange } from "../client/transport";
import { ImageBudget } from "./budget";
import { chosenImage, type PlatformImage } from "./chosenImage";
import { ContentsScan } from "./contents";
import { inParallel } from "../../work";
import { measureLayer } from "./layers";
import { layerInstructions, parseConfig } from "./config";
import { platformName, transferSize, type Descriptor } from "./manifest";
import { readConfig, readManifest } from "./served";

/** A layer's files, summed up. */
export interface MeasuredLayer {
  /** Bytes on disk after a pull. */
  unpackedSize: number;
  contents: LayerContents;
}

export interface RegistryLayer extends MeasuredLayer {
  digest: string;
  mediaType: string;
  /** Bytes that a pull transfers. */
  size: number;
  /** The instruction that made the layer, from the image's history. */
  createdBy?: string;
}

export interface RegistryImage {
  digest: string;
  mediaType: string;
  /** Bytes that a pull transfers: configuration and layers; of an index, of the chosen platform. */
  size: number;
  /** Digest of each platform's manifest, and what a pull of it transfers. */
  platforms: Record<string, PlatformImage>;
  /** User in the configuration; "" is root. */
  user: string;
  /** Sum over the layers, as `docker images` shows it. */
  unpackedSize: number;
  layers: RegistryLayer[];
}

export interface ReadOptions {
  /** Layers that need no download, by digest. */
  known?: ReadonlyMap<string, MeasuredLayer>;
  /** Which image of an index, such as "linux/arm64". */
  platform?: string;
  /** Path of the program; by default what the configuration says that the image runs. */
  program?: string;
  /** Where other things are looked for that the image runs. */
  commands?: readonly string[];
  /** Whether digests and sizes of an index's other images are wanted, too. */
  sizes?: boolean;
}

const parallelLayers = 3;

export async function readPushedImage(
  session: Session,
  digest: string,
  options: ReadOptions = {},
): Promise<RegistryImage> {
  const top = await readManifest(session, digest);
  const chosen = await chosenImage(session, top, options.platform, options.sizes);
  const { manifest } = chosen;
  // In parallel, to hide latency.
  const reading = readConfig(session, manifest.config).then(parseConfig);
  const scan = reading.then(
    (config) => () => new ContentsScan(options.program ?? config.program, options.commands),
  );
  const measuring = measureLayers(session, manifest.layers, scan, options.known ?? new Map());
  const [config, found] = await Promise.all([reading, measuring]);
  const instructions = layerInstructions(config, manifest.layers.length);
  const layers = manifest.layers.map((layer, n): RegistryLayer => {
    const createdBy = instructions[n];
    return {
      digest: layer.digest,
      mediaType: layer.mediaType,
      size: layer.size,
      ...(found.get(layer.digest) as MeasuredLayer),
      createdBy,
    };
  });
  const size = transferSize(manifest);
  const platforms = {
    [platformName(chosen.platform ?? config.platform)]: { digest: chosen.digest ?? digest, size },
    ...chosen.others,
  };
  const unpackedSize = layers.reduce((sum, layer) => sum + layer.unpackedSize, 0);
  return { digest, mediaType: top.mediaType, size, platforms, user: config.user, unpackedSize, layers };
}

/** Each distinct layer once, a few at a time; the first failure stops the others. */
async function measureLayers(
  session: Session,
  layers: readonly Descriptor[],
  scan: Promise<() => ContentsScan>,
  known: ReadonlyMap<string, MeasuredLayer>,
): Promise<ReadonlyMap<string, MeasuredLayer>> {
  const found = new Map(known);
  const waiting = new Map(
    layers.filter(({ digest }) => !known.has(digest)).map((layer) => [layer.digest, layer]),
  );
  const budget = new ImageBudget();
  const stop = new AbortController();
  // Without the configuration the layers are useless: stop reading them and do not retry.
  scan.catch(() => stop.abort());
  try {
    await inParallel(parallelLayers, waiting.values(), async (layer) => {
      found.set(layer.digest, await measure(session, layer, { scan, budget, signal: stop.signal }));
    });
  } catch (error) {
    stop.abort();
    throw error;
  }
  return found;
}

async function measure(
  session: Session,
  layer: Descriptor,
  {
    scan: makeScan,
    budget,
    signal,
  }: { scan: Promise<() => ContentsScan>; budget: ImageBudget; signal: AbortSignal },
): Promise<MeasuredLayer> {
  const what = `read the layer ${layer.digest}`;
  const request = { what, method: "GET", path: `blobs/${layer.digest}`, signal } as const;
  return exchange(session, request, async (response) => {
    const scan = (await makeScan)();
    const measured = await measureLayer(response, layer, scan.request, budget);
    return { unpackedSize: measured.size, contents: scan.contents() };
  });
}
