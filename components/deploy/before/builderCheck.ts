// The builder, asked before anything is registered that needs it.

import type * as pulumi from "@pulumi/pulumi";
import { builderProblem, hasAnyBuilder } from "../../engines";
import { hasBuildkitFeatures, type ImageSpec } from "../../inputs";
import { oncePerRun } from "../pulumi/program";
import { say } from "../pulumi/say";

const said = oncePerRun("builder messages", () => ({ started: false }));

/** Why the builder cannot be used; undefined when it can. */
export async function builderProblemOf(
  component: pulumi.ComponentResource,
  { builder, engine }: Pick<ImageSpec, "builder" | "engine">,
): Promise<string | undefined> {
  if (!hasBuildkitFeatures(engine)) return undefined;
  if (builder !== undefined) return builderProblem(builder);
  if (said().started || (await hasAnyBuilder())) return undefined;
  said().started = true;
  await say(
    "warn",
    "the input builder is not set, and docker buildx has no builder here: the docker-build provider starts one in a container and keeps it. " +
      "To choose one: docker buildx create --name NAME --driver docker-container --bootstrap, and set the input builder to NAME",
    component,
  );
  return undefined;
}
