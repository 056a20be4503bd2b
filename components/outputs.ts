// Outputs of the components. Doc comments here reach the package schema, so they are prose without tags or links.

import type { Output } from "@pulumi/pulumi";

/** How an ELF file is linked. */
export interface ProgramLinkage {
  /** True if it needs no dynamic linker. */
  static: boolean;
  /** Path of the dynamic linker, if it needs one (ELF's PT_INTERP). */
  interpreter?: string;
}

/** What a layer has at a path at which a container looks for the entrypoint or the health check's program. */
export interface CommandFile {
  /** program (an ELF file), script (it begins with the path of its interpreter), link, other, or none if there is no file. */
  kind: string;
  /** True if a file has an executable bit. */
  executable?: boolean;
  /** What runs the script. */
  interpreter?: string;
  /** True if the script's first line ends as on Windows. */
  windowsLineEnd?: boolean;
}

/** Facts about the files of a layer. Lists are sorted and have at most fifty entries. */
export interface LayerContents {
  /** Regular files. */
  files: number;
  /** Regular files with an executable bit. */
  executables: number;
  /** Paths of setuid and setgid files, hard links included. */
  setuidFiles: string[];
  /** Paths of files with capabilities. Missing if there are none. */
  capabilityFiles?: string[];
  /** Paths of shells. */
  shells: string[];
  /**
   * Number of packages in the layer's apk or dpkg database, which includes those of the layers below. Missing if the layer has
   * no such database.
   */
  packages?: number;
  /** True if there is a bundle of CA certificates where Go programs look for one. */
  certificates: boolean;
  /** True if there is a time zone database, as files or in the program. */
  timezones: boolean;
  /** How the Go program is linked. Missing in layers without the program, and if the program is not an ELF file. */
  program?: ProgramLinkage;
  /** What the image runs instead of the Go program or for its health check, by path. Missing if there is no such thing. */
  commands?: Record<string, CommandFile>;
}

/** One layer of a pushed image. */
export interface ImageLayer {
  /** Digest of the compressed layer. */
  digest: string;
  /** Media type of the layer, as Docker or the OCI defines it. */
  mediaType: string;
  /** Bytes that a pull transfers for this layer. */
  size: number;
  /** Bytes of the layer's files on disk. */
  unpackedSize: number;
  /** Where the layer comes from: base, packages, files or binary. */
  origin: string;
  /** Facts about the files. */
  contents: LayerContents;
}

/** A safety check and its verdict. */
export interface ImageCheck {
  /**
   * nonRootUser, noSetuidFiles (and no files with capabilities), staticBinary, certificates (of public authorities), timezones,
   * entrypoint or healthcheck.
   */
  name: string;
  /** True if the image passes. */
  passed: boolean;
  /** What was found. */
  detail: string;
}

/** The outputs of both components. */
export interface GoImageOutputs {
  /** Digest of the pushed manifest, as the registry serves it; with several platforms, of their index. */
  readonly digest: Output<string>;
  /** Repository and digest, for a Deployment. It changes only when the image does. */
  readonly ref: Output<string>;
  /**
   * Bytes that a pull transfers: the config and the compressed layers in the registry's manifest. With several platforms, the
   * bytes of the first, since a machine pulls one of them.
   */
  readonly size: Output<number>;
  /** The digest of each platform's manifest, by platform, such as linux/amd64. */
  readonly platformDigests: Output<Record<string, string>>;
  /** Bytes that a pull of each platform's image transfers, by platform. */
  readonly platformSizes: Output<Record<string, number>>;
  /** Bytes of the image's files on disk after a pull, as docker images counts them; of the first platform. */
  readonly unpackedSize: Output<number>;
  /** The sizes as a short text: what a pull transfers, by origin, and what is on disk afterwards. */
  readonly sizeSummary: Output<string>;
  /** The layers, starting with those of the base image; of the first platform. */
  readonly layers: Output<ImageLayer[]>;
  /** Safety checks of the image, each with its verdict: passed if every platform's image passes. */
  readonly checks: Output<ImageCheck[]>;
  /** Hash of the files that the build reads. It is the same on every machine. */
  readonly sourceHash: Output<string>;
  /** The files that the build reads, by path, each with the first digits of its hash. */
  readonly sourceFiles: Output<Record<string, string>>;
  /** Digests of the base images that the image was built on, by name, without those that could not be read or are named by digest. */
  readonly baseImages: Output<Record<string, string>>;
  /** The generated Dockerfile. */
  readonly dockerfile: Output<string>;
  /** The tags as full references, such as registry.example.com/team/api:v1. */
  readonly tags: Output<string[]>;
}
