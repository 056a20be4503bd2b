// Compares two images by the components' outputs alone; no registry is asked.

import * as pulumi from "@pulumi/pulumi";
import type { ImageLayer } from "./outputs";
import { loadReport } from "./report";

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
  /** Files that lend rights to whoever runs them: setuid, setgid, capabilities. */
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
  return pulumi.all([known(before), known(after)]).apply((images) => {
    const { comparedFigures, surfaceOf, textTable } = loadReport();
    const measured = ({ layers, ...sizes }: Known): Measured => ({ ...sizes, surface: surfaceOf(layers) });
    const [old, now] = [measured(images[0]), measured(images[1])];
    const figures = ({ surface, ...sizes }: Measured): ImageFigures => ({ ...sizes, ...surface });
    return { before: figures(old), after: figures(now), table: textTable(comparedFigures(old, now)) };
  });
}

interface Known {
  size: number;
  unpackedSize: number;
  layers: ImageLayer[];
}

interface Measured {
  size: number;
  unpackedSize: number;
  surface: Omit<ImageFigures, "size" | "unpackedSize">;
}

function known({ size, unpackedSize, layers }: ComparableImage): pulumi.Output<Known> {
  const all: pulumi.Output<ImageLayer[]> = pulumi.output(layers);
  return pulumi
    .all([size, unpackedSize, all])
    .apply(([size, unpackedSize, layers]) => ({ size, unpackedSize, layers }));
}
