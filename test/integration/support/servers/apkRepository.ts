// An Alpine repository of a test's own: packages of apk's second format and their index, signed with a key made here.

import * as crypto from "node:crypto";
import * as http from "node:http";
import * as https from "node:https";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";

export interface ApkFile {
  content: string;
  /** The default is 0o644. */
  mode?: number;
  /** Name of its owner and group, of which apk takes the number from the image. The default is root. */
  owner?: string;
}

export interface ApkPackage {
  name: string;
  version: string;
  depends?: string[];
  /** Files by path without a leading slash; the directories above them have mode 0755. */
  files: Record<string, ApkFile>;
  /** Text of the script that apk runs after the installation. */
  postInstall?: string;
}

export interface ApkRepository {
  url: string;
  /** PEM text and file name of the public key, as it has to lie in /etc/apk/keys. */
  key: { name: string; text: string };
  /** What is served, which a test may change. */
  packages: ApkPackage[];
  /** Paths that were asked for. */
  requests: string[];
  close(): void;
}

/** `address`: one of this machine that build steps reach. With `tls` it speaks https as localhost. */
export async function startApkRepository(
  address: string,
  packages: ApkPackage[],
  tls?: { key: string; cert: string },
): Promise<ApkRepository> {
  const { publicKey, privateKey } = crypto.generateKeyPairSync("rsa", { modulusLength: 2048 });
  const name = `test-${crypto.randomBytes(4).toString("hex")}.rsa.pub`;
  const signed = (stream: Buffer) =>
    Buffer.concat([
      segment([{ name: `.SIGN.RSA.${name}`, data: crypto.sign("RSA-SHA1", stream, privateKey) }]),
      stream,
    ]);
  const requests: string[] = [];
  const serve: http.RequestListener = (request, response) => {
    const path = request.url ?? "";
    requests.push(path);
    const [, arch = "", file = ""] = /^\/([^/]+)\/(.+)$/.exec(path) ?? [];
    const made = repository.packages.map((each) => ({ each, ...make(each, arch, signed) }));
    const found = made.find(({ each }) => file === `${each.name}-${each.version}.apk`);
    if (file === "APKINDEX.tar.gz") response.end(index(made, signed));
    else if (found) response.end(found.apk);
    else response.writeHead(404).end();
  };
  const server = tls === undefined ? http.createServer(serve) : https.createServer(tls, serve);
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  const { port } = server.address() as AddressInfo;
  const text = publicKey.export({ type: "spki", format: "pem" }) as string;
  const repository: ApkRepository = {
    url: tls === undefined ? `http://${address}:${port}` : `https://localhost:${port}`,
    key: { name, text },
    packages,
    requests,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
  return repository;
}

/** When each package was built, by which apk dates the scripts in its database. */
const builtAt = 1_600_000_000;

interface MadePackage {
  apk: Buffer;
  /** Its paragraph in the index. */
  entry: string;
}

/** A package is three gzip streams behind each other: the signature of the second, control data, files. */
function make(apk: ApkPackage, arch: string, signed: (stream: Buffer) => Buffer): MadePackage {
  const { name, version, depends = [], files, postInstall } = apk;
  const data = segment(dataEntries(files), "ended");
  const installedSize = Object.values(files).reduce((sum, { content }) => sum + content.length, 0);
  const information = [
    ...[
      `pkgname = ${name}`,
      `pkgver = ${version}`,
      "pkgdesc = a test's package",
      "url = none",
      "license = none",
    ],
    ...[`arch = ${arch}`, `size = ${installedSize}`, ...depends.map((other) => `depend = ${other}`)],
    `builddate = ${builtAt}`,
    `datahash = ${crypto.createHash("sha256").update(data).digest("hex")}`,
  ];
  const control = segment([
    { name: ".PKGINFO", data: Buffer.from(`${information.join("\n")}\n`) },
    ...(postInstall === undefined
      ? []
      : [{ name: ".post-install", data: Buffer.from(postInstall), mode: 0o755 }]),
  ]);
  const whole = Buffer.concat([signed(control), data]);
  const entry = [
    `C:Q1${crypto.createHash("sha1").update(control).digest("base64")}`,
    ...[`P:${name}`, `V:${version}`, `A:${arch}`, `S:${whole.length}`, `I:${installedSize}`],
    ...[
      "T:a test's package",
      "U:none",
      "L:none",
      `t:${builtAt}`,
      ...(depends.length > 0 ? [`D:${depends.join(" ")}`] : []),
    ],
  ];
  return { apk: whole, entry: `${entry.join("\n")}\n` };
}

function index(made: readonly MadePackage[], signed: (stream: Buffer) => Buffer): Buffer {
  const text = made.map(({ entry }) => `${entry}\n`).join("");
  const entries = [
    { name: "DESCRIPTION", data: Buffer.from("a test's repository") },
    { name: "APKINDEX", data: Buffer.from(text) },
  ];
  return signed(segment(entries, "ended"));
}

interface Entry {
  name: string;
  data: Buffer;
  mode?: number;
  owner?: string;
  type?: "0" | "5" | "x";
}

function dataEntries(files: ApkPackage["files"]): Entry[] {
  const directories = new Set(
    Object.keys(files).flatMap((path) => {
      const parts = path.split("/").slice(0, -1);
      return parts.map((_, n) => parts.slice(0, n + 1).join("/"));
    }),
  );
  return [
    ...[...directories]
      .sort()
      .map((name): Entry => ({ name, data: Buffer.alloc(0), mode: 0o755, type: "5" })),
    ...Object.entries(files).flatMap(([name, { content, ...attributes }]): Entry[] => {
      const data = Buffer.from(content);
      // apk does without a file's checksum, but then the database has none either.
      const record = `APK-TOOLS.checksum.SHA1=${crypto.createHash("sha1").update(data).digest("hex")}\n`;
      // A record begins with its own length, here of two digits and a space more.
      return [
        { name: "checksum", data: Buffer.from(`${record.length + 3} ${record}`), type: "x" },
        { name, data, ...attributes },
      ];
    }),
  ];
}

/** A tar archive as a gzip stream; only the last one of a file has the mark of its end. */
function segment(entries: readonly Entry[], end: "ended" | "open" = "open"): Buffer {
  const blocks = entries.flatMap(({ name, data, mode = 0o644, owner = "root", type = "0" }) => {
    const header = Buffer.alloc(512);
    const octal = (value: number, at: number, length: number) =>
      header.write(`${value.toString(8).padStart(length - 1, "0")}\0`, at);
    header.write(name, 0, 100);
    octal(mode, 100, 8);
    // Numbers of the machine that packed, which mean nothing where the names are known.
    octal(owner === "root" ? 0 : 4711, 108, 8);
    octal(owner === "root" ? 0 : 4711, 116, 8);
    octal(data.length, 124, 12);
    octal(1_600_000_000, 136, 12);
    header.write("        ", 148);
    header.write(type, 156);
    header.write("ustar\u000000", 257);
    header.write(owner, 265);
    header.write(owner, 297);
    octal(
      header.reduce((sum, byte) => sum + byte),
      148,
      7,
    );
    return [header, data, Buffer.alloc((512 - (data.length % 512)) % 512)];
  });
  return gzipSync(Buffer.concat([...blocks, ...(end === "ended" ? [Buffer.alloc(1024)] : [])]));
}
