import type { ComponentResourceOptions } from "@pulumi/pulumi";
import type { GoMultiStageImageArgs } from "./args";
import { GoImage } from "./goImage";

/**
 * A Go service as a pushed container image: compiled in a Go stage, shipped as a single binary in an Alpine stage.
 */
export class GoMultiStageImage extends GoImage {
  /**
   * Registers the image. Mistakes in the inputs are thrown together as an InputPropertiesError before anything is
   * built; a build or a push that fails ends the update and leaves the previous outputs and tags in place.
   */
  constructor(name: string, args: GoMultiStageImageArgs, opts?: ComponentResourceOptions) {
    super("GoMultiStageImage", name, args, opts);
  }
}
