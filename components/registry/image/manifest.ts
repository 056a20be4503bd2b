// What a registry serves for an image: manifests and indexes of Docker and OCI.
// No I/O. What comes from a registry is not trusted: it is checked for its digest, then for its shape.
import { createHash } from "node:crypto";
import { cleanLine, firstFewOf } from "../../text";
import { limits } from "../../limits";

export const mediaTypes = {
  dockerManifest: "application/vnd.docker.distribution.manifest.v2+json",
  dockerList: "application/vnd.docker.distribution.manifest.list.v2+json",
  ociManifest: "application/vnd.oci.image.manifest.v1+json",
  ociIndex: "application/vnd.oci.image.index.v1+json",
} as const;

export interface Platform {
  os: string;
  architecture: string;
  variant?: string;
}

export interface Descriptor {
  mediaType: string;
  digest: string;
  size: number;
  platform?: Platform;
  /** Of what is no image. */
  artifactType?: string;
  annotations: Readonly<Record<string, string>>;
}

export interface ImageManifest {
  kind: "image";
  mediaType: string;
  config: Descriptor;
  layers: Descriptor[];
}

export interface ImageIndex {
  kind: "index";
  mediaType: string;
  /** The images that it lists. What else may stand in an index (signatures, other artifacts) is passed over. */
  images: Descriptor[];
  /** Attestations and artifacts that look like images. A builder does not tell them apart. */
  others: Descriptor[];
  /** Further indexes. */
  indexes: Descriptor[];
}

/** The registry served something that is not an image, or not the requested one. */
export class ManifestError extends Error {
  override readonly name = "ManifestError";
}

export type Json = Record<string, unknown>;

export function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

export function isDigest(text: unknown): text is string {
  return typeof text === "string" && /^sha256:[a-f0-9]{64}$/.test(text);
}

/** Throws unless `bytes` are what `digest` names. */
export function verifyDigest(bytes: Uint8Array, digest: string, what: string): void {
  const actual = sha256(bytes);
  if (actual !== digest)
    throw new ManifestError(`${what}: asked for ${digest}, but the bytes served are ${actual}`);
}

/** `mediaType` is the Content-Type header; some registries send a general one, so the document's own is used then. */
export function parseManifest(bytes: Uint8Array, mediaType: string): ImageManifest | ImageIndex {
  const document = parseObject(bytes, "the manifest");
  if (document["schemaVersion"] === 1) {
    throw new ManifestError("the manifest has schema version 1, which docker gave up: push the image again");
  }
  // A document that is both could be read as two different images (CVE-2021-41190).
  if ("manifests" in document && ("layers" in document || "config" in document)) {
    throw new ManifestError("the manifest has both manifests and layers, which is ambiguous");
  }
  const type = manifestType(document, mediaType);
  if (type === mediaTypes.dockerList || type === mediaTypes.ociIndex) {
    const manifests = list(document["manifests"], "manifests")
      .filter(isKnown)
      .map((item) => descriptor(item, "manifests"));
    const images = manifests.filter(isImage);
    const others = manifests.filter((each) => imageTypes.includes(each.mediaType) && !isImage(each));
    const indexes = manifests.filter((each) => indexTypes.includes(each.mediaType));
    return { kind: "index", mediaType: type, images, others, indexes };
  }
  const layers = list(document["layers"], "layers").map((item) => descriptor(item, "layers"));
  if (layers.length > limits.registry.layers)
    throw new ManifestError(`the image has ${layers.length} layers, more than ${limits.registry.layers}`);
  return { kind: "image", mediaType: type, config: descriptor(document["config"], "config"), layers };
}

/** BuildKit keeps provenance and SBOMs in an index as if they were one more platform; they are no image. */
export function isAttestation(manifest: Descriptor): boolean {
  const { platform, annotations } = manifest;
  if (annotations["vnd.docker.reference.type"] === "attestation-manifest") return true;
  return platform?.os === "unknown" && platform.architecture === "unknown";
}

const imageTypes: readonly string[] = [mediaTypes.dockerManifest, mediaTypes.ociManifest];
const indexTypes: readonly string[] = [mediaTypes.dockerList, mediaTypes.ociIndex];

/** What is of another type may have anything else in it, such as a digest that is not SHA-256: it is not looked at. */
function isKnown(item: unknown): boolean {
  const mediaType = isObject(item) ? item["mediaType"] : undefined;
  return typeof mediaType !== "string" || imageTypes.includes(mediaType) || indexTypes.includes(mediaType);
}

/** False for attestations, artifacts and media types that are not known, which the OCI's image-spec wants ignored. */
function isImage(manifest: Descriptor): boolean {
  return (
    imageTypes.includes(manifest.mediaType) && manifest.artifactType === undefined && !isAttestation(manifest)
  );
}

/**
 * The image of an index for `platform` ("linux/arm64", "linux/arm/v7"). Without one: the only image, else the one for
 * linux/amd64, else the first. This machine's own platform plays no part: every machine must get the same outputs.
 */
