// Everything that other folders ask of a registry.

import { openSession, type RegistryAccess, type Session, type Settings } from "./client/session";
import { describeBase, type BaseDescription } from "./image/base";
import { readPushedImage, type RegistryImage, type ReadOptions } from "./image/pushedImage";
import { layerlessImage, type ImageDescription } from "./image/describe";
import { listedDigests } from "./image/listed";
import { readTags, removeImage as remove } from "./image/tagList";
import { readTagDigest, writeTag } from "./image/tags";
import { writeImage, type LayerFile } from "./image/upload";
import type { Repository } from "../name";

export { RegistryError, immutableTag } from "./client/errors";
export type { RegistryAccess } from "./client/session";
export { findCredentials } from "./credentials/store";
export { noContents } from "./image/contents";
export type { BaseDescription } from "./image/base";
export { ManifestError, isDigest } from "./image/manifest";
export { dpkgPackageOf, isApkDatabase } from "./image/packageDatabases";
export { linuxProblem, platformProblem } from "./image/platformFit";
export type { RegistryLayer, MeasuredLayer, RegistryImage } from "./image/pushedImage";
export type { DataSink, TarEntry } from "./image/tar";
export type { LayerFile } from "./image/upload";
export type { ImageDescription } from "./image/describe";
export { visitImage } from "./image/visit";

/** How a registry is asked for what can be done without. */
export interface BriefAccess extends RegistryAccess {
  brief?: boolean;
}

// A firewall may drop what is sent to a registry, and then nothing answers.
const briefSettings: Partial<Settings> = { tries: 2, idleTimeoutMs: 5_000, headersTimeoutMs: 10_000 };

export interface ReadImageOptions extends ReadOptions {
  access?: RegistryAccess;
}

/** The digest that the registry serves for the tag now; undefined when there is no such tag. */
export function tagDigest(
  repository: Repository,
  tag: string,
  access?: BriefAccess,
): Promise<string | undefined> {
  return readTagDigest(sessionFor(repository, access), tag);
}

/**
 * What the image does to a build that starts from it. `targets`: the platforms that it is used for; undefined where the builder has
 * a say in that.
 */
export function readBase(
  repository: Repository,
  digest: string,
  targets: readonly string[] | undefined,
  access?: BriefAccess,
): Promise<BaseDescription> {
  return describeBase(sessionFor(repository, access), digest, targets);
}

/** Manifest (verified against `digest`), sizes and layers. Of an index, one platform's; `digest` stays the index's. */
export function readImage(
  repository: Repository,
  digest: string,
  options: ReadImageOptions = {},
): Promise<RegistryImage> {
  return readPushedImage(sessionFor(repository, options.access), digest, options);
}

/** Makes `tag` point to the manifest `digest`; does nothing when it already does. */
export function putTag(
  repository: Repository,
  digest: string,
  tag: string,
  access?: RegistryAccess,
): Promise<void> {
  return writeTag(sessionFor(repository, access), digest, tag);
}

/** All tags of a repository, sorted; none where the registry does not know it. */
export function listTags(repository: Repository, access?: RegistryAccess): Promise<string[]> {
  return readTags(sessionFor(repository, access));
}

/** Size, platform and what the configuration says; layers are not read. Of an index, one platform's. */
export function describeImage(
  repository: Repository,
  digest: string,
  access?: RegistryAccess,
): Promise<ImageDescription> {
  return layerlessImage(sessionFor(repository, access), digest);
}

/** Digests of everything that an index lists, in all depths; none for an image. */
export function digestsListed(
  repository: Repository,
  digest: string,
  access?: RegistryAccess,
): Promise<string[]> {
  return listedDigests(sessionFor(repository, access), digest);
}

/** Pushes an image of one layer under a tag; gives its digest. */
export function pushImage(
  repository: Repository,
  image: { config: Buffer; layer: LayerFile },
  tag: string,
  access?: RegistryAccess,
): Promise<string> {
  return writeImage(sessionFor(repository, access), image, tag);
}

/** Removes the image with all its tags. */
export function removeImage(repository: Repository, digest: string, access?: RegistryAccess): Promise<void> {
  return remove(sessionFor(repository, access), digest);
}

const sessions = new Map<string, Session>();

// One session per repository and login, so that its token and the credential helper's answer are reused.
function sessionFor(repository: Repository, access: BriefAccess = {}): Session {
  const { username, password, insecure, brief } = access;
  const { DOCKER_CONFIG, REGISTRY_AUTH_FILE } = process.env;
  const key = JSON.stringify([
    repository.domain,
    repository.path,
    username,
    password,
    insecure,
    brief,
    DOCKER_CONFIG,
    REGISTRY_AUTH_FILE,
  ]);
  const session = sessions.get(key) ?? openSession(repository, access, brief ? briefSettings : {});
  sessions.set(key, session);
  return session;
}
