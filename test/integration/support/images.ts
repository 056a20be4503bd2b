// Images that a test needs and no registry has: the golang image with something more or less.

import { makeTree } from "../../support/module";
import { builder, registry } from "./environment";
import { run } from "./project";

/** Builds a directory with the tests' builder; layers of an earlier run are taken from its cache. */
export async function buildImage(directory: string, output: string, ...flags: string[]): Promise<void> {
  const words = ["build", `--builder=${builder}`, ...flags, `--output=${output}`, directory];
  // With docker's command line, or alone.
  let result = await run("docker-buildx", words, directory).catch(() => undefined);
  result ??= await run("docker", ["buildx", ...words], directory);
  if (result.code !== 0) throw new Error(result.output);
}

/** The same from a Dockerfile that copies nothing. */
const build = (dockerfile: string, output: string): Promise<void> =>
  buildImage(makeTree({ Dockerfile: dockerfile }), output, "--provenance=false");

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
