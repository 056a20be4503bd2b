// Inputs of the components. Doc comments here reach the package schema, so they are prose without tags or links.

import type { Input } from "@pulumi/pulumi";
import type { BuildStageArgs, RuntimeStageArgs } from "./stageArgs";

// Not "export type *", which TypeScript has since 5.0: see test/oldTypeScript.test.ts.
export * from "./stageArgs";

/** Which provider builds the image. */
export const Engine = {
  /** The docker provider's Image: needs only a Docker Engine. */
  Docker: "docker",
  /** The docker-build provider's Image: needs a BuildKit builder. */
  Buildkit: "buildkit",
} as const;
export type Engine = (typeof Engine)[keyof typeof Engine];

/** Which Dockerfile is rendered. */
export const Recipe = {
  /** Dependency layer, cache mounts, trimmed and stripped static binary, non-root user, reproducible. */
  Fast: "fast",
  /** The plain two-stage Dockerfile, to the byte; it takes no build or runtime settings. */
  Classic: "classic",
} as const;
export type Recipe = (typeof Recipe)[keyof typeof Recipe];

/** What happens when the tag of a base image moves. */
export const BaseImages = {
  /** The Dockerfile has the tag's digest at the last build. A tag that moves is taken by the next build, and is no reason to build. */
  Tag: "tag",
  /** The Dockerfile keeps the digest of the first deployment. A tag that moves is reported in the preview. */
  Pin: "pin",
  /** The Dockerfile has the digest that the tag has now. A tag that moves rebuilds the image. */
  Follow: "follow",
} as const;
export type BaseImages = (typeof BaseImages)[keyof typeof BaseImages];

/** How layers are compressed. */
export const Compression = {
  /** Every container engine can read it. */
  Gzip: "gzip",
  /** Smaller and faster to unpack. The image needs containerd 1.5, Docker Engine 23 or newer to run. */
  Zstd: "zstd",
} as const;
export type Compression = (typeof Compression)[keyof typeof Compression];

/** How to reach the registry. */
export interface RegistryArgs {
  /**
   * User name for the registry. The default is the credentials that docker login has stored (config.json and credential
   * helpers).
   */
  username?: Input<string | undefined>;
  /** Password or access token for the registry. It is encrypted in the state. Required with username. */
  password?: Input<string | undefined>;
  /**
   * Allow plain http and unverified certificates for this registry, as Docker's insecure-registries does. The default is
   * false. Registries on loopback addresses always use plain http.
   */
  insecure?: boolean | undefined;
}

/** What both components take. */
export interface GoImageArgs {
  /** Directory inside a Go module, relative to your program: to the directory of Pulumi.yaml, or of its main file. */
  source: string;
  /**
   * Directory beyond which nothing is read from disk, relative to your program: not by a replace line of go.mod, not by go.work,
   * not through a link. It must hold source, and can be neither the root directory nor a home directory. The default is the git
   * repository of source (of a submodule, the one around it), else the nearest directory that holds both the Pulumi project and
   * source.
   */
  sourceRoot?: string | undefined;
  /** Main package to compile, as go build names it, relative to source: "./cmd/api". The default is ".". */
  mainPackage?: string | undefined;
  /** Repository to push to, with its registry host and without tag or digest: registry.example.com/team/api. */
  repository: Input<string>;
  /** Tags of the pushed image. The default is latest. */
  tags?: Input<Input<string>[] | undefined>;
  /**
   * Platforms of the image, such as linux/amd64 and linux/arm64. With several, the image is an index of one image for each, all
   * of them compiled on the builder's own platform without an emulator; this selects the buildkit engine. The default is
   * linux/amd64 alone.
   */
  platforms?: string[] | undefined;
  /** Registry credentials and transport. The default is the credentials of docker login, over https. */
  registry?: RegistryArgs | undefined;
  /** The build stage. */
  build?: BuildStageArgs | undefined;
  /**
   * What happens when the tag of a base image moves. With tag, the next build takes the new digest, and registries are asked only
   * before a build. With pin, the digest of the first deployment stays. With follow, the image is rebuilt. With pin and follow,
   * registries are asked in every preview, and the digests are also in the OCI base image labels. The Dockerfile and the output
   * baseImages have the digests in all cases. The default is tag.
   */
  baseImages?: BaseImages | undefined;
  /**
   * Maximum size of the image, as bytes that a pull transfers: a number, or a string such as "20MB" or "19 MiB". A larger image
   * fails the update, and outputs and tags stay those of the previous image. The default is no limit.
   */
  maxSize?: number | string | undefined;
  /**
   * Maximum growth since the last deployment of this stack: a number of bytes, or a string such as "2MB" or "10%". More growth
   * fails the update, as with maxSize. The first deployment is never refused. The default is no limit.
   */
  maxGrowth?: number | string | undefined;
  /**
   * How layers are compressed: gzip or zstd. zstd also recompresses the layers of the base image, which are then no longer
   * shared with other images, and selects the buildkit engine. The default is gzip.
   */
  compression?: Compression | undefined;
  /**
   * Compression level: 0 to 9 for gzip, 1 to 22 for zstd. This selects the buildkit engine. A layer that the builder already
   * has as gzip is not compressed again. The default is the builder's.
   */
  compressionLevel?: number | undefined;
  /**
   * Which provider builds the image: docker or buildkit. The default is docker, unless an input needs BuildKit
   * (several platforms, builder, build.caCertificates, build.netrc, build.ssh, compression zstd, compressionLevel, smokeTest,
   * retainOnDelete).
   */
  engine?: Engine | undefined;
  /**
   * Name of the BuildKit builder, as docker buildx ls shows it. This selects the buildkit engine. The default is the current
   * builder of docker buildx.
   */
  builder?: string | undefined;
  /**
   * Keep the image in the registry when the resource is deleted. If false, the image is deleted by its digest, which removes
   * all its tags, also those of other stacks that pushed the same image. Earlier images stay. The registry must use https with
   * a trusted certificate and must allow deletion; the provider does not report a refusal. This selects the buildkit engine.
   * The default is true.
   */
  retainOnDelete?: boolean | undefined;
}

