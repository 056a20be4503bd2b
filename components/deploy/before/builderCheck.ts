// The builder, asked before anything is registered that needs it.

import type * as pulumi from "@pulumi/pulumi";
import { builderProblem, hasAnyBuilder } from "../../engines";
import { capabilities, type ImageSpec } from "../../inputs";
import { oncePerRun } from "../pulumi/program";
import { say } from "../pulumi/say";

const said = oncePerRun("builder messages", () => ({ started: false }));

/** Why the builder cannot be used; undefined when it can. */
export async function builderProblemOf(
  component: pulumi.ComponentResource,
  { builder, engine }: Pick<ImageSpec, "builder" | "engine">,
): Promise<string | undefined> {
  if (!capabilities[engine].builders) return undefined;
  if (builder !== undefined) return builderProblem(builder);
  if (said().started || (await hasAnyBuilder())) return undefined;
  said().started = true;
  await say(
    "warn",
    "no builder is named, and docker buildx has none here: the docker-build provider starts one in a container, which stays. " +
      "To choose one: docker buildx create --name NAME --driver docker-container --bootstrap, and the input builder",
    component,
  );
  return undefined;
}
