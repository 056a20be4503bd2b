// Inputs of an image's two stages: args.ts hands them on. Doc comments here reach the package schema, as there.

import type { Input } from "@pulumi/pulumi";

/** The stage that compiles. Only the binary reaches the pushed image. */
export interface BuildStageArgs {
  /**
   * Base image of the build stage, a tag or a digest. The default is golang with the Go version, such as golang:1.23, or
   * golang:1.23.4 if the version includes a patch. With the input cache it is golang on Alpine, such as golang:1.23-alpine, a quarter
   * as large, unless cgoEnabled, goPrivate, a goProxy with direct, or GONOPROXY or a variable of git in env asks for what only
   * Debian's has. It needs a Go toolchain, sh, find and touch, which every golang image has.
   */
  image?: string | undefined;
  /**
   * Go version, such as 1.23 or 1.23.4, which selects the default build image. The default is the newest of 1.23 and the
   * versions in go.mod and go.work. It has no effect if image is set.
   */
  goVersion?: string | undefined;
  /** Additional flags of go build, one per list entry, such as "-p=2". The default is none. */
  flags?: string[] | undefined;
  /**
   * Linker flags (go build -ldflags), one flag with its value per list entry, such as "-X main.version=1.2.3". Entries are
   * split as the go command does; the value of a single -X may contain spaces without quotes. The recipe's own -s -w come
   * first. The default is none.
   */
  ldflags?: string[] | undefined;
  /** Build tags (go build -tags). The default is none. */
  buildTags?: string[] | undefined;
  /**
   * Environment variables of the compile step, such as GOEXPERIMENT. Do not put secrets here. Variables that another input
   * sets, or that would run other programs in the build, are refused. The default is none.
   */
  env?: Record<string, string> | undefined;
  /**
   * Compile with cgo (CGO_ENABLED=1). The default is false, which produces a static binary. If true, set build.image to an
   * image with a C compiler. Alpine, the default runtime image, needs a compiler for musl; the build fails if the binary is
   * linked to glibc.
   */
  cgoEnabled?: boolean | undefined;
  /** Go module proxy (GOPROXY), without credentials. The default is that of the build image, usually the public one. */
  goProxy?: string | undefined;
  /**
   * Modules to download directly, without a proxy and the checksum database (GOPRIVATE), as comma-separated patterns such as
   * "git.example.com/*". The default is none.
   */
  goPrivate?: string | undefined;
  /**
   * Content of a netrc file with credentials for private modules, each host named with machine: a default entry is
   * refused, since it would be sent to every host. It is encrypted in the state and passed to the download
   * step as a BuildKit secret, so it is never in the image. This selects the buildkit engine. A new value alone does not
   * rebuild the image. The default is none.
   */
  netrc?: Input<string> | undefined;
  /**
   * Certificate authorities to trust while modules and packages are downloaded, such as your company's, in PEM. They are
   * passed as a BuildKit secret, so they are never in the image. This selects the buildkit engine. A new value alone does not
   * rebuild the image. The default is none.
   */
  caCertificates?: Input<string> | undefined;
  /**
   * Download the modules of goPrivate by SSH, as user git, with the SSH agent of the machine that runs Pulumi
   * (SSH_AUTH_SOCK), as docker build --ssh default does. Keys never leave the agent. This selects the buildkit engine. The
   * build image needs git and an SSH client: the golang images on Debian have both, those on Alpine do not. Requires
   * goPrivate and sshKnownHosts. The default is false.
   */
  ssh?: boolean | undefined;
  /**
   * Host keys of the hosts in goPrivate, as lines of a known_hosts file. ssh-keyscan prints such lines. The build fails if a
   * host has another key. A line for [git.example.com]:2222 makes git use port 2222. A new key alone does not rebuild the
   * image.
   */
  sshKnownHosts?: string | undefined;
}

/** A command that checks whether the container is healthy (Dockerfile HEALTHCHECK). Kubernetes ignores it. */
export interface HealthcheckArgs {
  /** Command and arguments, run without a shell. */
  command: string[];
  /** Seconds between two checks. Docker's default is 30. */
  intervalSeconds?: number | undefined;
  /** Seconds after which a check counts as failed. Docker's default is 30. */
  timeoutSeconds?: number | undefined;
  /** Seconds at the start in which failures do not count. Docker's default is 0. */
  startPeriodSeconds?: number | undefined;
  /** Failures in a row that make the container unhealthy. Docker's default is 3. */
  retries?: number | undefined;
}

/** The stage that ships. */
export interface RuntimeStageArgs {
  /** Base image of the pushed image, a tag or a digest. The default is alpine with alpineVersion. */
  image?: string | undefined;
  /** Alpine version, such as 3.20.3. The default is 3.20.3. It has no effect together with image. */
  alpineVersion?: string | undefined;
  /**
   * Alpine packages to install, named as for apk add: curl, curl=8.9.1-r1, curl~8.9 or curl@edge. They come from the
   * repositories of the base image, which must have apk and must exist for the builder's platform. Install scripts and
   * triggers do not run. The builder caches the layer until this list or the base image changes; to get exact versions, name
   * them. The default is none.
   */
  packages?: string[] | undefined;
  /**
   * Numeric user, or user and group, of the program. The default is 65532:65532. Root is not allowed: set the user where you
   * deploy (runAsUser, docker run --user).
   */
  user?: string | undefined;
  /** Absolute directory that holds the binary and the files, and is the working directory. The default is /app. */
  workingDirectory?: string | undefined;
  /**
   * Environment variables of the container. Do not put secrets here: anyone who can pull the image can read them. USER is nonroot
   * unless you set it, since Go's user.Current needs it.
   */
  env?: Record<string, string> | undefined;
  /**
   * Directories that the program can write to, as absolute paths (Dockerfile VOLUME). Each is an empty directory that belongs to
   * the image's user, so the program can write to a Docker volume mounted there. "/tmp" stays as it is, writable for everyone. In
   * Kubernetes, set fsGroup to the user's group as well. The default is none.
   */
  volumes?: string[] | undefined;
  /** Ports that the program listens on, such as 8080 or 53/udp (Dockerfile EXPOSE). The default is none. */
  exposedPorts?: string[] | undefined;
  /** Labels of the image (OCI config Labels). The default is none. */
  labels?: Record<string, string> | undefined;
  /**
   * Files and directories to ship next to the binary, relative to source, under the same relative names. Links are followed
   * within the repository. Of a directory, what looks like a secret and directories such as node_modules are left out, unless an
   * entry of their own names them. The default is none.
   */
  files?: string[] | undefined;
  /** Default arguments of the entrypoint (Dockerfile CMD, exec form). The default is none. */
  command?: string[] | undefined;
  /** What the container runs (Dockerfile ENTRYPOINT, exec form). The default is the binary. */
  entrypoint?: string[] | undefined;
  /** Health check of the image. The default is none. */
  healthcheck?: HealthcheckArgs | undefined;
  /** Signal that stops the container (Dockerfile STOPSIGNAL), such as SIGINT. Docker's default is SIGTERM. */
  stopSignal?: string | undefined;
  /**
   * Compile the time zone database into the program, for time.LoadLocation and the variable TZ (the build tag timetzdata). This
   * adds 400 kB, or 100 kB compressed. The default is false.
   */
  timezones?: boolean | undefined;
}
