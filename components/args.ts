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

/** What becomes of base images whose tag moves. */
export const BaseImages = {
  /** The tag stands in the Dockerfile, and the builder takes what it has or finds. */
  Tag: "tag",
  /** The digest of the first deployment is kept; a tag that has moved since is reported and rebuilds nothing. */
  Pin: "pin",
  /** The tag's digest of now is taken; a tag that has moved rebuilds the image. */
  Follow: "follow",
} as const;
export type BaseImages = (typeof BaseImages)[keyof typeof BaseImages];

/** How layers are compressed. */
export const Compression = {
  /** What every container engine reads. */
  Gzip: "gzip",
  /** Smaller and quicker to unpack; needs containerd 1.5, Docker Engine 23 or newer where the image runs. */
  Zstd: "zstd",
} as const;
export type Compression = (typeof Compression)[keyof typeof Compression];

/** How to reach the registry. */
export interface RegistryArgs {
  /**
   * User name for the registry. By default credentials come from the Docker credential store (config.json,
   * credential helpers), as docker login leaves them.
   */
  username?: Input<string>;
  /** Password or access token for the registry. It is kept as a Pulumi secret. Required with username. */
  password?: Input<string>;
  /**
   * Accept plain http and unverified certificates from this registry, as Docker's insecure-registries does. The
   * default is false; loopback addresses are plain http anyway.
   */
  insecure?: boolean;
}

/** The stage that compiles. Its files never reach the pushed image, except the binary. */
export interface BuildStageArgs {
  /**
   * Base image of the build stage, a tag or a digest. The default is golang with the Go version, such as golang:1.23, or
   * golang:1.23.4 where the version names a patch. It needs a Go toolchain, and sh, find and touch (all in every golang image).
   */
  image?: string;
  /**
   * Go version, such as 1.23 or 1.23.4. The default is the newest of 1.23 and the toolchain and go lines of go.mod and
   * go.work. It chooses the default image and has no effect together with image.
   */
  goVersion?: string;
  /** More flags of go build, one list entry each, such as "-race". The default is none. */
  flags?: string[];
  /**
   * Linker flags (go build -ldflags), such as "-X main.version=1.2.3", one flag with its value an entry, split as the go
   * command does. The value of a single -X may
   * have spaces without quotes. They come after the recipe's own -s -w. The default is none.
   */
  ldflags?: string[];
  /** Build tags (go build -tags). The default is none. */
  buildTags?: string[];
  /**
   * Environment variables of the compile step, such as GOEXPERIMENT. Not for secrets. Variables that another input sets,
   * or that would change what runs in the build, are refused by name. The default is none.
   */
  env?: Record<string, string>;
  /**
   * Compile with cgo (CGO_ENABLED=1). The default is false, which gives a static binary. With true build.image is
   * required, with a C compiler for musl, because the default runtime image is Alpine; the build ends with an error when
   * the binary is linked to glibc and the runtime image is Alpine.
   */
  cgoEnabled?: boolean;
  /** Go module proxy (GOPROXY), without credentials. The default is the build image's own, usually the public one. */
  goProxy?: string;
  /**
   * Modules that are fetched without proxy and checksum database (GOPRIVATE), as comma-separated path patterns such as
   * "git.example.com/*". The default is none.
   */
  goPrivate?: string;
  /**
   * Text of a netrc file with the credentials for private modules. It is kept as a Pulumi secret and passed as a
   * BuildKit secret, so that nothing of it stays in the image; this selects the buildkit engine. A new value alone does
   * not rebuild. The default is none.
   */
  netrc?: Input<string>;
  /**
   * PEM text of certificate authorities to trust while modules and packages are downloaded, such as a company's. It is passed as a
   * BuildKit secret, so that nothing of it stays in the image; this selects the buildkit engine. A new value alone does not rebuild.
   * The default is none.
   */
  caCertificates?: Input<string>;
  /**
   * Fetch the modules of goPrivate by SSH, with the keys of the SSH agent of the machine that runs Pulumi (SSH_AUTH_SOCK),
   * as docker build --ssh default does. Keys never leave the agent; this selects the buildkit engine. The build image
   * needs git and an SSH client, which the golang images of Debian have and those of Alpine lack. The user is git.
   * Needs goPrivate and sshKnownHosts. The default is false.
   */
  ssh?: boolean;
  /**
   * Host keys of the hosts in goPrivate, as lines of a known_hosts file such as ssh-keyscan prints; another key ends the
   * build. A line for a port of its own, as [git.example.com]:2222, makes git use that port. A new key alone does not
   * rebuild.
   */
  sshKnownHosts?: string;
}

