// Bounds on everything that comes from outside, in one table. Each is enforced where the thing is read, and is far above
// what real images and modules have, so that only what is broken or hostile meets one.

const kib = 1024;
const mib = 1024 * kib;
const gib = 1024 * mib;

export const limits = {
  /** What is read of the source tree. */
  source: {
    dockerignoreBytes: 256 * kib,
    /** Comparisons of one character with one part of a pattern. */
    dockerignoreSteps: 200_000_000,
    /** Bytes of a file that is parsed: Go, C, assembly, go.mod, known_hosts. */
    parsedBytes: 64 * mib,
    /** Characters of a //go:build expression, and its parentheses and negations. Go takes 1000 of these at most. */
    constraintLength: 64 * kib,
    constraintDepth: 1000,
    /** Files of a build context. */
    files: 200_000,
    /** Directories below one another. */
    depth: 256,
  },
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
