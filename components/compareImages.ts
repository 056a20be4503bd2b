// Two images side by side, from the components' outputs: nothing is asked of a registry.

import * as pulumi from "@pulumi/pulumi";
import type { ImageLayer } from "./outputs";
import { comparedFigures } from "./report/format/tables";
import { textTable } from "./report/format/text";
import type { Surface } from "./report/model";
import { surfaceOf } from "./report/surface";

/** What compareImages looks at: a GoMultiStageImage, a GoSingleStageImage, or the same outputs of another stack. */
export interface ComparableImage {
  /** Bytes that a pull transfers. */
  size: pulumi.Input<number>;
  /** Bytes on disk after a pull. */
  unpackedSize: pulumi.Input<number>;
  /** The layers. */
  layers: pulumi.Input<ImageLayer[]>;
}

/** An image in numbers. */
export interface ImageFigures {
  /** Bytes that a pull transfers. */
  size: number;
  /** Bytes on disk after a pull. */
  unpackedSize: number;
  /** Regular files. */
  files: number;
  /** Regular files with an executable bit. */
  executables: number;
  /** Files that run with their owner's or group's rights (setuid, setgid). */
  setuidFiles: number;
  /** Shells. */
  shells: number;
  /** Packages in the operating system's database. */
  osPackages: number;
}

/** Two images in numbers. */
export interface ImageComparison {
  before: ImageFigures;
  after: ImageFigures;
  /** The same as a text table, for people. */
  table: string;
}

/** How much lighter and smaller in attack surface `after` is than `before`, or how much it grew. */
export function compareImages(
  before: ComparableImage,
  after: ComparableImage,
): pulumi.Output<ImageComparison> {
  return pulumi.all([measured(before), measured(after)]).apply(([old, now]) => {
    const figures = ({ surface, ...sizes }: Measured): ImageFigures => ({ ...sizes, ...surface });
    return { before: figures(old), after: figures(now), table: textTable(comparedFigures(old, now)) };
  });
}

interface Measured {
  size: number;
  unpackedSize: number;
  surface: Surface;
}

function measured(image: ComparableImage): pulumi.Output<Measured> {
  const layers: pulumi.Output<ImageLayer[]> = pulumi.output(image.layers);
  return pulumi
    .all([image.size, image.unpackedSize, layers])
    .apply(([size, unpackedSize, all]) => ({ size, unpackedSize, surface: surfaceOf(all) }));
}
