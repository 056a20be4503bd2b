// What the stack's state has of the last deployment. It was written by this package, perhaps by an older version, and may have
// been edited or imported by hand: each field is looked at, and one of another kind is as if it were not there.

import * as pulumi from "@pulumi/pulumi";
import { unknown } from "@pulumi/pulumi/output";
import type { ImageCheck, ImageLayer } from "../../outputs";
import type { MeasuredImage } from "../image/measure";
import { say } from "../pulumi/say";
import { isDigest } from "../../registry";

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
    ...(isRecord(baseImages, isDigest) ? { baseImages } : {}),
    ...(isRecord(inspectedBases, isText) ? { inspectedBases } : {}),
    ...(isRecord(sourceFiles, isText) ? { sourceFiles } : {}),
    ...(isText(repair) ? { repair } : {}),
    ...(isRecord(seed, isText) ? { seed } : {}),
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
  const { sourceHash, tags, context, platformLayers } = state;
  const platformSizes = isRecord(state["platformSizes"], isBytes) ? state["platformSizes"] : {};
  return {
    ...{ digest, ref, size, layers },
    platformDigests: isRecord(state["platformDigests"], isDigest)
      ? state["platformDigests"]
      : digestOfOne(digest, platformSizes),
    platformSizes,
    platformLayers: isRecord(platformLayers, isLayers) ? platformLayers : {},
    unpackedSize: isBytes(state["unpackedSize"]) ? state["unpackedSize"] : 0,
    sizeSummary: isText(state["sizeSummary"]) ? state["sizeSummary"] : "",
    // An older version of this package may not have written them.
    checks: Array.isArray(state["checks"]) && state["checks"].every(isCheck) ? state["checks"] : [],
    ...recordedBuild(state),
    ...(isText(sourceHash) ? { sourceHash } : {}),
    ...(Array.isArray(tags) && tags.every(isText) ? { tags } : {}),
    ...(isText(context) ? { context } : {}),
  };
}

/** Versions that did not write digests by platform made images of one platform. */
function digestOfOne(digest: string, sizes: Readonly<Record<string, number>>): Record<string, string> {
  const [platform, ...others] = Object.keys(sizes);
  return platform === undefined || others.length > 0 ? {} : { [platform]: digest };
}

type Fields = Record<string, unknown>;

const isObject = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === "string";
const isBytes = (value: unknown): value is number =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0;

function isRecord<T>(value: unknown, isValue: (value: unknown) => value is T): value is Record<string, T> {
  return isObject(value) && Object.values(value).every(isValue);
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

const isLayers = (value: unknown): value is ImageLayer[] => Array.isArray(value) && value.every(isLayer);

function isWrittenSeed(value: unknown): value is WrittenSeed {
  return (
    isObject(value) &&
    isText(value["repository"]) &&
    isDigest(value["digest"]) &&
    Array.isArray(value["tags"]) &&
    value["tags"].every(isText)
  );
}

function isCheck(value: unknown): value is ImageCheck {
  return (
    isObject(value) &&
    isText(value["name"]) &&
    typeof value["passed"] === "boolean" &&
    isText(value["detail"])
  );
}
