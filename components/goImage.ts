// The flow of an image, from top to bottom: validate the inputs, resolve the Go module, stage the build context, render the
// Dockerfile, let an engine build and push, read back what the registry serves.

import * as pulumi from "@pulumi/pulumi";
import type { GoMultiStageImageArgs } from "./args";
import {
  build,
  hasDependencies,
  invalidInputs,
  outputsOf,
  prepare,
  register,
  runMode,
  served,
  situation,
  type Registration,
  type Situation,
} from "./deploy";
import type { ImageSpec } from "./inputs";
import { outputNames } from "./outputNames";
import type { GoImageOutputs } from "./outputs";
import { resolveInputs, resolveSource, type ResolvedSource } from "./resolved";
import type { Source } from "./source";

// The outputs are declared once, in outputs.ts, and assigned all together.
// eslint-disable-next-line @typescript-eslint/no-empty-object-type, @typescript-eslint/no-unsafe-declaration-merging
export interface GoImage extends GoImageOutputs {}

/** The base class of both components. */
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- as above
export class GoImage extends pulumi.ComponentResource {
  /**
   * Registers the image. Mistakes in the inputs are thrown together as an InputPropertiesError before anything is
   * built; a build or a push that fails ends the update and leaves the previous outputs and tags in place.
   */
  protected constructor(
    // Spelled out: the declarations that users' compilers read name no other folder.
    type: "GoMultiStageImage" | "GoSingleStageImage",
    name: string,
    args: GoMultiStageImageArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    const mode = runMode();
    const resolved = resolveInputs({ mode, type, name }, args);
    // What the image depends on may make its source: a preview looks at what is there, and an update waits.
    const depends = resolved.problems.length === 0 && hasDependencies(mode, opts);
    const waits = depends && mode === "update";
    const found: ResolvedSource = waits ? { problems: [] } : resolveSource(resolved);
    if (!depends && found.source === undefined) throw invalidInputs(type, name, found.problems);
    resolved.claim();
    // No inputs are registered: they would put secrets into the state, and the engine keeps the outputs of the last
    // deployment only for a component whose inputs did not change.
    super(`goimage:index:${type}`, name, {}, opts);
    const run = situation(mode, this, type, name, opts);
    const make = () => {
      const { source, problems } = waits ? resolveSource(resolved) : found;
      if (source === undefined) throw invalidInputs(type, name, problems);
      return deploy(run, resolved.spec, source);
    };
    const { problems } = found;
    Object.assign(this, register<GoImageOutputs>(run, { names: outputNames, make, problems, waits }));
  }
}

/** Registers the child that builds, and gives the component's outputs. */
function deploy(run: Situation, spec: ImageSpec, source: Source): Registration<GoImageOutputs> {
  const prepared = prepare(run, spec, source);
  const child = build(run, prepared);
  const image = served[run.mode](run, prepared, child);
  return outputsOf(prepared, child, image);
}
