/** The floor and the limits that no tool goes below: an empty program, the compiler, and the push of one layer. */
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { mustRun, SetupError } from "../../tools/setup/exec";
import { goEnvironment } from "../goTools";
import type { Peer, Service, Site } from "../model";
import { type Descriptor, fetchBlob, fetchManifest, pushBlob, pushManifest, sha256 } from "../registry";
import { inLanguage, type Language, pulumiPeer } from "./pulumi";

/** A Pulumi program that does nothing: what every other one costs at least. */
export const empty = (language: Language = "TypeScript"): Peer =>
  pulumiPeer({
    name: `empty program${inLanguage(language)}`,
    needs: [],
    pushes: false,
    language,
    program: () => 'import * as pulumi from "@pulumi/pulumi";\n\nexport const stack = pulumi.getStack();\n',
  });

export const mainPackage = ({ directory }: Service): string => (directory === "." ? "." : `./${directory}`);

/** Go's and ko's caches, empty at first. */
export function goCaches(site: Site): NodeJS.ProcessEnv {
  if (!site.lab.go) throw new SetupError("Go is not available");
  const folder = (name: string) => join(site.directory, name);
  return goEnvironment(site.env, site.lab.go, {
    GOCACHE: folder("gocache"),
    GOMODCACHE: folder("gomodcache"),
    KOCACHE: folder("kocache"),
    // Else a module cache cannot be removed.
    GOFLAGS: "-mod=readonly -modcacherw",
  });
}

/** `go build` of all services in one command: what the processor needs, without containers and pushes. */
export const compiler: Peer = {
  name: "go build",
  needs: ["go"],
  pushes: false,
  open: async (site) => {
    const env = goCaches(site);
    for (const { directory } of site.services)
      await mustRun("go", ["mod", "download"], { cwd: join(site.source, directory), env });
    return { deploy: () => compile(site, env) };
  },
};

async function compile(site: Site, env: NodeJS.ProcessEnv): Promise<void> {
  const out = join(site.directory, "out");
  mkdirSync(out, { recursive: true });
  const target = site.services.length === 1 ? join(out, "main") : `${out}/`;
  const flags = ["-trimpath", "-buildvcs=false", "-ldflags=-s -w"];
  await mustRun("go", ["build", ...flags, "-o", target, ...site.services.map(mainPackage)], {
    cwd: site.source,
    env: { ...env, GOOS: "linux", GOARCH: "amd64" },
  });
}

/** `go build` and the push of one layer over a base that is there already: nothing can be faster. */
export const limit: Peer = {
  name: "limit: go build, push",
  needs: ["go"],
  pushes: true,
  open: async (site) => {
    const { deploy } = await compiler.open(site);
    const [service] = site.services;
    if (!service) throw new Error("a workload without services");
    const repository = site.repository(service);
    const base = await copyBase(site.lab.registry, repository);
    return {
      deploy: async () => {
        await deploy();
        const tar = tarOf("app/main", readFileSync(join(site.directory, "out/main")));
        const layer = gzipSync(tar);
        const config = Buffer.from(
          JSON.stringify({
            architecture: "amd64",
            os: "linux",
            config: { Entrypoint: ["/app/main"], User: "65532:65532" },
            rootfs: { type: "layers", diff_ids: [...base.diffIds, sha256(tar)] },
          }),
        );
        const [layerDigest, configDigest] = await Promise.all([
          pushBlob(repository, layer),
          pushBlob(repository, config),
        ]);
        await pushManifest(repository, {
          config: {
            mediaType: "application/vnd.oci.image.config.v1+json",
            digest: configDigest,
            size: config.length,
          },
          layers: [
            ...base.layers,
            {
              mediaType: "application/vnd.oci.image.layer.v1.tar+gzip",
              digest: layerDigest,
              size: layer.length,
            },
          ],
        });
      },
    };
  },
};

/** The base's layers, put into a repository before anything is measured. */
async function copyBase(registry: string, to: string): Promise<{ layers: Descriptor[]; diffIds: string[] }> {
  const from = `${registry}/library/alpine`;
  const { layers, config } = await fetchManifest(from, "3.20.3");
  for (const { digest } of layers) await pushBlob(to, await fetchBlob(from, digest));
  const { rootfs } = JSON.parse((await fetchBlob(from, config.digest)).toString()) as {
    rootfs: { diff_ids: string[] };
  };
  return { layers, diffIds: rootfs.diff_ids };
}

/** A tar archive of one executable file. */
function tarOf(name: string, content: Buffer): Buffer {
  const header = Buffer.alloc(512);
  const octal = (value: number, length: number) => `${value.toString(8).padStart(length - 1, "0")}\0`;
  header.write(name, 0);
  header.write(octal(0o755, 8) + octal(0, 8) + octal(0, 8) + octal(content.length, 12) + octal(0, 12), 100);
  header.write("        0", 148);
  header.write("ustar\u000000", 257);
  header.write(
    `${octal(
      header.reduce((sum, byte) => sum + byte, 0),
      7,
    )} `,
    148,
  );
  const padding = Buffer.alloc(512 - (content.length % 512 || 512) + 1024);
  return Buffer.concat([header, content, padding]);
}