export function choosePlatform(images: readonly Descriptor[], platform?: string): Descriptor {
  // An old artifact looks like an image without a platform.
  const first = images.find((image) => image.platform !== undefined) ?? images[0];
  if (first === undefined) throw new ManifestError("the index holds no image");
  if (platform === undefined) return bestMatch(images, "linux/amd64") ?? first;
  const match = bestMatch(images, platform);
  if (match !== undefined) return match;
  const there = firstFewOf(
    images.map((image) => platformName(image.platform)),
    mostNamed,
  );
  throw new ManifestError(`the index holds no image for ${platform}; it has ${there}`);
}

/** How many platforms a message names. */
const mostNamed = 12;

export function platformName(platform: Platform | undefined): string {
  if (platform === undefined) return "an unnamed platform";
  return [platform.os, platform.architecture, platform.variant]
    .filter((part) => part !== undefined)
    .join("/");
}

function manifestType(document: Json, header: string): string {
  const known: readonly string[] = Object.values(mediaTypes);
  const own = optionalString(document["mediaType"]);
  const type = (header.split(";")[0] ?? "").trim().toLowerCase();
  if (known.includes(type)) {
    if (own !== undefined && own !== type) {
      throw new ManifestError(`the manifest says that it is ${cleanLine(own)}, but was served as ${type}`);
    }
    return type;
  }
  if (own !== undefined && known.includes(own)) return own;
  if (own === undefined && "manifests" in document) return mediaTypes.ociIndex;
  if (own === undefined && "layers" in document) return mediaTypes.ociManifest;
  throw new ManifestError(
    `the manifest has a media type that is no image's (${cleanLine(own ?? (type || "none"))})`,
  );
}

/**
 * As containerd chooses: the platform itself, else for 32-bit ARM the next older variant, whose programs run there too. A
 * platform that names no variant takes any in the end.
 */
export function bestMatch(images: readonly Descriptor[], wanted: string): Descriptor | undefined {
  const [os, architecture = "", variant] = wanted.split("/");
  const fitting = images.filter(
    ({ platform }) => platform?.os === os && platform?.architecture === architecture,
  );
  const asked = variant ?? usualVariant[architecture];
  const older = architecture === "arm" ? ["v7", "v6", "v5"] : [];
  const variants = [asked, ...older.slice(older.indexOf(asked ?? "") + 1)];
  for (const each of variants) {
    const found = fitting.find(({ platform }) => (platform?.variant ?? usualVariant[architecture]) === each);
    if (found !== undefined) return found;
  }
  return variant === undefined ? fitting[0] : undefined;
}

/** What stands for an architecture without a variant. */
const usualVariant: Readonly<Record<string, string>> = { arm: "v7", arm64: "v8" };

export function utf8(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
}

export function parseObject(bytes: Uint8Array, what: string): Json {
  let value: unknown;
  try {
    value = JSON.parse(utf8(bytes));
  } catch (error) {
    throw new ManifestError(`${what} is not valid JSON`, { cause: error });
  }
  if (!isObject(value)) throw new ManifestError(`${what} is not a JSON object`);
  return value;
}

function descriptor(value: unknown, where: string): Descriptor {
  if (!isObject(value)) throw new ManifestError(`the manifest's ${where} has an entry that is no object`);
  const { mediaType, digest, size, platform, annotations, artifactType } = value;
  if (typeof mediaType !== "string") throw new ManifestError(`the manifest's ${where} lacks a media type`);
  if (!isDigest(digest)) throw new ManifestError(`the manifest's ${where} has no sha256 digest`);
  if (typeof size !== "number" || !Number.isSafeInteger(size) || size < 0) {
    throw new ManifestError(`the manifest's ${where} has no valid size`);
  }
  return {
    // It becomes an output.
    mediaType: cleanLine(mediaType, { longest: 127 }),
    digest,
    size,
    platform: parsePlatform(platform),
    ...(typeof artifactType === "string" ? { artifactType } : {}),
    annotations: stringRecord(annotations),
  };
}

export function parsePlatform(value: unknown): Platform | undefined {
  if (!isObject(value)) return undefined;
  const { os, architecture, variant } = value;
  // These become names of outputs.
  const isName = (part: unknown): part is string => typeof part === "string" && /^[\w.-]{1,64}$/.test(part);
  if (!isName(os) || !isName(architecture)) return undefined;
  return { os, architecture, ...(isName(variant) ? { variant } : {}) };
}

function list(value: unknown, where: string): unknown[] {
  if (!Array.isArray(value)) throw new ManifestError(`the manifest has no list of ${where}`);
  return value;
}

export function stringRecord(value: unknown): Record<string, string> {
  if (!isObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}

export function optionalString(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Bytes that a pull transfers: configuration and layers. */
export function transferSize({ config, layers }: ImageManifest): number {
  return layers.reduce((sum, layer) => sum + layer.size, config.size);
}
