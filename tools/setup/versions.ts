/** Every tool, its version and the places it can come from. A new version is a change of this file alone. */

export interface Target {
  readonly os: "linux" | "darwin";
  readonly arch: "amd64" | "arm64";
}

export interface Recipe {
  /** Folder under tools/recipes. */
  readonly folder: string;
  /** Where a registry has only another version than the one wanted. */
  readonly version?: string;
  readonly packages: readonly string[];
  readonly ldflags: string;
  /** One text to replace in one source file of the only package, for the build. */
  readonly edit?: {
    readonly module: string;
    readonly folder: string;
    readonly file: string;
    readonly from: string;
    readonly to: string;
  };
  /** A script of the module, which goes beside the programs. */
  readonly script?: { readonly module: string; readonly file: string };
  /** First build on two cores, with nothing in Go's caches. */
  readonly cold: string;
}

export interface Tool {
  readonly name: string;
  readonly version: string;
  readonly why: string;
  readonly commands: readonly string[];
  /** A resource plugin lives in Pulumi's home, not on PATH. */
  readonly plugin?: string;
  /** A daemon that we can only start as root on Linux, or a part of one. */
  readonly needsRoot?: boolean;
  /** Everything builds without it. */
  readonly optional?: boolean;
  /** One found on PATH must say at least this version. */
  readonly minimum?: string;
  /** Name of the file in an air-gapped mirror. */
  readonly mirror?: (target: Target) => string;
  /** Official download, and where in the archive the commands are; without a folder it is the only command itself. */
  readonly download?: (target: Target) => { url: string; folder?: string };
  readonly recipe?: Recipe;
  readonly debian?: readonly string[];
}

export const pulumiVersion = "3.259.0";
const dockerPluginVersion = "5.0.0";
const dockerBuildPluginVersion = "0.0.22";
const buildkitVersion = "0.31.0";
const buildxVersion = "0.35.0";
const registryVersion = "3.1.2";
const dockerVersion = "28.2.2";

const pulumiArch = { amd64: "x64", arm64: "arm64" };
const dockerArch = { amd64: "x86_64", arm64: "aarch64" };

export const pulumiSdk = ({ os, arch }: Target) => ({
  url: `https://get.pulumi.com/releases/sdk/pulumi-v${pulumiVersion}-${os}-${pulumiArch[arch]}.tar.gz`,
  folder: "pulumi",
});
const pulumiPlugin = (name: string, version: string) => (target: Target) => ({
  url: `https://get.pulumi.com/releases/plugins/pulumi-resource-${name}-v${version}-${target.os}-${target.arch}.tar.gz`,
  folder: ".",
});
const buildkitRelease = ({ os, arch }: Target) => ({
  url: `https://github.com/moby/buildkit/releases/download/v${buildkitVersion}/buildkit-v${buildkitVersion}.${os}-${arch}.tar.gz`,
  folder: "bin",
});

export const pulumi: Tool = {
  name: "pulumi",
  version: pulumiVersion,
  why: "runs the programs",
  commands: ["pulumi"],
  // The SDK's own minimum in package.json.
  minimum: "3.245.0",
  download: pulumiSdk,
  recipe: {
    folder: "pulumi",
    packages: ["github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"],
    ldflags: `-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${pulumiVersion}`,
    cold: "3 min",
  },
};

export const languageHost: Tool = {
  name: "pulumi-language-nodejs",
  version: pulumiVersion,
  why: "lets pulumi run TypeScript",
  commands: ["pulumi-language-nodejs"],
  mirror: ({ os, arch }) => `bin/pulumi-language-nodejs-v${pulumiVersion}-${os}-${arch}.xz`,
  download: pulumiSdk,
  recipe: {
    folder: "lang",
    // The last Go module that contains it. It runs programs, but no component packages made from source.
    version: "3.68.0",
    packages: ["github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs"],
    ldflags: "-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v3.68.0",
    // It stands between the program and the engine, and lets through only the calls that it knows: hooks are newer.
    // Given the engine's own address, a program of today calls the engine of today.
    edit: {
      module: "github.com/pulumi/pulumi/sdk/v3",
      folder: "nodejs/cmd/pulumi-language-nodejs",
      file: "main.go",
      from: 'fmt.Sprintf("127.0.0.1:%d", handle.Port), pipes.directory())',
      to: "req.GetMonitorAddress(), pipes.directory())",
    },
    cold: "15 s",
  },
};

export const dockerPlugin: Tool = {
  name: "pulumi-resource-docker",
  version: dockerPluginVersion,
  why: 'builds with engine "docker"',
  commands: ["pulumi-resource-docker"],
  plugin: "docker",
  mirror: ({ os, arch }) => `bin/pulumi-resource-docker-v${dockerPluginVersion}-${os}-${arch}.xz`,
  download: pulumiPlugin("docker", dockerPluginVersion),
};

