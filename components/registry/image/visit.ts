// Reads an image's layers file by file, for the size report.
import { PassThrough, pipeline, type Readable } from "node:stream";
import type { LayerContents } from "../../outputs";
import { openSession, type RegistryAccess, type Session } from "../client/session";
import { exchange } from "../client/transport";
import type { Repository } from "../../name";
import { ImageBudget } from "./budget";
import { chosenImage } from "./chosenImage";
import { ContentsScan } from "./contents";
import { measureLayer } from "./layers";
import { layerInstructions, parseConfig } from "./config";
import { platformName, transferSize, type Descriptor } from "./manifest";
import { readConfig, readManifest } from "./served";
import { readTagDigest } from "./tags";
import type { DataRequest } from "./tar";

export interface VisitedLayer<V> {
  digest: string;
  mediaType: string;
  /** Bytes that a pull transfers. */
  size: number;
  unpackedSize: number;
  /** What each path adds to unpackedSize. */
  files: Map<string, number>;
  contents: LayerContents;
  createdBy?: string;
  visitor: V;
}

export interface VisitedImage<V> {
  /** Of the image itself; of an index, that of the chosen platform's. */
  digest: string;
  platform: string;
  /** Bytes that a pull of this platform transfers: configuration and layers. */
  size: number;
  layers: VisitedLayer<V>[];
}

/** Looks at the entries of one layer. */
export interface LayerVisitor {
  request: DataRequest;
  /** Ends when it has looked at all that it was given. Nothing more is read before. */
  finished?(): Promise<void>;
  /** The layer could not be read, and what the visitor has of it is not kept. */
  discard?(): void;
}

export interface VisitOptions<V> {
  access?: RegistryAccess;
  platform?: string;
  /** Makes what looks at the entries of one layer; anew when a layer is read again after a failed connection. */
  visitor: () => V;
  /** Bytes read so far, of how many. */
  progress?: ((done: number, total: number) => void) | undefined;
}

/** `reference` is a tag or a digest. Undefined when the registry has no such tag. */
export async function visitImage<V extends LayerVisitor>(
  repository: Repository,
  reference: { tag: string; digest?: string },
  options: VisitOptions<V>,
): Promise<VisitedImage<V> | undefined> {
  const session = openSession(repository, options.access);
  const digest = reference.digest ?? (await readTagDigest(session, reference.tag));
  if (digest === undefined) return undefined;
  const served = await readManifest(session, digest);
  const { manifest, platform, ...chosen } = await chosenImage(session, served, options.platform);
  const config = parseConfig(await readConfig(session, manifest.config));
  const instructions = layerInstructions(config, manifest.layers.length);
  const total = manifest.layers.reduce((sum, layer) => sum + layer.size, 0);
  const visited = new Map<string, VisitedLayer<V>>();
  const layers: VisitedLayer<V>[] = [];
  const budget = new ImageBudget();
  let done = 0;
  for (const [n, layer] of manifest.layers.entries()) {
    const progress = (read: number) => options.progress?.(done + read, total);
    const found =
      visited.get(layer.digest) ??
      (await visit(session, layer, { program: config.program, budget, progress }, options));
    visited.set(layer.digest, found);
    done += layer.size;
    const createdBy = instructions[n];
    layers.push({ ...found, createdBy });
  }
  return {
    digest: chosen.digest ?? digest,
    platform: platformName(platform ?? config.platform),
    size: transferSize(manifest),
    layers,
  };
}

function visit<V extends LayerVisitor>(
  session: Session,
  layer: Descriptor,
  {
    program,
    budget,
    progress,
  }: { program: string | undefined; budget: ImageBudget; progress: (read: number) => void },
  options: VisitOptions<V>,
): Promise<VisitedLayer<V>> {
  const { digest, mediaType, size } = layer;
  const what = `read the layer ${digest}`;
  return exchange(session, { what, method: "GET", path: `blobs/${digest}` }, async (response) => {
    const scan = new ContentsScan(program);
    const visitor = options.visitor();
    const request: DataRequest = (entry) => {
      const [first, second] = [scan.request(entry), visitor.request(entry)];
      if (first === undefined || second === undefined) return first ?? second;
      return (bytes) => {
        first(bytes);
        second(bytes);
      };
    };
    const measuring = measureLayer(counted(response, progress), layer, request, budget);
    const measure = await measuring.catch(async (error: unknown) => {
      visitor.discard?.();
      await visitor.finished?.();
      throw error;
    });
    await visitor.finished?.();
    const contents = scan.contents();
    return { digest, mediaType, size, unpackedSize: measure.size, files: measure.sizes(), contents, visitor };
  });
}

function counted(stream: Readable, progress: (read: number) => void): Readable {
  let read = 0;
  const counter = new PassThrough({
    transform(chunk: Buffer, _encoding, done) {
      progress((read += chunk.length));
      done(null, chunk);
    },
  });
  // A failure destroys the counter too, where it is seen.
  return pipeline(stream, counter, () => {});
}
