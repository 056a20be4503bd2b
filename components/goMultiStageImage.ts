import * as pulumi from "@pulumi/pulumi";
import { Recipe, type GoMultiStageImageArgs } from "./args";
import type { ImageCheck, ImageLayer } from "./outputs";
import { classic, fast, type BaseDigests } from "./dockerfile/fast";
import { buildImage } from "./goImage";
import { buildPlan } from "./source/resolve";
import { imageProblems, multiStageProblems } from "./inputs/validate";

/**
 * A Go service as a pushed container image: compiled in a Go stage, shipped as a single binary in an Alpine stage.
 */
export class GoMultiStageImage extends pulumi.ComponentResource {
  /** Digest of the pushed manifest, as the registry serves it. */
  public readonly digest: pulumi.Output<string>;
  /** Repository with digest. It changes only when the image does: what a Deployment should use. */
  public readonly ref: pulumi.Output<string>;
  /** Bytes that a pull transfers: the config and the compressed layers, as the registry's manifest tells. */
  public readonly size: pulumi.Output<number>;
  /** The size of each platform's image, by platform, such as linux/amd64. */
  public readonly platformSizes: pulumi.Output<Record<string, number>>;
  /** Bytes of the image's files on disk after a pull, as docker images counts them. */
  public readonly unpackedSize: pulumi.Output<number>;
  /** The sizes for people: what a pull transfers, by origin, and what is on disk afterwards. */
  public readonly sizeSummary: pulumi.Output<string>;
  /** The layers, the base's first. */
  public readonly layers: pulumi.Output<ImageLayer[]>;
  /** Promises about the image's safety, each with a verdict from what is in the image. */
  public readonly checks: pulumi.Output<ImageCheck[]>;
  /** Hash of the files that the build reads. It is the same on every machine. */
  public readonly sourceHash: pulumi.Output<string>;
  /** The files that the build reads, by path, each with the first digits of its hash. */
  public readonly sourceFiles: pulumi.Output<Record<string, string>>;
  /** Digests of the base images, by name, where the input baseImages is pin or follow; else empty. */
  public readonly baseImages: pulumi.Output<Record<string, string>>;
  /** The rendered Dockerfile. */
  public readonly dockerfile: pulumi.Output<string>;
  /** The tags as full references, such as registry.example.com/team/api:v1. */
  public readonly tags: pulumi.Output<string[]>;

  /**
   * Registers the image. Mistakes in the inputs are thrown together as an InputPropertiesError before anything is
   * built; a build or a push that fails ends the update and leaves the previous outputs and tags in place.
   */
  constructor(name: string, args: GoMultiStageImageArgs, opts?: pulumi.ComponentResourceOptions) {
    const type = "GoMultiStageImage";
    const problems = [
      ...imageProblems(args, ["runtime", "recipe", "smokeTest"]),
      ...multiStageProblems(args ?? {}),
    ];
    const { plan, source } = buildPlan(type, name, args, problems);
    const render = (digests: BaseDigests) =>
      args.recipe === Recipe.Classic ? classic : fast(plan, args.runtime ?? {}, digests);

    // No inputs are registered: they would put secrets into the state, and the engine keeps the outputs of the last
    // deployment only for a component whose inputs did not change.
    super(`goimage:index:${type}`, name, {}, opts);
    const image = buildImage(
      { component: this, type, name, customTimeouts: opts?.customTimeouts },
      args,
      source,
      render,
    );
    this.digest = image.digest;
    this.ref = image.ref;
    this.size = image.size;
    this.platformSizes = image.platformSizes;
    this.unpackedSize = image.unpackedSize;
    this.sizeSummary = image.sizeSummary;
    this.layers = image.layers;
    this.checks = image.checks;
    this.sourceHash = image.sourceHash;
    this.sourceFiles = image.sourceFiles;
    this.baseImages = image.baseImages;
    this.dockerfile = image.dockerfile;
    this.tags = image.tags;
    this.registerOutputs(image);
  }
}