export const dockerBuildPlugin: Tool = {
  name: "pulumi-resource-docker-build",
  version: dockerBuildPluginVersion,
  why: 'builds with engine "buildkit"',
  commands: ["pulumi-resource-docker-build"],
  plugin: "docker-build",
  mirror: ({ os, arch }) => `bin/pulumi-resource-docker-build-v${dockerBuildPluginVersion}-${os}-${arch}.xz`,
  download: pulumiPlugin("docker-build", dockerBuildPluginVersion),
  recipe: {
    folder: "docker-build",
    packages: ["github.com/pulumi/pulumi-docker-build/provider/cmd/pulumi-resource-docker-build"],
    ldflags: `-X github.com/pulumi/pulumi-docker-build/provider.Version=${dockerBuildPluginVersion}`,
    cold: "2 min",
  },
};

export const buildkit: Tool = {
  name: "buildkit",
  version: buildkitVersion,
  why: 'the builder behind engine "buildkit"',
  commands: ["buildkitd", "buildctl"],
  needsRoot: true,
  // The first with rewrite-timestamp, which equal digests for equal sources need.
  minimum: "0.13.0",
  download: buildkitRelease,
  recipe: {
    folder: "buildkit",
    packages: ["github.com/moby/buildkit/cmd/buildkitd", "github.com/moby/buildkit/cmd/buildctl"],
    // Without its version a buildkitd counts as too old for some features.
    ldflags: `-X github.com/moby/buildkit/version.Version=v${buildkitVersion}`,
    cold: "40 s",
  },
};

export const runc: Tool = {
  name: "runc",
  version: buildkitVersion,
  why: "buildkitd runs build steps with it",
  commands: ["buildkit-runc"],
  needsRoot: true,
  download: buildkitRelease,
  debian: ["runc"],
};

export const buildx: Tool = {
  name: "docker-buildx",
  version: buildxVersion,
  why: "shows the compiler's output when a build fails",
  commands: ["docker-buildx"],
  optional: true,
  minimum: "0.13.0",
  download: ({ os, arch }) => ({
    url: `https://github.com/docker/buildx/releases/download/v${buildxVersion}/buildx-v${buildxVersion}.${os}-${arch}`,
  }),
  recipe: {
    folder: "buildx",
    packages: ["github.com/docker/buildx/cmd/buildx"],
    ldflags: `-X github.com/docker/buildx/version.Version=v${buildxVersion}`,
    cold: "40 s",
  },
};

export const registry: Tool = {
  name: "registry",
  version: registryVersion,
  why: "images are pushed to it, on this machine only",
  commands: ["registry"],
  download: ({ os, arch }) => ({
    url: `https://github.com/distribution/distribution/releases/download/v${registryVersion}/registry_${registryVersion}_${os}_${arch}.tar.gz`,
    folder: ".",
  }),
  recipe: {
    folder: "registry",
    packages: ["github.com/distribution/distribution/v3/cmd/registry"],
    ldflags: `-X github.com/distribution/distribution/v3/version.version=v${registryVersion}`,
    cold: "1 min",
  },
};

export const docker: Tool = {
  name: "docker",
  version: dockerVersion,
  why: 'builds with engine "docker", and runs the image',
  commands: [
    "docker",
    "dockerd",
    "containerd",
    "containerd-shim-runc-v2",
    "ctr",
    "docker-init",
    "docker-proxy",
    "runc",
  ],
  needsRoot: true,
  minimum: "20.10.0",
  download: ({ arch }) => ({
    url: `https://download.docker.com/linux/static/stable/${dockerArch[arch]}/docker-${dockerVersion}.tgz`,
    folder: "docker",
  }),
  debian: ["docker.io"],
};

export const tools: readonly Tool[] = [
  pulumi,
  languageHost,
  dockerPlugin,
  dockerBuildPlugin,
  buildkit,
  runc,
  buildx,
  registry,
  docker,
];

/** Base images of the Dockerfiles, and what stands in for them where no official registry can be reached. */
export const baseImages = {
  golang: { repository: "library/golang", tag: "1.23", toolchain: "go1.23.12" },
  golangAlpine: { repository: "library/golang", tag: "1.23-alpine" },
  alpine: { repository: "library/alpine", tag: "3.20.3", debian: ["busybox-static", "ca-certificates"] },
} as const;

export const officialRegistry = "https://registry-1.docker.io/v2/";

/** File of Alpine's own root filesystem in an air-gapped mirror. */
export function alpineRootfs(arch: Target["arch"]): string {
  return `rootfs/alpine-minirootfs-${baseImages.alpine.tag}-${dockerArch[arch]}.tar.gz`;
}
