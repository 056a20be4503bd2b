// Bases made from Alpine for the tests of packages, and what apk itself makes of them.

import * as crypto from "node:crypto";
import * as path from "node:path";
import type { ApkPackage, ApkRepository } from "../servers/apkRepository";
import { registry } from "../project/environment";
import { docker, imageOf } from "./images";
import { fetchManifest } from "./registry";

/** Where Alpine has the public authorities. */
export const bundle = "etc/ssl/certs/ca-certificates.crt";
/** tool needs lib-of-tool, and a package of the base in a newer version. */
export const packages: ApkPackage[] = [
  {
    ...{ name: "tool", version: "1.0-r0", depends: ["lib-of-tool", "ca-certificates-bundle>=20991231"] },
    postInstall: "#!/bin/sh\ntouch /ran\n",
    files: {
      "usr/bin/tool": {
        content: '#!/bin/sh\nread -r word < /usr/share/lib-of-tool/word && echo "$word"\n',
        mode: 0o755,
      },
      "etc/tool.conf": { content: "a=1\n" },
      // Alpine's own /root and /var/tmp have other modes than the package gives them.
      "root/.toolrc": { content: "b=2\n" },
      "var/tmp/tool": { content: "\n" },
      // The group is in Alpine, with a number of its own.
      "var/lib/tool/state": { content: "state\n", mode: 0o640, owner: "www-data" },
    },
  },
  { name: "lib-of-tool", version: "2.1-r3", files: { "usr/share/lib-of-tool/word": { content: "found\n" } } },
  // Newer than the base's.
  { name: "ca-certificates-bundle", version: "20991231-r0", files: { [bundle]: { content: "public\n" } } },
];

/** A company's base: its repository, an authority of its own among the public ones, and a user that may not install. */
export const companyBase = (name: string) => `
FROM alpine:3.20.3
COPY key /etc/apk/keys/${name}
COPY repositories /etc/apk/repositories
COPY bundle /${bundle}
USER 1000
`;
/** The same with /bin, /lib and /sbin as links into /usr. */
export const mergedBase = (name: string) => `
FROM alpine:3.20.3 AS alpine
FROM golang:1.23 AS merged
COPY --from=alpine / /root/
COPY key /root/etc/apk/keys/${name}
COPY repositories /root/etc/apk/repositories
RUN cd /root && for each in bin lib sbin; do cp -a $each/. usr/$each/ && rm -r $each && ln -s usr/$each $each; done
FROM scratch
COPY --from=merged /root/ /
ENV PATH=/usr/sbin:/usr/bin
`;

/** Pushes a base that has the repository and its key, and returns its name. */
export async function baseOf(
  repository: ApkRepository,
  dockerfile = companyBase,
  platforms?: string[],
): Promise<string> {
  const { name, text } = repository.key;
  // A name that no other test uses: the Docker Engine keeps what it has pulled by a name.
  const unique = crypto.randomBytes(4).toString("hex");
  const files = { key: text, repositories: `${repository.url}\n`, bundle: "public and company\n" };
  return imageOf(`packages-${unique}`, dockerfile(name), files, platforms);
}

/** Kind, mode, owner and content of every file and directory of an image, by path. */
export async function filesOf(image: string): Promise<Map<string, string>> {
  await docker("pull", "--quiet", image);
  // A container has some files of its own.
  const pruned = [
    "/proc",
    "/sys",
    "/dev",
    "/app",
    "/etc/hosts",
    "/etc/hostname",
    "/etc/resolv.conf",
    "/.dockerenv",
  ];
  const script = `find / \\( ${pruned.map((each) => `-path ${each}`).join(" -o ")} \\) -prune -o -print |
    while IFS= read -r file; do
      echo "$file|$(stat -c '%F %a %u:%g' "$file")$(if [ -L "$file" ]; then readlink "$file"; elif [ -f "$file" ]; then sha1sum < "$file"; fi)"
    done`;
  const found = await docker("run", "--rm", "--user=0", "--entrypoint=/bin/sh", image, "-c", script);
  return new Map(found.split("\n").map((line) => line.split("|") as [string, string]));
}

/** What apk makes of a base in the usual way, beside what stays of the base. */
export async function installedByApk(base: string): Promise<Map<string, string>> {
  const dockerfile = `FROM ${base}\nUSER 0\nRUN ["apk","add","--no-cache","--no-scripts","tool"]\n`;
  const image = await imageOf(`${path.posix.basename(base).replace(/:.*/, "")}-usual`, dockerfile);
  return new Map([...(await filesOf(base)), ...(await filesOf(image))]);
}

/** Whether the base image of the tests is Alpine, and no stand-in. */
export async function alpineHasApk(): Promise<boolean> {
  try {
    await imageOf("packages-apk", 'FROM alpine:3.20.3\nRUN ["apk","--version"]\n');
    return true;
  } catch (error) {
    if (/"apk": executable file not found/.test(String(error))) return false;
    throw error;
  }
}

/** Whether the base image of the tests is there for arm64, too; the official one is. */
export async function alpineHasArm64(): Promise<boolean> {
  const local = await fetchManifest(`${registry}/library/alpine`, "3.20.3");
  return local === undefined || local.text.includes('"arm64"');
}
