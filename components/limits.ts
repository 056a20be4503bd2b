// Bounds on everything that comes from outside, in one table. Each is enforced where the thing is read, and is far above
// what real images and modules have, so that only what is broken or hostile meets one.

const kib = 1024;
const mib = 1024 * kib;
const gib = 1024 * mib;

export const limits = {
  /** What a registry answers. */
  registry: {
    /** Bytes; registries themselves refuse longer manifests. */
    manifestBytes: 4 * mib,
    configBytes: 16 * mib,
    /** Images of an index that are asked for. */
    indexEntries: 64,
    layers: 256,
  },
  /** One layer. */
  layer: {
    /** Bytes on disk after a pull. */
    unpackedBytes: 64 * gib,
    entries: 1_000_000,
    pathBytes: 4096,
    /** Bytes of the extension headers of one entry of a tar archive. */
    tarHeaderBytes: 1 * mib,
    /** Bytes that a zstd frame may ask to have kept. RFC 8878 wants decoders to have 8 MiB at least. */
    zstdWindowBytes: 128 * mib,
    /** Bytes of a database of OS packages. */
    packageDatabaseBytes: 64 * mib,
  },
} as const;
