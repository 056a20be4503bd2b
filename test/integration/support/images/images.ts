// Images that a test needs and no registry has: base images with something more or less.

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { makeTree } from "../../../support/module";
import { builder, registry } from "../project/environment";
import { run } from "../project/project";

/** What docker prints; it must succeed. */
export async function docker(...words: string[]): Promise<string> {
  const { code, output } = await run("docker", words, ".");
  assert.equal(code, 0, output);
  return output.trim();
}

/** Builds a directory with the tests' builder; layers of an earlier run are taken from its cache, unless `flags` say other. */
export async function buildImage(directory: string, output: string, ...flags: string[]): Promise<void> {
  await buildx(["build", `--builder=${builder}`, `--output=${output}`, ...flags, directory], directory);
}

/** The plugin alone, or with docker's command line. */
export async function buildx(
  words: string[],
  directory: string,
  env?: Record<string, string>,
): Promise<void> {
  let result = await run("docker-buildx", words, directory, env).catch(() => undefined);
  result ??= await run("docker", ["buildx", ...words], directory, env);
  if (result.code !== 0) throw new Error(result.output);
}

/** The same from a Dockerfile that copies nothing. */
const build = (dockerfile: string, output: string): Promise<void> =>
  buildImage(makeTree({ Dockerfile: dockerfile }), output, "--provenance=false");

/** Pushes what a Dockerfile makes of some files, and returns the image's name. */
export async function imageOf(
  name: string,
  dockerfile: string,
  files: Record<string, string> = {},
  platforms = ["linux/amd64"],
): Promise<string> {
  const image = `${registry}/test/${name}:latest`;
  const directory = makeTree({ ...files, Dockerfile: dockerfile });
  const platform = `--platform=${platforms.join(",")}`;
  await buildImage(directory, `type=image,name=${image},push=true`, "--provenance=false", platform);
  return image;
}

/** Builds a context of ours once more, with nothing from the builder's cache, and returns the pushed digest. */
export async function rebuilt(context: string, image: string): Promise<string> {
  const metadata = path.join(makeTree({}), "metadata.json");
  await buildImage(
    context,
    `type=image,name=${image},push=true,oci-mediatypes=true`,
    ...["--provenance=false", "--no-cache", "--build-arg=SOURCE_DATE_EPOCH=0"],
    ...[`--file=${context}.Dockerfile`, `--metadata-file=${metadata}`],
  );
  return (
    (JSON.parse(fs.readFileSync(metadata, "utf8")) as Record<string, string>)["containerimage.digest"] ?? ""
  );
}

/** Pushes the golang image after a command, and returns its name. */
export async function golangAfter(name: string, command: string): Promise<string> {
  const image = `${registry}/test/golang-${name}:latest`;
  await build(`FROM golang:1.23\nRUN ${command}\n`, `type=image,name=${image},push=true`);
  return image;
}

/** Writes the golang image's Debian, without Go, after a command into a directory. */
export async function debianAfter(command: string, directory: string): Promise<void> {
  await build(
    `FROM golang:1.23\nRUN ${command} && rm -rf /usr/local/go /go\n`,
    `type=local,dest=${directory}`,
  );
}

/** A command that installs Debian packages. */
export const installed = (...packages: string[]): string =>
  `apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends ${packages.join(" ")}`;
