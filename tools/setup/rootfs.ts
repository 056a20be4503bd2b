/** Root filesystems for the base images, where the official ones cannot be pulled. */
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, existsSync, readFileSync } from "node:fs";
import {
  appendFile,
  chmod,
  copyFile,
  cp,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";
import { mirrorOf, verifyMirrored } from "./checksums";
import { mustRun, SetupError, start } from "./exec";
import { scratch } from "./install";
import type { Layer } from "./ociImage";
import type { Layout } from "./paths";
import { baseImages } from "./versions";

/** Certificates of the host, where it trusts more than the public authorities (a company's proxy, for one). */
export function hostCertificates(): string | undefined {
  const named = process.env["SSL_CERT_FILE"] || process.env["NODE_EXTRA_CA_CERTS"];
  return named && existsSync(named) ? named : undefined;
}

/** How to make a layer, and the name that it is kept under: another name is another content. */
export interface LayerSource {
  readonly name: string;
  /** Writes a tar.gz to `file`; returns the digest of the tar. */
  make(layout: Layout, file: string): Promise<string>;
}

export const isKept = (layout: Layout, { name }: LayerSource): boolean =>
  existsSync(join(layout.images, `${name}.json`));

/** A layer that was kept from an earlier run, or is made now. */
export async function ensureLayer(layout: Layout, source: LayerSource): Promise<Layer> {
  const { name } = source;
  const file = join(layout.images, `${name}.tar.gz`);
  const note = join(layout.images, `${name}.json`);
  if (isKept(layout, source)) {
    return { file, ...(JSON.parse(await readFile(note, "utf8")) as { digest: string; diffId: string }) };
  }
  await mkdir(layout.images, { recursive: true });
  const fresh = join(await scratch(layout, name), "layer.tar.gz");
  const diffId = await source.make(layout, fresh);
  const digest = `sha256:${await hashOf(createReadStream(fresh))}`;
  await rename(fresh, file);
  await writeFile(`${note}.new`, JSON.stringify({ digest, diffId }));
  await rename(`${note}.new`, note);
  return { file, digest, diffId };
}

async function hashOf(stream: NodeJS.ReadableStream): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of stream) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

/** The mirror's own file, byte for byte. */
export const alpineLayer = (archive: string, arch: string): LayerSource => ({
  name: `alpine-${baseImages.alpine.tag}-${arch}`,
  make: async (_layout, file) => {
    await verifyMirrored(archive, mirrorOf(archive));
    await copyFile(archive, file);
    await chmod(file, 0o644);
    return `sha256:${await hashOf(createReadStream(file).pipe(createGunzip()))}`;
  },
});

/** BusyBox and the public certificates, from Debian packages. */
export const busyboxLayer = (arch: string): LayerSource => ({
  name: `alpine-stand-in-${arch}`,
  make: async (layout, file) => {
    const work = await scratch(layout, "busybox");
    const root = join(work, "root");
    const log = join(layout.log, "alpine-stand-in.log");
    await mustRun("apt-get", ["download", ...baseImages.alpine.debian], { cwd: work, log });
    const packages = (await readdir(work)).filter((name) => name.endsWith(".deb"));
    for (const name of packages)
      await mustRun("dpkg-deb", ["--extract", name, join(work, "deb")], { cwd: work });

    for (const folder of [
      "bin",
      "sbin",
      "usr/bin",
      "usr/sbin",
      "etc/ssl/certs",
      "dev",
      "proc",
      "sys",
      "root",
      "var",
    ]) {
      await mkdir(join(root, folder), { recursive: true });
    }
    await mkdir(join(root, "tmp"));
    await chmod(join(root, "tmp"), 0o1777);
    const busybox =
      ["bin/busybox", "usr/bin/busybox"].map((path) => join(work, "deb", path)).find(existsSync) ?? "busybox";
    await copyFile(busybox, join(root, "bin/busybox"));
    await chmod(join(root, "bin/busybox"), 0o755);
    const applets = (await mustRun(busybox, ["--list-full"])).trim().split("\n");
    for (const applet of applets) {
      const link = join(root, applet);
      if (!existsSync(link)) await symlink("/bin/busybox", link).catch(ignoreExisting);
    }
    const authorities = join(work, "deb/usr/share/ca-certificates/mozilla");
    for (const name of (await readdir(authorities)).sort()) {
      await appendFile(
        join(root, "etc/ssl/certs/ca-certificates.crt"),
        await readFile(join(authorities, name)),
      );
    }
    await symlink("certs/ca-certificates.crt", join(root, "etc/ssl/cert.pem"));
    const users = ["root:x:0:0:root:/root:/bin/sh", "nobody:x:65534:65534:nobody:/:/sbin/nologin"];
    await writeFile(join(root, "etc/passwd"), `${users.join("\n")}\n`);
    await writeFile(join(root, "etc/group"), "root:x:0:root\nnobody:x:65534:\n");
    await writeFile(
      join(root, "etc/os-release"),
      'ID=goimage-stand-in\nPRETTY_NAME="BusyBox, standing in for Alpine"\n',
    );
    return packFolder(root, file);
  },
});

