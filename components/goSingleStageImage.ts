import type { ComponentResourceOptions } from "@pulumi/pulumi";
import type { GoSingleStageImageArgs } from "./args";
import { GoImage } from "./goImage";

/**
 * A Go service as a pushed container image the simple way: one golang image compiles and runs it, and ships with the
 * toolchain and the source. It is there to compare with GoMultiStageImage.
 */
export class GoSingleStageImage extends GoImage {
  /** Registers the image, as GoMultiStageImage does. */
  constructor(name: string, args: GoSingleStageImageArgs, opts?: ComponentResourceOptions) {
    super("GoSingleStageImage", name, args, opts);
  }
}
