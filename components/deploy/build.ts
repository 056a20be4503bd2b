// Registers the child that builds and pushes.

import * as pulumi from "@pulumi/pulumi";
import { baseAnnotations, render, type LayerOrigin } from "../dockerfile";
import { engines, type BuildRequest, type ImageBuild } from "../engines";
import type { ImageSpec } from "../inputs";
import { beforeBuilds, explainFailures, mergeHooks, tellReasons, watchPushes } from "./pulumi/hooks";
import type { Situation } from "./pulumi/situation";
import { seedsOf } from "./seed/seedChoice";
import { publishSeed } from "./seed/writeSeed";
import type { WrittenSeed } from "./state/deployed";
import { askFor } from "./before/ask";
import { buildAccess } from "./before/buildAccess";
import { checkBases, decide, type Decision } from "./before/decide";
import { taggedName } from "./before/destination";
import type { Prepared } from "./before/prepare";
import { timeLimits } from "./before/timeLimit";

/** A decision that does not refuse. */
type Decided = Omit<Decision, "refusal">;

/** The child, and what is known of its build. */
export interface Child {
  build: ImageBuild;
  decision: pulumi.Output<Decided>;
  /** Whether the engine has built and pushed in this update. */
  pushed: () => boolean;
  /** The rendered Dockerfile, which has been written. */
  dockerfile: pulumi.Output<string>;
  layers: readonly LayerOrigin[];
  /** False where checks may fail, as with the classic recipe. */
  isHardened: boolean;
  /** Build arguments that name the seed; undefined without the input cache. */
  seed: pulumi.Output<Record<string, string>> | undefined;
  writtenSeed: pulumi.Output<WrittenSeed | undefined> | undefined;
}

export function build(run: Situation, prepared: Prepared): Child {
  const { component, name } = run;
  const { spec, plan, work } = prepared;
  const seeds = seedsOf(prepared);
  const ask = askFor(run, prepared, seeds);
  const deciding = decide(run, prepared, ask);
  // An Output looks into all that it holds, and an error leads to its resource and from there to everything.
  const decision = pulumi.output(deciding.then(({ refusal: _, ...known }) => known));

  const place = prepared.context.apply((context) => `${context}.Dockerfile`);
  const dockerfile = pulumi.all([decision, place]).apply(([{ text }, file]) => {
    work.write(file, text);
    return text;
  });
  const seed = seeds && decision.apply((known) => known.seed.args);
  const request = requestOf(run, prepared, decision, { path: place, text: dockerfile, seed });

  const watch = watchPushes(component);
  const told = tellReasons(
    component,
    decision.apply(({ reasons }) => reasons),
  );
  const check = () => checkBases(run, deciding, ask);
  const child = engines[spec.engine](name, request, {
    parent: component,
    ...timeLimits(run, spec),
    ...deletion(spec),
    replacementTrigger: triggerOf(deciding),
    hooks: mergeHooks(
      explainFailures(component, request),
      watch.hooks,
      told.hooks,
      beforeBuilds(component, check),
    ),
  });
  told.registered(child.resource);
  const { layers, isHardened } = render(plan);
  return {
    build: child,
    decision,
    pushed: watch.pushed,
    dockerfile,
    layers,
    isHardened,
    seed,
    writtenSeed:
      seeds && pulumi.output(publishSeed(run, prepared, { seeds, child, request, deciding, check })),
  };
}

function requestOf(
  run: Situation,
  { spec, plan, staged, context, destination, login }: Prepared,
  decision: pulumi.Output<Decided>,
  dockerfile: {
    path: pulumi.Output<string>;
    text: pulumi.Output<string>;
    seed: BuildRequest["buildArgs"];
  },
): BuildRequest {
  const pins = decision.apply((known) => known.pins);
  return {
    context,
    dockerfile: dockerfile.path,
    dockerfileText: dockerfile.text,
    buildArgs: dockerfile.seed,
    annotations: pins.apply(({ digests }) => baseAnnotations(plan, digests)),
    sourceHash: staged.hash,
    platforms: spec.platforms,
    image: destination.apply((where) => taggedName(where, where.tags[0] ?? "")),
    registry: destination.apply(({ repository }) => repository.domain),
    login,
    insecure: spec.registry.insecure,
    compression: spec.compression,
    builder: spec.builder,
    ...buildAccess(run, spec, pins),
  };
}

/** Throws where nothing may be built; nothing but the child's registration waits for this. */
function triggerOf(deciding: Promise<Decision>): Promise<string> {
  const trigger = deciding.then(({ refusal, trigger }) => {
    if (refusal !== undefined) throw refusal;
    return trigger;
  });
  // The registration is told of a refusal; Node is not to warn that nobody was yet.
  trigger.catch(() => undefined);
  return trigger;
}

/**
 * Deleting the resource must not delete an image that something may still run, unless that is asked for. Then a
 * replacement deletes first: the builder gives the same digest again, and deleting it last would delete the new image.
 */
function deletion({ retainOnDelete }: ImageSpec): pulumi.CustomResourceOptions {
  return { retainOnDelete, deleteBeforeReplace: !retainOnDelete };
}
