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
    /** Bytes of a file that is parsed: Go, C, assembly, go.mod. */
    parsedBytes: 64 * mib,
    /** Bytes of any other file that a build reads, and of all of them together: they are held in memory. */
    fileBytes: 1 * gib,
    contextBytes: 2 * gib,
    /** Characters of a //go:build expression, and its parentheses and negations. Go takes 1000 of these at most. */
    constraintLength: 64 * kib,
    constraintDepth: 1000,
    /** Files of a build context. */
    files: 200_000,
    /** Directories below one another. */
    depth: 256,
    /** Links to directories that an entry of runtime.files has. */
    linkedDirectories: 1_000,
  },
  /** What a registry answers. */
  registry: {
    /** Bytes; registries themselves refuse longer manifests. */
    manifestBytes: 4 * mib,
    configBytes: 16 * mib,
    /** Images of an index that are asked for. */
    indexEntries: 64,
    /** Indexes in an index, of all depths. */
    nestedIndexes: 8,
    layers: 256,
    /** Tags of a repository, their pages, and bytes of one page. How long it may take is in the client's settings. */
    tags: 20_000,
    tagPages: 1_000,
    tagsBytes: 4 * mib,
  },
  /** One image, all of its layers together. */
  image: {
    entries: 2_000_000,
    /** Bytes of all paths together. */
    pathsBytes: 256 * mib,
  },
  /** One layer. */
  layer: {
    /** Bytes on disk after a pull. */
    unpackedBytes: 64 * gib,
    pathBytes: 4096,
    /** Bytes of the extension headers of one entry of a tar archive. */
    tarHeaderBytes: 1 * mib,
    /** Bytes that one compressed byte may stand for, beyond a first amount. gzip reaches 1,032. */
    ratio: 1_100,
    freeBytes: 64 * mib,
    /** Bytes that a zstd frame may ask to have kept. RFC 8878 wants decoders to have 8 MiB at least. */
    zstdWindowBytes: 128 * mib,
    /** Bytes of a database of OS packages. */
    packageDatabaseBytes: 64 * mib,
  },
  /** A seed that is made. */
  seed: {
    /** Bytes of what is in it, before and after it is compressed. */
    unpackedBytes: 16 * gib,
    /** Milliseconds for its build. */
    buildMilliseconds: 3_600_000,
  },
  /** What of a layer is in the outputs: entries of a list, and characters of a path. */
  output: {
    listed: 50,
    pathLength: 160,
  },
  /** A program that is taken apart. */
  program: {
    bytes: 1 * gib,
    sections: 1_000,
    functions: 10_000_000,
    /** Bytes of one name, and of all that are read. */
    nameBytes: 64 * kib,
    namesBytes: 512 * mib,
    /** Memory of the worker, in MiB, and its time, in milliseconds. */
    workerMebibytes: 2_048,
    workerMilliseconds: 120_000,
  },
  /** The size report of one image. */
  report: {
    /** Programs that are taken apart, and bytes of the names of their packages. */
    programs: 1_000,
    packageNamesBytes: 64 * mib,
    /** Bytes of the databases that say which package a file is of. */
    databasesBytes: 64 * mib,
    /** Directories; what lies in further ones counts as one name. */
    directories: 500_000,
    /** Directories below one another; deeper ones count as one. */
    depth: 100,
  },
} as const;
