// Whether the state has all of an image that this version measures. An output that is new is missing in what an older version wrote:
// such an image is measured again, whole.

import type { ImageCheck, ImageLayer, LayerContents } from "../../outputs";
import { isDigest } from "../../registry";
import type { MeasuredImage } from "../image/measure";
import { isBytes, isFlag, isList, isObject, isRecord, isText, orMissing, type Check } from "./shapes";

/** The compiler finds a field that is missing here, and in the two below. */
const image: Record<keyof MeasuredImage, Check> = {
  size: isBytes,
  platformDigests: isRecord(isDigest),
  platformSizes: isRecord(isBytes),
  // Kept with several platforms only.
  platformLayers: orMissing(isRecord(isList(isWholeLayer))),
  unpackedSize: isBytes,
  sizeSummary: isText,
  layers: isList(isWholeLayer),
  checks: (value) => isList(isCheck)(value) && (value as unknown[]).length > 0,
};

const layer: Record<keyof ImageLayer, Check> = {
  digest: isDigest,
  mediaType: isText,
  size: isBytes,
  unpackedSize: isBytes,
  origin: isText,
  contents: (value) => hasAll(value, contents),
};

const contents: Record<keyof LayerContents, Check> = {
  files: isBytes,
  executables: isBytes,
  setuidFiles: isList(isText),
  capabilityFiles: orMissing(isList(isText)),
  shells: isList(isText),
  packages: orMissing(isBytes),
  certificates: isFlag,
  timezones: isFlag,
  program: orMissing(isObject),
  commands: orMissing(isRecord(isObject)),
};

const check: Record<keyof ImageCheck, Check> = { name: isText, passed: isFlag, detail: isText };

function hasAll(value: unknown, fields: Readonly<Record<string, Check>>): boolean {
  return isObject(value) && Object.entries(fields).every(([name, isRight]) => isRight(value[name]));
}

/** Whether a component's outputs hold all that is measured of its image. */
export function isMeasured(outputs: unknown): boolean {
  return hasAll(outputs, image);
}

/** Whether all is known of a layer, so that it needs no download. */
export function isWholeLayer(value: unknown): value is ImageLayer {
  return hasAll(value, layer);
}

export function isCheck(value: unknown): value is ImageCheck {
  return hasAll(value, check);
}
