/** SHA-256 of files that come from outside: what the makers published, so that a changed or cut file is not run. */
import { createHash } from "node:crypto";
import { createReadStream, existsSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { SetupError } from "./exec";

export type Checksums = Readonly<Record<string, string>>;

/**
 * By the name of the file, which has version, system and processor in it. A file that is not here is not downloaded unless
 * GOIMAGE_UNPINNED=1 asks for it; everything but the plugin of @pulumi/docker is then built from Go modules, which
 * the go.sum files of tools/recipes pin.
 */
const checksums: Checksums = {
  "buildx-v0.35.0.linux-amd64": "d41ece72044243b4f58b343441ae37446d9c29a7d6b5e11c61847bbcf8f7dfda",
  "buildx-v0.35.0.linux-arm64": "c4248d6cbc4a619a7e0b4609c11e509ad4ac0b475e1c64817c0ac20c5d90c766",
  "buildx-v0.35.0.darwin-amd64": "7d53fd11deca2d4caebc5436c9eebece5c81c8bbc6d4b539cf30be5c133c38c7",
  "buildx-v0.35.0.darwin-arm64": "fedbcbd488dcdb46414c6119920d8186d406531a1157ceede4e857e25af77ff1",
  "registry_3.1.2_linux_amd64.tar.gz": "40df2224d410f72ae425c3371873b078bbdbda3b8b612be9571f0e6751f3acc8",
  "registry_3.1.2_linux_arm64.tar.gz": "09d26f88d2c0f161bd1b8bfc6c123571cc3d291dcca8af5477b3cacc4ec95e73",
  "alpine-minirootfs-3.20.3-x86_64.tar.gz":
    "d4e6fd67dcf75e40c451560ac7265166c2b72a0f38ddc9aae756a7de3d1efa0c",
  "alpine-minirootfs-3.20.3-aarch64.tar.gz":
    "041fa34a81788242df9e78fa69b97ab45b8ec47ddbf88864755610414a7bf3de",
};

const fileName = (place: string): string =>
  basename(/^https?:/.test(place) ? new URL(place).pathname : place);

/** The checksum of the file that a URL or path names. */
export function checksumOf(place: string, known: Checksums = checksums): string | undefined {
  const name = fileName(place);
  return Object.hasOwn(known, name) ? known[name] : undefined;
}

/** Whether a download may be made: it has a checksum, or the user does without. */
export const mayDownload = (url: string, known?: Checksums): boolean =>
  checksumOf(url, known) !== undefined || process.env["GOIMAGE_UNPINNED"] === "1";

async function sha256Of(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

/** Fails unless the file is the one that its name promises. */
export async function verify(file: string, from: string, expected: string): Promise<void> {
  const found = await sha256Of(file);
  if (found === expected) return;
  throw new SetupError(
    `${from} is not the file that it should be: its SHA-256 is ${found}, expected is ${expected}.\n` +
      "It was changed, or cut off on the way. Nothing of it was used.",
  );
}

/** A file of an air-gapped mirror: known here, or listed in the mirror's SHA256SUMS, in the form of sha256sum. */
export async function verifyMirrored(file: string, mirror: string): Promise<void> {
  const expected = checksumOf(file) ?? listed(mirror)[file.slice(mirror.length).replace(/^\/+/, "")];
  if (expected === undefined) {
    throw new SetupError(
      `${file} has no checksum: write those of the mirror's files into ${join(mirror, "SHA256SUMS")} where they are known\n` +
        "to be right, with: sha256sum bin/* rootfs/* > SHA256SUMS",
    );
  }
  await verify(file, file, expected);
}

function listed(mirror: string): Record<string, string> {
  const list = join(mirror, "SHA256SUMS");
  if (!existsSync(list)) return {};
  const lines = readFileSync(list, "utf8").split("\n");
  return Object.fromEntries(
    lines.flatMap((line) => {
      const match = /^([0-9a-f]{64}) [ *](?:\.\/)?(\S.*)$/.exec(line);
      return match ? [[match[2] ?? "", match[1] ?? ""]] : [];
    }),
  );
}

/** The mirror that a file lies in, one folder below its top. */
export const mirrorOf = (file: string): string => dirname(dirname(file));
