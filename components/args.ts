// Inputs of the components. Doc comments here reach the package schema, so they are prose without tags or links.

import type { Input } from "@pulumi/pulumi";

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
  /** The Dockerfile has the tag, and the builder decides when to pull it. */
  Tag: "tag",
  /** The Dockerfile keeps the digest of the first deployment. A tag that moves is reported in the preview. */
  Pin: "pin",
  /** The Dockerfile has the tag's current digest. A tag that moves rebuilds the image. */
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
  username?: Input<string>;
  /** Password or access token for the registry. It is encrypted in the state. Required with username. */
  password?: Input<string>;
  /**
   * Allow plain http and unverified certificates for this registry, as Docker's insecure-registries does. The default is
   * false. Registries on loopback addresses always use plain http.
   */
  insecure?: boolean;
}

/** The stage that compiles. Only the binary reaches the pushed image. */
export interface BuildStageArgs {
  /**
   * Base image of the build stage, a tag or a digest. The default is golang with the Go version, such as golang:1.23, or
   * golang:1.23.4 if the version includes a patch. It needs a Go toolchain, sh, find and touch, which every golang image has.
   */
  image?: string;
  /**
   * Go version, such as 1.23 or 1.23.4, which selects the default build image. The default is the newest of 1.23 and the
   * versions in go.mod and go.work. It has no effect if image is set.
   */
  goVersion?: string;
  /** Additional flags of go build, one per list entry, such as "-race". The default is none. */
  flags?: string[];
  /**
   * Linker flags (go build -ldflags), one flag with its value per list entry, such as "-X main.version=1.2.3". Entries are
   * split as the go command does; the value of a single -X may contain spaces without quotes. The recipe's own -s -w come
   * first. The default is none.
   */
  ldflags?: string[];
  /** Build tags (go build -tags). The default is none. */
  buildTags?: string[];
  /**
   * Environment variables of the compile step, such as GOEXPERIMENT. Do not put secrets here. Variables that another input
   * sets, or that would run other programs in the build, are refused. The default is none.
   */
  env?: Record<string, string>;
  /**
   * Compile with cgo (CGO_ENABLED=1). The default is false, which produces a static binary. If true, set build.image to an
   * image with a C compiler. Alpine, the default runtime image, needs a compiler for musl; the build fails if the binary is
   * linked to glibc.
   */
  cgoEnabled?: boolean;
  /** Go module proxy (GOPROXY), without credentials. The default is that of the build image, usually the public one. */
  goProxy?: string;
  /**
   * Modules to download directly, without a proxy and the checksum database (GOPRIVATE), as comma-separated patterns such as
   * "git.example.com/*". The default is none.
   */
  goPrivate?: string;
  /**
   * Content of a netrc file with credentials for private modules. It is encrypted in the state and passed to the download
   * step as a BuildKit secret, so it is never in the image. This selects the buildkit engine. A new value alone does not
   * rebuild the image. The default is none.
   */
  netrc?: Input<string>;
  /**
   * Certificate authorities to trust while modules and packages are downloaded, such as your company's, in PEM. They are
   * passed as a BuildKit secret, so they are never in the image. This selects the buildkit engine. A new value alone does not
   * rebuild the image. The default is none.
   */
  caCertificates?: Input<string>;
  /**
   * Download the modules of goPrivate by SSH, as user git, with the SSH agent of the machine that runs Pulumi
   * (SSH_AUTH_SOCK), as docker build --ssh default does. Keys never leave the agent. This selects the buildkit engine. The
   * build image needs git and an SSH client: the golang images on Debian have both, those on Alpine do not. Requires
   * goPrivate and sshKnownHosts. The default is false.
   */
  ssh?: boolean;
  /**
   * Host keys of the hosts in goPrivate, as lines of a known_hosts file. ssh-keyscan prints such lines. The build fails if a
   * host has another key. A line for [git.example.com]:2222 makes git use port 2222. A new key alone does not rebuild the
   * image.
   */
  sshKnownHosts?: string;
}

/** A command that checks whether the container is healthy (Dockerfile HEALTHCHECK). Kubernetes ignores it. */
export interface HealthcheckArgs {
  /** Command and arguments, run without a shell. */
  command: string[];
  /** Seconds between two checks. Docker's default is 30. */
  intervalSeconds?: number;
  /** Seconds after which a check counts as failed. Docker's default is 30. */
  timeoutSeconds?: number;
  /** Seconds at the start in which failures do not count. Docker's default is 0. */
  startPeriodSeconds?: number;
  /** Failures in a row that make the container unhealthy. Docker's default is 3. */
  retries?: number;
}

