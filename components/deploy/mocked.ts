// The image in a unit test of a user's stack (pulumi.runtime.setMocks). With the mocks of goimage/testing every output has a
// value, the same in each run. With other mocks, only what they give is known: the digest, or nothing.

import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { unknown } from "@pulumi/pulumi/output";
import type { ImageBuild } from "../engines";
import type { ImageSpec } from "../inputs";
import type { ImageLayer, LayerContents } from "../outputs";
import { isDigest } from "../registry";
import { sizeSummary } from "../text";
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
const nothing: LayerContents = {
  files: 0,
  executables: 0,
  setuidFiles: [],
  shells: [],
  certificates: false,
  timezones: false,
};

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
  const { packages, files, user, timezones } = spec.runtime;
  const layer = (
    origin: string,
    size: number,
    unpackedSize: number,
    contents: Partial<LayerContents>,
  ): ImageLayer => ({
    digest: digestOf("layer", origin),
    mediaType: "application/vnd.oci.image.layer.v1.tar+gzip",
    ...{ size, unpackedSize, origin, contents: { ...nothing, ...contents } },
  });
  const below = [
    layer("base", 3_600_000, 7_800_000, { files: 80, executables: 20, shells: ["/bin/sh"], packages: 14 }),
    ...(packages.length > 0 ? [layer("packages", 500_000, 1_200_000, { files: 20 })] : []),
    ...(files.length > 0 ? [layer("files", 10_000, 20_000, { files: files.length })] : []),
  ];
  const sum = (of: "size" | "unpackedSize") => below.reduce((bytes, each) => bytes + each[of], 0);
  // What the test says of the whole is put down to the binary.
  const size = given.size ?? configSize + sum("size") + 6_000_000;
  const unpackedSize = given.unpackedSize ?? sum("unpackedSize") + 14_000_000;
  const binary = layer("binary", Math.max(0, size - configSize - sum("size")), unpackedSize, {
    ...{ files: 3, executables: 1, certificates: true, timezones },
    program: { static: !spec.build.cgoEnabled },
  });
  const layers = [...below, { ...binary, unpackedSize: Math.max(0, unpackedSize - sum("unpackedSize")) }];
  const digest = given.digest ?? digestOf();
  const isIndex = spec.platforms.length > 1;
  const byPlatform = <T>(value: (platform: string) => T) =>
    Object.fromEntries(spec.platforms.map((platform) => [platform, value(platform)]));
  return {
    ...{ digest, ref: refTo(destination, digest), size, unpackedSize, layers },
    platformDigests: byPlatform((platform) => (isIndex ? digestOf(platform) : digest)),
    platformSizes: byPlatform(() => size),
    platformLayers: Object.fromEntries(spec.platforms.slice(1).map((platform) => [platform, layers])),
    sizeSummary: sizeSummary(size, unpackedSize, layers),
    checks: imageChecks({ user, layers, timezones }),
  };
}
