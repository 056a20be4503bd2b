// The builder, asked before anything is registered that needs it.

import * as pulumi from "@pulumi/pulumi";
import { builderProblem, hasAnyBuilder } from "../../engines";
import { capabilities, type ImageSpec } from "../../inputs";
import type { DeployedImage } from "../state/deployed";
import { failure } from "../pulumi/userErrors";
import { oncePerRun } from "../pulumi/program";
import { isMocked, valueIfKnown } from "../pulumi/sdk";
import { say } from "../pulumi/say";

const said = oncePerRun("builder messages", () => ({ started: false }));

/**
 * Ends when the builder may be used; throws when it cannot be. Previews and updates that build nothing need none, and do not ask. A
 * promise, as in stagedContext.
 */
export async function builderReady(
  component: pulumi.ComponentResource,
  { builder, engine }: Pick<ImageSpec, "builder" | "engine">,
  deployed: pulumi.Output<DeployedImage | undefined>,
  rebuilds: pulumi.Output<boolean>,
): Promise<void> {
  if (!capabilities[engine].builders || pulumi.runtime.isDryRun() || isMocked()) return;
  const isBuilt = (await valueIfKnown(deployed)) === undefined || (await valueIfKnown(rebuilds)) === true;
  if (!isBuilt) return;
  if (builder !== undefined) {
    const problem = await builderProblem(builder);
    if (problem !== undefined) throw failure(`${problem}; nothing was built`, component);
  } else if (!said().started && !(await hasAnyBuilder())) {
    said().started = true;
    await say(
      "warn",
      "no builder is named, and docker buildx has none here: the docker-build provider starts one in a container, which stays. " +
        "To choose one: docker buildx create --name NAME --driver docker-container --bootstrap, and the input builder",
      component,
    );
  }
}
