// The image in a unit test of a user's stack (pulumi.runtime.setMocks). With the mocks of goimage/testing every output has a
// value, the same in each run. With other mocks, only what they give is known: the digest, or nothing.

import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { unknown } from "@pulumi/pulumi/output";
import { imageCommands, type ImageSpec } from "../../inputs";
import type { ImageLayer, LayerContents } from "../../outputs";
import { isDigest, noContents } from "../../registry";
import { sizeSummary } from "./sizeSummary";
import { imageChecks } from "./checks";
import { refTo, type Destination } from "../before/destination";
import type { Prepared } from "../before/prepare";
import type { Child } from "../build";
import { mocksInUse } from "../pulumi/sdk";
import type { Situation } from "../pulumi/situation";
import type { ServedImage } from "../state/deployed";
import { asNow, type Served } from "./readBack";

/** What a test may say of an image: testing/index.ts has the same, with its documentation. */
interface GivenImage {
  digest?: string;
  size?: number;
  unpackedSize?: number;
}

/**
 * The image that the mocks of goimage/testing stand for; unknown with other mocks, which may give a digest as the child's output, and in
 * a preview.
 */
export function madeUp(run: Situation, prepared: Prepared, { build, dockerfile }: Child): Served {
  const image = pulumi.all([prepared.destination, dockerfile]).apply(([where, text]): ServedImage => {
    if (givenImages() === undefined || pulumi.runtime.isDryRun()) return unknown as never;
    return imageOf(prepared, where, text, givenImages()?.[run.name] ?? {});
  });
  const digest =
    givenImages() === undefined
      ? build.digest.apply((given) => (isDigest(given) ? given : (unknown as never)))
      : image.apply((served) => served.digest);
  return {
    digest,
    ref: pulumi.all([prepared.destination, digest]).apply(([where, known]) => refTo(where, known)),
    image,
    ofBuild: asNow,
  };
}

function givenImages(): Record<string, GivenImage> | undefined {
  return mocksInUse()?.[Symbol.for("goimage.testing")] as Record<string, GivenImage> | undefined;
}

const configSize = 1_000;

function imageOf(
  { spec, staged }: Prepared,
  destination: Destination,
  dockerfile: string,
  given: GivenImage,
): ServedImage {
  const digestOf = (...parts: string[]) =>
    `sha256:${createHash("sha256")
      .update(JSON.stringify([staged.hash, dockerfile, ...parts]))
      .digest("hex")}`;
  const layers = madeUpLayers(spec, given, digestOf);
  const sum = (of: "size" | "unpackedSize") => layers.reduce((bytes, layer) => bytes + layer[of], 0);
  const { digest = digestOf(), size = configSize + sum("size"), unpackedSize = sum("unpackedSize") } = given;
  const isIndex = spec.platforms.length > 1;
  const byPlatform = <T>(value: (platform: string) => T) =>
    Object.fromEntries(spec.platforms.map((platform) => [platform, value(platform)]));
  return {
    digest,
    ref: refTo(destination, digest),
    size,
    unpackedSize,
    layers,
    platformDigests: byPlatform((platform) => (isIndex ? digestOf(platform) : digest)),
    platformSizes: byPlatform(() => size),
    platformLayers: Object.fromEntries(spec.platforms.slice(1).map((platform) => [platform, layers])),
    sizeSummary: sizeSummary(size, unpackedSize, layers),
    checks: imageChecks({
      user: userOf(dockerfile),
      layers,
      timezones: spec.runtime.timezones,
      commands: imageCommands(spec.runtime),
    }),
  };
}

function madeUpLayers(
  { runtime, build }: ImageSpec,
  given: GivenImage,
  digestOf: (...parts: string[]) => string,
): ImageLayer[] {
  const layer = (
    origin: string,
    size: number,
    unpackedSize: number,
    contents: Partial<LayerContents>,
  ): ImageLayer => ({
    digest: digestOf("layer", origin),
    mediaType: "application/vnd.oci.image.layer.v1.tar+gzip",
    size,
    unpackedSize,
    origin,
    contents: { ...noContents(), ...contents },
  });
  const { packages, files, timezones } = runtime;
  const commands = imageCommands(runtime).map(
    ({ paths: [first = ""] }) => [first, { kind: "program", executable: true }] as const,
  );
  const below = [
    layer("base", 3_600_000, 7_800_000, { files: 80, executables: 20, shells: ["/bin/sh"], packages: 14 }),
    ...(packages.length > 0 ? [layer("packages", 500_000, 1_200_000, { files: 20 })] : []),
    ...(files.length > 0 ? [layer("files", 10_000, 20_000, { files: files.length })] : []),
  ];
  // What a test says of the whole image is put down to the binary.
  const rest = (whole: number | undefined, of: "size" | "unpackedSize", usual: number) =>
    whole === undefined
      ? usual
      : Math.max(
          0,
          below.reduce((bytes, each) => bytes - each[of], whole),
        );
  const size = rest(given.size && given.size - configSize, "size", 6_000_000);
  const binary = layer("binary", size, rest(given.unpackedSize, "unpackedSize", 14_000_000), {
    files: 3,
    executables: 1,
    certificates: true,
    timezones,
    program: { static: !build.cgoEnabled },
    ...(commands.length > 0 && { commands: Object.fromEntries(commands) }),
  });
  return [...below, binary];
}

/** The user of the last stage; empty where none is set. */
function userOf(dockerfile: string): string {
  const [stage = ""] = dockerfile.split(/^FROM /m).slice(-1);
  return /^USER (\S+)$/m.exec(stage)?.[1] ?? "";
}
