// The image in a unit test of a user's stack (pulumi.runtime.setMocks). With the mocks of goimage/testing every output has a
// value, the same in each run. With other mocks, only what they give is known: the digest, or nothing.

import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { unknown } from "@pulumi/pulumi/output";
import type { ImageBuild } from "../engines";
import { imageCommands, type ImageSpec } from "../inputs";
import type { ImageLayer, LayerContents } from "../outputs";
import { isDigest, noContents } from "../registry";
import { sizeSummary } from "./image/sizeSummary";
import { imageChecks } from "./checks";
import type { ServedImage } from "./deployed";
import { refTo, type Destination } from "./destination";
import { mocksInUse } from "./sdk";

/** What a test may say of an image: testing/index.ts has the same, with its documentation. */
interface GivenImage {
  digest?: string;
  size?: number;
  unpackedSize?: number;
}

export interface MockedOptions {
  name: string;
  spec: ImageSpec;
  destination: pulumi.Output<Destination>;
  dockerfile: pulumi.Output<string>;
  sourceHash: string;
}

/** The image that the mocks of goimage/testing stand for; unknown with other mocks, and in a preview. */
export function mockedImage(options: MockedOptions): pulumi.Output<ServedImage> {
  const given = givenImages()?.[options.name] ?? {};
  return pulumi.all([options.destination, options.dockerfile]).apply(([destination, dockerfile]) => {
    if (givenImages() === undefined || pulumi.runtime.isDryRun()) return unknown as never;
    return madeUp(options, destination, dockerfile, given);
  });
}

/** The digest, which other mocks may give as well: as the child's output. */
export function mockedDigest(build: ImageBuild, image: pulumi.Output<ServedImage>): pulumi.Output<string> {
  if (givenImages() !== undefined) return image.apply(({ digest }) => digest);
  return build.digest.apply((digest) => (isDigest(digest) ? digest : (unknown as never)));
}

/** Reference to an image under mocks, which may give a digest and nothing else. */
export function mockedRef(
  destination: pulumi.Output<Destination>,
  digest: pulumi.Output<string>,
): pulumi.Output<string> {
  return pulumi.all([destination, digest]).apply(([where, known]) => refTo(where, known));
}

function givenImages(): Record<string, GivenImage> | undefined {
  return mocksInUse()?.[Symbol.for("goimage.testing")] as Record<string, GivenImage> | undefined;
}

const configSize = 1_000;

function madeUp(
  { spec, sourceHash }: MockedOptions,
  destination: Destination,
  dockerfile: string,
  given: GivenImage,
): ServedImage {
  const digestOf = (...parts: string[]) =>
    `sha256:${createHash("sha256")
      .update(JSON.stringify([sourceHash, dockerfile, ...parts]))
      .digest("hex")}`;
  const layers = madeUpLayers(spec, given, digestOf);
  const sum = (of: "size" | "unpackedSize") => layers.reduce((bytes, layer) => bytes + layer[of], 0);
  const { digest = digestOf(), size = configSize + sum("size"), unpackedSize = sum("unpackedSize") } = given;
  const isIndex = spec.platforms.length > 1;
  const byPlatform = <T>(value: (platform: string) => T) =>
    Object.fromEntries(spec.platforms.map((platform) => [platform, value(platform)]));
  return {
    ...{ digest, ref: refTo(destination, digest), size, unpackedSize, layers },
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
    ...{ size, unpackedSize, origin, contents: { ...noContents(), ...contents } },
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
    ...{ files: 3, executables: 1, certificates: true, timezones },
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
