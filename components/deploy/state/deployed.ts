// What the stack's state has of the last deployment. It was written by this package, perhaps by an older version, and may have
// been edited or imported by hand: each field is looked at, and one of another kind is as if it were not there.

import * as pulumi from "@pulumi/pulumi";
import { unknown } from "@pulumi/pulumi/output";
import type { ImageLayer } from "../../outputs";
import { isDigest } from "../../registry";
import type { MeasuredImage } from "../image/measure";
import { say } from "../pulumi/say";
import { isCheck, isMeasured } from "./measured";
import { isBytes, isList, isObject, isRecord, isText } from "./shapes";

/** What the registry serves for a digest. */
export interface ServedImage extends MeasuredImage {
  digest: string;
  /** Repository with digest. */
  ref: string;
}

/** A seed that the stack has written. */
export interface WrittenSeed {
  repository: string;
  digest: string;
  /** Those that were set. */
  tags: string[];
}

/** What is known of a build without its image. */
export interface RecordedBuild {
  dockerfile?: string;
  /** Digests of base images, by name. */
  baseImages?: Record<string, string>;
  /** Digests of base images that were looked at, with the purpose of that. */
  inspectedBases?: Record<string, string>;
  /** Hashes of the files that the build read, by path. */
  sourceFiles?: Record<string, string>;
  /** Changes when the image is pushed again because the registry has lost it. */
  repair?: string;
  /** Build arguments that named its seed. */
  seed?: Record<string, string>;
  /** The seed that the stack wrote last. */
  writtenSeed?: WrittenSeed;
}

export interface DeployedImage extends ServedImage, RecordedBuild {
  /** False where something is missing that this version measures: then the image is measured again. */
  isMeasured: boolean;
  /** Hash of the files that the build read. */
  sourceHash?: string;
  /** Tags as full references. */
  tags?: string[];
  /** Where its build context was, below the program's directory. */
  context?: string;
}

/**
 * What this component's outputs were after the last deployment; undefined when there was none. The engine keeps the
 * outputs of a component whose inputs did not change (this one registers none), and answers this invoke from its
 * state, in previews as well.
 *
 * Unknown where the engine has passed the component over (--continue-on-error): what it depends on has failed, and its own outputs
 * are unknown then, as those of any resource are.
 */
export function lastOutputs(component: pulumi.Resource): pulumi.Output<unknown> {
  return component.urn.apply(async (urn) => {
    try {
      const result = (await pulumi.runtime.invoke("pulumi:pulumi:getResource", { urn })) as {
        state?: unknown;
      };
      return result.state;
    } catch (error) {
      if (!(error as Error).message.includes(`unknown resource ${urn}`)) throw error;
      await say("warn", "not deployed, because something that it depends on has failed", component);
      return unknown;
    }
  });
}

/** Of a state that may have no image, or one that is not understood. */
export function recordedBuild(state: unknown): RecordedBuild {
  if (!isObject(state)) return {};
  const { dockerfile, baseImages, inspectedBases, sourceFiles, repair, seed, writtenSeed } = state;
  return {
    ...(isText(dockerfile) ? { dockerfile } : {}),
    ...(isRecord(isDigest)(baseImages) ? { baseImages } : {}),
    ...(isRecord(isText)(inspectedBases) ? { inspectedBases } : {}),
    ...(isRecord(isText)(sourceFiles) ? { sourceFiles } : {}),
    ...(isText(repair) ? { repair } : {}),
    ...(isRecord(isText)(seed) ? { seed } : {}),
    ...(isWrittenSeed(writtenSeed) ? { writtenSeed } : {}),
  };
}

/** The layers of all its platforms. */
export function layersOfAll({ layers, platformLayers }: DeployedImage): ImageLayer[] {
  return [layers, ...Object.values(platformLayers)].flat();
}

/** Undefined when there was no deployment, or what is known of it is not enough. */
export function parseDeployed(state: unknown): DeployedImage | undefined {
  if (!isObject(state)) return undefined;
  const { digest, ref, size, layers } = state;
  if (!isDigest(digest) || !isText(ref) || !ref.endsWith(`@${digest}`) || !isBytes(size)) return undefined;
  if (!isLayers(layers)) return undefined;
  const { platformDigests, platformSizes, platformLayers, unpackedSize, sizeSummary, checks } = state;
  const { sourceHash, tags, context } = state;
  return {
    digest,
    ref,
    size,
    layers,
    isMeasured: isMeasured(state),
    platformDigests: isRecord(isDigest)(platformDigests) ? platformDigests : {},
    platformSizes: isRecord(isBytes)(platformSizes) ? platformSizes : {},
    platformLayers: isRecord(isLayers)(platformLayers) ? platformLayers : {},
    unpackedSize: isBytes(unpackedSize) ? unpackedSize : 0,
    sizeSummary: isText(sizeSummary) ? sizeSummary : "",
    checks: isList(isCheck)(checks) ? checks : [],
    ...recordedBuild(state),
    ...(isText(sourceHash) ? { sourceHash } : {}),
    ...(isList(isText)(tags) ? { tags } : {}),
    ...(isText(context) ? { context } : {}),
  };
}

function isLayer(value: unknown): value is ImageLayer {
  return (
    isObject(value) &&
    isDigest(value["digest"]) &&
    isBytes(value["size"]) &&
    isText(value["mediaType"]) &&
    isText(value["origin"])
  );
}

const isLayers = isList(isLayer);

function isWrittenSeed(value: unknown): value is WrittenSeed {
  return (
    isObject(value) &&
    isText(value["repository"]) &&
    isDigest(value["digest"]) &&
    isList(isText)(value["tags"])
  );
}
