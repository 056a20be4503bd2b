// Base images, with the digests that they are pinned to.

/** Digests of base images, by the names that the inputs give them. */
export type BaseDigests = Readonly<Record<string, string>>;

function digestOf(image: string, digests: BaseDigests): string | undefined {
  return Object.hasOwn(digests, image) ? digests[image] : undefined;
}

export function pinned(image: string, digests: BaseDigests): string {
  const digest = digestOf(image, digests);
  return digest === undefined ? image : `${image}@${digest}`;
}

/** What the image is based on, in the OCI's words (image-spec, annotations). */
export function baseAnnotations(image: string, digests: BaseDigests): Record<string, string> {
  const digest = digestOf(image, digests);
  if (digest === undefined) return {};
  return { "org.opencontainers.image.base.name": image, "org.opencontainers.image.base.digest": digest };
}