/** The request that the smoke test sends to the running program. */
export interface SmokeTestHttpArgs {
  /** Port that the program listens on, on 127.0.0.1. */
  port: number;
  /** Path of the request, with its query. The default is "/". */
  path?: string | undefined;
  /** Expected status. The request is repeated until the program answers with it, or the time is over. The default is 200. */
  status?: number | undefined;
}

/** A run of the program inside the build. */
export interface SmokeTestArgs {
  /** Arguments of the program, in place of the image's command. The default is runtime.command. */
  args?: string[] | undefined;
  /**
   * A plain http request that the program must answer. The program is stopped afterwards. Without this, the program must exit
   * with code 0 by itself.
   */
  http?: SmokeTestHttpArgs | undefined;
  /** Seconds after which the test fails, from 1 to 600. The default is 30. */
  timeoutSeconds?: number | undefined;
}

/** Where builders with an empty cache start from. */
export interface CacheArgs {
  /**
   * Repository of the seeds, with its registry host and without tag or digest. It is for seeds alone: an image's repository is
   * refused. A seed holds the modules that the service requires, private ones too, and packages that are already compiled. Nobody
   * can check those against their source, so whoever can push to this repository can change the programs of those who read from
   * it: pipelines of pull requests must not be able to. The images of a workspace share their seeds when they name one repository.
   */
  repository: Input<string>;
  /**
   * Make the seed after the image, when this stack has not made one yet for these dependencies, and push it. Set it in the
   * pipeline of a trusted branch alone. Such a stack takes only seeds that its own state records, whatever the tags in the
   * repository say. The machine needs docker buildx or docker build. A seed that cannot be made or pushed is a warning, and the next
   * update tries again. The default is false.
   */
  write?: boolean | undefined;
  /**
   * Where there is no seed for exactly these dependencies, take the newest one for the module, platform and Go version. Its
   * tag moves with every seed, so this trusts whatever anybody pushes to the repository. The default is false.
   */
  newest?: boolean | undefined;
  /**
   * Digest of the only seed that is taken, sha256: with 64 hexadecimal digits, as goimage cache ls shows it: what the tags in the
   * repository say does not matter then. Not together with write or newest. The default is none: the tag for exactly these
   * dependencies is taken.
   */
  trusted?: string | undefined;
}

/** Inputs of GoMultiStageImage. */
export interface GoMultiStageImageArgs extends GoImageArgs {
  /** The stage that ships. */
  runtime?: RuntimeStageArgs | undefined;
  /** Which Dockerfile is rendered: fast or classic. The default is fast. */
  recipe?: Recipe | undefined;
  /**
   * Run the program in its image before it is pushed, as its user and with no network but loopback. If the test fails, the update
   * fails with the program's output, and nothing is pushed. Nothing of the test is in the image. This selects the buildkit
   * engine, and the builder must be able to run programs of the image's platform. The default is none.
   */
  smokeTest?: SmokeTestArgs | undefined;
  /**
   * Start builds on an empty builder from a seed: an image in a registry that holds the packages from outside of the module,
   * compiled (BuildKit's cache mount option from). A builder reads a seed once. The image's digest is the same with and without
   * a seed. The default is none.
   */
  cache?: CacheArgs | undefined;
}

/** Inputs of GoSingleStageImage. */
export type GoSingleStageImageArgs = GoImageArgs;