/** A command that tells whether the container is healthy (Dockerfile HEALTHCHECK). Kubernetes ignores it. */
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
   * Alpine packages to install, as apk add names them: curl, curl=8.9.1-r1, curl~8.9 or curl@edge. They come from the
   * repositories of the base image, which needs apk and a variant for the builder's own platform. Their scripts and
   * triggers do not run. The builder keeps the layer until this list or the base image changes; name versions to have
   * exact ones. The default is none.
   */
  packages?: string[];
  /**
   * Numeric user, or user and group as 65532:65532, which is the default. Root is refused: a container that needs it
   * can be given it where it is deployed.
   */
  user?: string;
  /** Absolute directory that holds the binary and the files, and is the working directory. The default is /app. */
  workingDirectory?: string;
  /** Environment variables of the container. Not for secrets, since an image can be read by who can pull it. */
  env?: Record<string, string>;
  /**
   * Directories that the program may write, as absolute paths (Dockerfile VOLUME). Each is an empty directory in the image that
   * belongs to the image's user, so that a named volume of Docker mounted there can be written, too. In Kubernetes the mounted
   * volume decides: set fsGroup to the user's group. The default is none.
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
   * Give the program the time zone database, for time.LoadLocation and the variable TZ, by compiling it in (Go's build
   * tag timetzdata: 400 kB, 100 kB compressed). The default is false.
   */
  timezones?: boolean;
}

/** What both components take. */
export interface GoImageArgs {
  /** Directory inside a Go module, relative to the program's directory: that of Pulumi.yaml, or of its main file. */
  source: string;
  /** Main package to compile, as go build names it, relative to source: "./cmd/api". The default is ".". */
  mainPackage?: string;
  /** Repository to push to, with its registry host and without tag or digest: registry.example.com/team/api. */
  repository: Input<string>;
  /** Tags that the pushed image gets. The default is latest alone. */
  tags?: Input<Input<string>[]>;
  /** Platform of the image, as a list of one: linux/amd64, linux/arm64 and so on. The default is linux/amd64. */
  platforms?: string[];
  /** Registry credentials and transport. The default is the Docker credential store and https. */
  registry?: RegistryArgs;
  /** The build stage. */
  build?: BuildStageArgs;
  /**
   * What becomes of base images given by tag: tag, pin or follow. With pin and follow their registries are asked for the
   * digests, in previews too; the digests stand in the Dockerfile, in the output baseImages, and as the OCI's base labels
   * in the image. The default is tag.
   */
  baseImages?: BaseImages;
  /**
   * Most bytes that a pull of the image may transfer: a number, or a text such as "20MB" or "19 MiB". An image that is
   * larger fails the update: its outputs and the tag stay those of the previous image. The default is no limit.
   */
  maxSize?: number | string;
  /**
   * Most bytes by which the image may outgrow the one that this stack deployed last: a number, or a text such as "2MB"
   * or "10%". A larger growth fails the update, as maxSize does; the first image has nothing to outgrow. The default is
   * no limit.
   */
  maxGrowth?: number | string;
  /**
   * How the layers are compressed: gzip or zstd. zstd holds for the base image's layers too, which are then no longer
   * those that other images share, and selects the buildkit engine. The default is gzip.
   */
  compression?: Compression;
  /**
   * Level of the compression: 0 to 9 for gzip, 1 to 22 for zstd. It selects the buildkit engine. A layer that the
   * builder has as gzip keeps its level. The default is the builder's own.
   */
  compressionLevel?: number;
  /**
   * Which provider builds: docker or buildkit. The default is docker, unless an input needs BuildKit's own features
   * (builder, build.caCertificates, build.netrc, build.ssh, compression zstd, compressionLevel, smokeTest,
   * retainOnDelete).
   */
  engine?: Engine;
  /**
   * Name of the BuildKit builder, as docker buildx ls shows it; this selects the buildkit engine. The default is the
   * one that docker buildx uses.
   */
  builder?: string;
  /**
   * Whether the image stays in the registry when the resource is deleted. With false it is deleted by its digest, which
   * takes it from all tags, and from other stacks that have pushed the same; earlier images stay. The registry has to
   * speak https with a certificate that the machine trusts and to allow deletion; the provider does not report a
   * refusal. This selects the buildkit engine. The default is true.
   */
  retainOnDelete?: boolean;
}

/** What the smoke test asks the running program. */
export interface SmokeTestHttpArgs {
  /** Port that the program listens on, on 127.0.0.1. */
  port: number;
  /** Path of the request, with its query. The default is "/". */
  path?: string;
  /** Status that the answer must have. The program is asked again until it has, or the time is over. The default is 200. */
  status?: number;
}

/** A run of the program inside the build. */
export interface SmokeTestArgs {
  /** Arguments of the program, in place of the image's command. The default is runtime.command. */
  args?: string[];
  /**
   * A plain http request that the program must answer; it is stopped afterwards. Without it the program must end by
   * itself with exit code 0.
   */
  http?: SmokeTestHttpArgs;
  /** Seconds after which the test has failed, from 1 to 600. The default is 30. */
  timeoutSeconds?: number;
}

/** Inputs of GoMultiStageImage. */
export interface GoMultiStageImageArgs extends GoImageArgs {
  /** The stage that ships. */
  runtime?: RuntimeStageArgs;
  /** Which Dockerfile is rendered: fast or classic. The default is fast. */
  recipe?: Recipe;
  /**
   * Runs the program in its image, as its user and with no network but loopback, before anything is pushed; when it
   * fails, the update fails with the program's output, and registry and outputs stay as they were. Nothing of the test
   * is in the image. It selects the buildkit engine, and the builder must be able to run programs of the platform.
   * The default is none.
   */
  smokeTest?: SmokeTestArgs;
}

/** Inputs of GoSingleStageImage. */
export type GoSingleStageImageArgs = GoImageArgs;
