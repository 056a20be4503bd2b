// Outputs of the components. Doc comments here reach the package schema, so they are prose without tags or links.

import type { Output } from "@pulumi/pulumi";

/** How an ELF file is linked. */
export interface ProgramLinkage {
  /** True when it needs no dynamic linker. */
  static: boolean;
  /** Path of the dynamic linker that it names (ELF's PT_INTERP). */
  interpreter?: string;
}

/** What the files of a layer tell about an image. Lists are sorted and cut after fifty entries. */
export interface LayerContents {
  /** Regular files. */
  files: number;
  /** Regular files with an executable bit. */
  executables: number;
  /** Files that run with their owner's or group's rights (setuid, setgid), by path. */
  setuidFiles: string[];
  /** Files with capabilities, which their program has whoever starts it, by path. Missing when there are none. */
  capabilityFiles?: string[];
  /** Shells, by path. */
  shells: string[];
  /**
   * Packages in the layer's database of apk or dpkg, which lists those of the layers below as well. Missing when it has
   * none.
   */
  packages?: number;
  /** True when a bundle of certificate authorities is at a place where Go programs look. */
  certificates: boolean;
  /** True when a time zone database is there, as files or in the program. */
  timezones: boolean;
  /** How the program that the image runs is linked. Missing in the layers that do not hold it, and where it is no ELF file. */
  program?: ProgramLinkage;
}

/** One layer of a pushed image. */
export interface ImageLayer {
  /** Digest of the compressed layer. */
  digest: string;
  /** Media type of the layer, of Docker's or the OCI's family. */
  mediaType: string;
  /** Bytes that a pull transfers for this layer. */
  size: number;
  /** Bytes of the layer's files on disk. */
  unpackedSize: number;
  /** Where the layer comes from: base, packages, files or binary. */
  origin: string;
  /** What is in it. */
  contents: LayerContents;
}

/** A promise about the image's safety, and whether what is in the image keeps it. */
export interface ImageCheck {
  /** nonRootUser, noSetuidFiles (nor files with capabilities), staticBinary, certificates (of public authorities, for TLS), or timezones where asked for. */
  name: string;
  /** True when the image keeps the promise. */
  passed: boolean;
  /** What was found. */
  detail: string;
}

/** The outputs of both components. */
export interface GoImageOutputs {
  /** Digest of the pushed manifest, as the registry serves it. */
  readonly digest: Output<string>;
  /** Repository with digest. It changes only when the image does: what a Deployment should use. */
  readonly ref: Output<string>;
  /** Bytes that a pull transfers: the config and the compressed layers, as the registry's manifest tells. */
  readonly size: Output<number>;
  /** The size of each platform's image, by platform, such as linux/amd64. */
  readonly platformSizes: Output<Record<string, number>>;
  /** Bytes of the image's files on disk after a pull, as docker images counts them. */
  readonly unpackedSize: Output<number>;
  /** The sizes for people: what a pull transfers, by origin, and what is on disk afterwards. */
  readonly sizeSummary: Output<string>;
  /** The layers, the base's first. */
  readonly layers: Output<ImageLayer[]>;
  /** Promises about the image's safety, each with a verdict from what is in the image. */
  readonly checks: Output<ImageCheck[]>;
  /** Hash of the files that the build reads. It is the same on every machine. */
  readonly sourceHash: Output<string>;
  /** The files that the build reads, by path, each with the first digits of its hash. */
  readonly sourceFiles: Output<Record<string, string>>;
  /** Digests of the base images, by name, where the input baseImages is pin or follow; else empty. */
  readonly baseImages: Output<Record<string, string>>;
  /** The rendered Dockerfile. */
  readonly dockerfile: Output<string>;
  /** The tags as full references, such as registry.example.com/team/api:v1. */
  readonly tags: Output<string[]>;
}