/** A minimal Debian with git and Go: what the official golang image has, less its C compiler. */
export const golangLayer = (arch: string): LayerSource =>
  withGo("golang-stand-in", arch, async (root, log) => {
    // In a mount namespace of its own: what debootstrap mounts goes away with it, however it ends.
    const bootstrap = ["--variant=minbase", "--include=ca-certificates,git", "bookworm", root];
    await mustRun("unshare", ["--mount", "debootstrap", ...bootstrap], { log });
    const unneeded = [
      "usr/share/doc",
      "usr/share/man",
      "usr/share/locale",
      "usr/share/info",
      "var/cache/apt",
    ];
    for (const folder of [...unneeded, "var/lib/apt/lists", "var/log"]) {
      await rm(join(root, folder), { recursive: true, force: true });
      await mkdir(join(root, folder));
    }
  });

/** Go on Alpine's root filesystem: what the official golang image on Alpine has. */
export const golangAlpineLayer = (archive: string, arch: string): LayerSource =>
  withGo("golang-alpine-stand-in", arch, async (root, log) => {
    await verifyMirrored(archive, mirrorOf(archive));
    await mkdir(root, { recursive: true });
    await mustRun("tar", ["--extract", "--gzip", "--file", archive, "--directory", root], { log });
  });

/** A system with Go in it, and with the host's certificates. */
function withGo(
  name: string,
  arch: string,
  makeSystem: (root: string, log: string) => Promise<void>,
): LayerSource {
  const { toolchain } = baseImages.golang;
  const certificates = hostCertificates();
  // A host that changes its certificates needs another image.
  const trust = certificates
    ? `-${createHash("sha256").update(readFileSync(certificates)).digest("hex").slice(0, 8)}`
    : "";
  const make = async (layout: Layout, file: string) => {
    const root = join(await scratch(layout, name), "root");
    const log = join(layout.log, `${name}.log`);
    await makeSystem(root, log);
    const env = { ...process.env, GOTOOLCHAIN: toolchain, GOFLAGS: "-mod=readonly", GOWORK: "off" };
    const goRoot = (await mustRun("go", ["env", "GOROOT"], { env, cwd: layout.work, log })).trim();
    await cp(goRoot, join(root, "usr/local/go"), { recursive: true });
    // The module cache is read-only.
    await mustRun("chmod", ["-R", "u+w", join(root, "usr/local/go")]);
    await mkdir(join(root, "go/bin"), { recursive: true });
    await mkdir(join(root, "go/src"), { recursive: true });
    await mustRun("chmod", ["-R", "1777", join(root, "go")]);
    if (certificates) {
      await appendFile(join(root, "etc/ssl/certs/ca-certificates.crt"), await readFile(certificates));
    }
    return packFolder(root, file);
  };
  return { name: `${name}-${toolchain}-${arch}${trust}`, make };
}

/** Packs a folder as one layer, owned by root and with fixed times; returns the digest of the tar. */
async function packFolder(folder: string, file: string): Promise<string> {
  const owner = process.getuid?.() === 0 ? [] : ["--owner=0", "--group=0"];
  const order = ["--sort=name", "--mtime=@0", "--numeric-owner", ...owner];
  const tar = start("tar", [...order, "--directory", folder, "--create", "."], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exit = new Promise<number | null>((resolve, reject) =>
    tar.once("error", reject).once("close", resolve),
  );
  const hash = createHash("sha256");
  const hashing = new Transform({
    transform(chunk: Buffer, _encoding, next) {
      hash.update(chunk);
      next(null, chunk);
    },
  });
  // The quickest level: the layer is only pushed to this machine.
  await pipeline(tar.stdout ?? Readable.from([]), hashing, createGzip({ level: 1 }), createWriteStream(file));
  if ((await exit) !== 0) throw new SetupError(`tar could not pack ${folder}`);
  await rm(folder, { recursive: true, force: true });
  return `sha256:${hash.digest("hex")}`;
}

const ignoreExisting = (error: NodeJS.ErrnoException) => {
  if (error.code !== "EEXIST") throw error;
};