/** The stage that ships. */
export interface RuntimeStageArgs {
  /** Base image of the pushed image, a tag or a digest. The default is alpine with alpineVersion. */
  image?: string;
  /** Alpine version, such as 3.20.3. The default is 3.20.3. It has no effect together with image. */
  alpineVersion?: string;
  /**
   * Alpine packages to install, named as for apk add: curl, curl=8.9.1-r1, curl~8.9 or curl@edge. They come from the
   * repositories of the base image, which must have apk and must exist for the builder's platform. Install scripts and
   * triggers do not run. The builder caches the layer until this list or the base image changes; to get exact versions, name
   * them. The default is none.
   */
  packages?: string[];
  /**
   * Numeric user, or user and group, of the program. The default is 65532:65532. Root is not allowed: set the user where you
   * deploy (runAsUser, docker run --user).
   */
  user?: string;
  /** Absolute directory that holds the binary and the files, and is the working directory. The default is /app. */
  workingDirectory?: string;
  /** Environment variables of the container. Do not put secrets here: anyone who can pull the image can read them. */
  env?: Record<string, string>;
  /**
   * Directories that the program can write to, as absolute paths (Dockerfile VOLUME). Each is an empty directory that belongs to
   * the image's user, so the program can write to a Docker volume mounted there. In Kubernetes, set fsGroup to the user's group
   * as well. The default is none.
   */
  volumes?: string[];
  /** Ports that the program listens on, such as 8080 or 53/udp (Dockerfile EXPOSE). The default is none. */
  exposedPorts?: string[];
  /** Labels of the image (OCI config Labels). The default is none. */
  labels?: Record<string, string>;
  /**
   * Files and directories to ship next to the binary, relative to source, under the same relative names. The default
   * is none.
   */
  files?: string[];
  /** Default arguments of the entrypoint (Dockerfile CMD, exec form). The default is none. */
  command?: string[];
  /** What the container runs (Dockerfile ENTRYPOINT, exec form). The default is the binary. */
  entrypoint?: string[];
  /** Health check of the image. The default is none. */
  healthcheck?: HealthcheckArgs;
  /** Signal that stops the container (Dockerfile STOPSIGNAL), such as SIGINT. Docker's default is SIGTERM. */
  stopSignal?: string;
  /**
   * Compile the time zone database into the program, for time.LoadLocation and the variable TZ (the build tag timetzdata). This
   * adds 400 kB, or 100 kB compressed. The default is false.
   */
  timezones?: boolean;
}

/** What both components take. */
export interface GoImageArgs {
  /** Directory inside a Go module, relative to your program: to the directory of Pulumi.yaml, or of its main file. */
  source: string;
  /** Main package to compile, as go build names it, relative to source: "./cmd/api". The default is ".". */
  mainPackage?: string;
  /** Repository to push to, with its registry host and without tag or digest: registry.example.com/team/api. */
  repository: Input<string>;
  /** Tags of the pushed image. The default is latest. */
  tags?: Input<Input<string>[]>;
  /** Platform of the image, as a list with one entry, such as linux/arm64. The default is linux/amd64. */
  platforms?: string[];
  /** Registry credentials and transport. The default is the credentials of docker login, over https. */
  registry?: RegistryArgs;
  /** The build stage. */
  build?: BuildStageArgs;
  /**
   * What happens when the tag of a base image moves: tag, pin or follow. With pin and follow, goimage asks the registries for
   * the digests, also in previews, and writes them into the Dockerfile, the output baseImages and the OCI base image labels.
   * The default is tag.
   */
  baseImages?: BaseImages;
  /**
   * Maximum size of the image, as bytes that a pull transfers: a number, or a string such as "20MB" or "19 MiB". A larger image
   * fails the update, and outputs and tags stay those of the previous image. The default is no limit.
   */
  maxSize?: number | string;
  /**
   * Maximum growth since the last deployment of this stack: a number of bytes, or a string such as "2MB" or "10%". More growth
   * fails the update, as with maxSize. The first deployment is never refused. The default is no limit.
   */
  maxGrowth?: number | string;
  /**
   * How layers are compressed: gzip or zstd. zstd also recompresses the layers of the base image, which are then no longer
   * shared with other images, and selects the buildkit engine. The default is gzip.
   */
  compression?: Compression;
  /**
   * Compression level: 0 to 9 for gzip, 1 to 22 for zstd. This selects the buildkit engine. A layer that the builder already
   * has as gzip is not compressed again. The default is the builder's.
   */
  compressionLevel?: number;
  /**
   * Which provider builds the image: docker or buildkit. The default is docker, unless an input needs BuildKit
   * (builder, build.caCertificates, build.netrc, build.ssh, compression zstd, compressionLevel, smokeTest,
   * retainOnDelete).
   */
  engine?: Engine;
  /**
   * Name of the BuildKit builder, as docker buildx ls shows it. This selects the buildkit engine. The default is the current
   * builder of docker buildx.
   */
  builder?: string;
  /**
   * Keep the image in the registry when the resource is deleted. If false, the image is deleted by its digest, which removes
   * all its tags, also those of other stacks that pushed the same image. Earlier images stay. The registry must use https with
   * a trusted certificate and must allow deletion; the provider does not report a refusal. This selects the buildkit engine.
   * The default is true.
   */
  retainOnDelete?: boolean;
}

/** The request that the smoke test sends to the running program. */
export interface SmokeTestHttpArgs {
  /** Port that the program listens on, on 127.0.0.1. */
  port: number;
  /** Path of the request, with its query. The default is "/". */
  path?: string;
  /** Expected status. The request is repeated until the program answers with it, or the time is over. The default is 200. */
  status?: number;
}

/** A run of the program inside the build. */
export interface SmokeTestArgs {
  /** Arguments of the program, in place of the image's command. The default is runtime.command. */
  args?: string[];
  /**
   * A plain http request that the program must answer. The program is stopped afterwards. Without this, the program must exit
   * with code 0 by itself.
   */
  http?: SmokeTestHttpArgs;
  /** Seconds after which the test fails, from 1 to 600. The default is 30. */
  timeoutSeconds?: number;
}

/** Inputs of GoMultiStageImage. */
export interface GoMultiStageImageArgs extends GoImageArgs {
  /** The stage that ships. */
  runtime?: RuntimeStageArgs;
  /** Which Dockerfile is rendered: fast or classic. The default is fast. */
  recipe?: Recipe;
  /**
   * Run the program in its image before it is pushed, as its user and with no network but loopback. If the test fails, the update
   * fails with the program's output, and nothing is pushed. Nothing of the test is in the image. This selects the buildkit
   * engine, and the builder must be able to run programs of the image's platform. The default is none.
   */
  smokeTest?: SmokeTestArgs;
}

/** Inputs of GoSingleStageImage. */
export type GoSingleStageImageArgs = GoImageArgs;
