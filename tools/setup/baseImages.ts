/** Gives `golang` and `alpine` to builders that cannot reach the official registry, from the local one. */
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { answers } from "./download";
import { mustRun, run } from "./exec";
import { currentTarget, mirrorFolder } from "./facts";
import { type ImageConfig, pushImage } from "./ociImage";
import type { Layout } from "./paths";
import {
  alpineLayer,
  busyboxLayer,
  ensureLayer,
  golangAlpineLayer,
  golangLayer,
  hostCertificates,
  isKept,
  type LayerSource,
} from "./rootfs";
import { isRunning } from "./service";
import { task } from "./ui";
import { alpineRootfs, baseImages, officialRegistry, type Target } from "./versions";

/** What `FROM` gets for one of the base images. */
export interface BaseImage {
  readonly name: string;
  readonly standIn: boolean;
  /** In plain words; also in the image's history, and a stand-in's label. */
  readonly origin: string;
}

export interface LocalImage extends BaseImage {
  readonly repository: string;
  readonly tag: string;
  readonly config: ImageConfig;
  readonly layers: readonly { architecture: Target["arch"]; source: LayerSource }[];
}

const standInLabel = "dev.goimage.stand-in";
const searchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** The root filesystems of Alpine's that the mirror has. */
function alpineArchives(): { architecture: Target["arch"]; file: string }[] {
  const mirror = mirrorFolder();
  if (mirror === undefined) return [];
  return (["amd64", "arm64"] as const)
    .map((architecture) => ({ architecture, file: join(mirror, alpineRootfs(architecture)) }))
    .filter(({ file }) => existsSync(file));
}

function localAlpine(): LocalImage {
  const { repository, tag } = baseImages.alpine;
  const { arch } = currentTarget();
  const genuine = alpineArchives();
  const standIn = !genuine.some(({ architecture }) => architecture === arch);
  const origin = standIn
    ? "a stand-in, not Alpine: BusyBox and the public certificates, from Debian packages"
    : `the genuine Alpine ${tag} root filesystem, from the mirror; not the Docker Hub image`;
  // Labels pass on to every image built from this one: the real Alpine's files carry none.
  const Labels: Record<string, string> = standIn ? { [standInLabel]: origin } : {};
  const layers = standIn
    ? [{ architecture: arch, source: busyboxLayer(arch) }]
    : genuine.map(({ architecture, file }) => ({ architecture, source: alpineLayer(file, architecture) }));
  const config = { Env: [`PATH=${searchPath}`], Cmd: ["/bin/sh"], Labels };
  return { name: `alpine:${tag}`, standIn, origin, repository, tag, config, layers };
}

const debianWithGit = "Debian bookworm with git";

function localGolang(): LocalImage {
  return golangStandIn(baseImages.golang, debianWithGit, golangLayer(currentTarget().arch));
}

/** Without a root filesystem of Alpine's, Debian's serves: it only has more. */
function localGolangAlpine(): LocalImage {
  const { arch } = currentTarget();
  const archive = alpineArchives().find(({ architecture }) => architecture === arch);
  return archive === undefined
    ? golangStandIn(baseImages.golangAlpine, debianWithGit, golangLayer(arch))
    : golangStandIn(
        baseImages.golangAlpine,
        `Alpine ${baseImages.alpine.tag}'s root filesystem`,
        golangAlpineLayer(archive.file, arch),
      );
}

function golangStandIn(
  { repository, tag }: { repository: string; tag: string },
  system: string,
  source: LayerSource,
): LocalImage {
  const trust = hostCertificates() ? ", and this machine's certificates" : "";
  const origin = `a stand-in, not the Docker Hub image: ${system} and ${baseImages.golang.toolchain}, no C compiler${trust}`;
  const config = {
    Env: [`PATH=/go/bin:/usr/local/go/bin:${searchPath}`, "GOPATH=/go", "GOTOOLCHAIN=local"],
    Cmd: ["sh"],
    WorkingDir: "/go",
    Labels: { [standInLabel]: origin },
  };
  const layers = [{ architecture: currentTarget().arch, source }];
  return { name: `golang:${tag}`, standIn: true, origin, repository, tag, config, layers };
}

export const localImages = (): readonly LocalImage[] => [localGolang(), localGolangAlpine(), localAlpine()];

export const officialImages = (): readonly BaseImage[] =>
  Object.values(baseImages).map(({ repository, tag }) => ({
    name: `${repository.replace("library/", "")}:${tag}`,
    standIn: false,
    origin: "the official image, from docker.io",
  }));

/** Whether all layers of an image were made in an earlier run. */
export const isMade = (layout: Layout, image: LocalImage): boolean =>
  image.layers.every(({ source }) => isKept(layout, source));

export async function makeLayers(layout: Layout, image: LocalImage): Promise<void> {
  for (const { source } of image.layers) await ensureLayer(layout, source);
}

/** Pushes an image into the local registry; true if it was not there. */
export async function publish(layout: Layout, registry: string, image: LocalImage): Promise<boolean> {
  const platforms = [];
  for (const { architecture, source } of image.layers) {
    platforms.push({
      os: "linux",
      architecture,
      config: image.config,
      comment: image.origin,
      layer: await ensureLayer(layout, source),
    });
  }
  return pushImage(registry, image.repository, image.tag, platforms);
}

/** A Docker Engine that was here before us asks docker.io, not our registry: it gets the images under their names. */
export async function giveToDaemon(registry: string, env: NodeJS.ProcessEnv): Promise<void> {
  for (const { name, repository, tag } of localImages()) {
    if ((await run("docker", ["image", "inspect", name], { env })).code === 0) continue;
    const local = `${registry}/${repository}:${tag}`;
    await task(`${name} for the Docker Engine that is here, which cannot reach docker.io`, async () => {
      await mustRun("docker", ["pull", "--quiet", local], { env });
      await mustRun("docker", ["tag", local, name], { env });
    });
  }
}

/**
 * Whether base images come from docker.io itself. Asked once, and again only when no service of ours runs: the
 * daemons are started for one answer or the other.
 */
export async function pullsOfficial(layout: Layout): Promise<boolean> {
  const file = join(layout.home, "base-images");
  const known = await readFile(file, "utf8").catch(() => "");
  if (known && (await isRunning(layout, "registry"))) return known === "official";
  // Without a login the registry answers 401: it is there.
  const official = await answers(officialRegistry, (status) => status < 300 || status === 401);
  await writeFile(file, official ? "official" : "local");
  return official;
}
