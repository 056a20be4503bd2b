// What a registry serves for an image: manifests and indexes of Docker and OCI, and the image's configuration.
// No I/O. What comes from a registry is not trusted: it is checked for its digest, then for its shape.
import { createHash } from "node:crypto";
import { posix } from "node:path";

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
  manifests: Descriptor[];
}

export interface HistoryEntry {
  createdBy?: string;
  emptyLayer: boolean;
}

export interface ImageConfig {
  platform?: Platform;
  /** As the configuration has it; "" is root. */
  user: string;
  /** Absolute path of the file that the image runs; undefined when a shell would have to find it. */
  program?: string;
  history: HistoryEntry[];
}

/** The registry served something that is no image, or not the one that was asked for. */
export class ManifestError extends Error {
  override readonly name = "ManifestError";
}

type Json = Record<string, unknown>;

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
    const manifests = list(document["manifests"], "manifests").map((item) => descriptor(item, "manifests"));
    return { kind: "index", mediaType: type, manifests };
  }
  const layers = list(document["layers"], "layers").map((item) => descriptor(item, "layers"));
  return { kind: "image", mediaType: type, config: descriptor(document["config"], "config"), layers };
}

/** BuildKit keeps provenance and SBOMs in an index as if they were one more platform; they are no image. */
export function isAttestation(manifest: Descriptor): boolean {
  const { platform, annotations } = manifest;
  if (annotations["vnd.docker.reference.type"] === "attestation-manifest") return true;
  return platform?.os === "unknown" && platform.architecture === "unknown";
}

/** The images of an index, without attestations. */
export function imagesOf(index: ImageIndex): Descriptor[] {
  return index.manifests.filter((manifest) => !isAttestation(manifest));
}

/**
 * The image of an index for `platform` ("linux/arm64", "linux/arm/v7"). Without one: the only image, else the one for
 * linux/amd64, else the first. This machine's own platform plays no part: every machine must get the same outputs.
 */
export function choosePlatform(index: ImageIndex, platform?: string): Descriptor {
  const images = imagesOf(index);
  const [first] = images;
  if (first === undefined) throw new ManifestError("the index holds no image");
  if (platform === undefined) {
    return images.find((image) => matchesPlatform(image.platform, "linux/amd64")) ?? first;
  }
  const exact = images.find((image) => matchesPlatform(image.platform, platform));
  if (exact !== undefined) return exact;
  const there = images.map((image) => platformName(image.platform)).join(", ");
  throw new ManifestError(`the index holds no image for ${platform}; it has ${there}`);
}

export function platformName(platform: Platform | undefined): string {
  if (platform === undefined) return "an unnamed platform";
  return [platform.os, platform.architecture, platform.variant]
    .filter((part) => part !== undefined)
    .join("/");
}

export function parseConfig(bytes: Uint8Array): ImageConfig {
  const document = parseObject(bytes, "the image's configuration");
  const history = document["history"];
  const config = isObject(document["config"]) ? document["config"] : {};
  return {
    platform: parsePlatform(document),
    user: optionalString(config["User"]) ?? "",
    program: programPath(config),
    history: Array.isArray(history) ? history.filter(isObject).map(historyEntry) : [],
  };
}

function programPath(config: Json): string | undefined {
  const words: unknown[] = [config["Entrypoint"], config["Cmd"]].filter(Array.isArray).flat();
  const [program] = words;
  if (typeof program !== "string" || !program.includes("/")) return undefined;
  const directory = program.startsWith("/") ? "" : (optionalString(config["WorkingDir"]) ?? "");
  return posix.join("/", directory, program);
}

/**
 * The instruction that made each of `count` layers. Some builders write no history, or not one entry for each layer:
 * then nothing is said rather than something wrong.
 */
export function layerOrigins(config: ImageConfig, count: number): (string | undefined)[] {
  const made = config.history.filter((entry) => !entry.emptyLayer);
  return Array.from({ length: count }, (_, n) => (made.length === count ? made[n]?.createdBy : undefined));
}

function manifestType(document: Json, header: string): string {
  const known: readonly string[] = Object.values(mediaTypes);
  const own = optionalString(document["mediaType"]);
  const type = (header.split(";")[0] ?? "").trim().toLowerCase();
  if (known.includes(type)) {
    if (own !== undefined && own !== type) {
      throw new ManifestError(`the manifest says that it is ${own}, but was served as ${type}`);
    }
    return type;
  }
  if (own !== undefined && known.includes(own)) return own;
  if (own === undefined && "manifests" in document) return mediaTypes.ociIndex;
  if (own === undefined && "layers" in document) return mediaTypes.ociManifest;
  throw new ManifestError(`the manifest has a media type that is no image's (${own ?? (type || "none")})`);
}

// "arm64" and "arm64/v8" are one platform, and "linux/arm64" also takes whatever variant there is.
function matchesPlatform(platform: Platform | undefined, wanted: string): boolean {
  const [os, architecture, variant] = wanted.split("/");
  if (platform?.os !== os || platform?.architecture !== architecture) return false;
  if (variant === undefined || platform?.variant === variant) return true;
  return architecture === "arm64" && variant === "v8" && platform?.variant === undefined;
}

function parseObject(bytes: Uint8Array, what: string): Json {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8"));
  } catch (error) {
    throw new ManifestError(`${what} is not valid JSON`, { cause: error });
  }
  if (!isObject(value)) throw new ManifestError(`${what} is not a JSON object`);
  return value;
}

function descriptor(value: unknown, where: string): Descriptor {
  if (!isObject(value)) throw new ManifestError(`the manifest's ${where} has an entry that is no object`);
  const { mediaType, digest, size, platform, annotations } = value;
  if (typeof mediaType !== "string") throw new ManifestError(`the manifest's ${where} lacks a media type`);
  if (!isDigest(digest)) throw new ManifestError(`the manifest's ${where} has no sha256 digest`);
  if (typeof size !== "number" || !Number.isSafeInteger(size) || size < 0) {
    throw new ManifestError(`the manifest's ${where} has no valid size`);
  }
  return {
    mediaType,
    digest,
    size,
    platform: parsePlatform(platform),
    annotations: stringRecord(annotations),
  };
}

function parsePlatform(value: unknown): Platform | undefined {
  if (!isObject(value)) return undefined;
  const { os, architecture, variant } = value;
  if (typeof os !== "string" || typeof architecture !== "string") return undefined;
  return { os, architecture, ...(typeof variant === "string" && variant !== "" ? { variant } : {}) };
}

function historyEntry(entry: Json): HistoryEntry {
  return { createdBy: optionalString(entry["created_by"]), emptyLayer: entry["empty_layer"] === true };
}

function list(value: unknown, where: string): unknown[] {
  if (!Array.isArray(value)) throw new ManifestError(`the manifest has no list of ${where}`);
  return value;
}

function stringRecord(value: unknown): Record<string, string> {
  if (!isObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}

function optionalString(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
