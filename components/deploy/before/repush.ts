// Pushes an image again that the registry has lost.

import { randomUUID } from "node:crypto";
import type * as pulumi from "@pulumi/pulumi";
import type { DeployedImage } from "../state/deployed";
import type { Drift } from "./drift";
import { isProtected, valueIfKnown } from "../pulumi/sdk";
import { say } from "../pulumi/say";

/**
 * A value whose change makes the engine replace the child, that is, build and push again: a new one when the registry
 * has lost the image, else the last deployment's. Only an image that no tag stands for is pushed again without being
 * asked. Where somebody else has pushed to one of its tags, that would take the tag away from them, and two stacks could
 * do so to each other for ever.
 *
 * A build that takes place anyway pushes what is missing, so it does not wait: a registry may be far away.
 */
export async function repushTrigger(
  component: pulumi.Resource,
  deployed: pulumi.Output<DeployedImage | undefined>,
  drift: pulumi.Output<Drift | undefined>,
  rebuilds: pulumi.Output<boolean>,
): Promise<string> {
  // Not as an Output: that would depend on the component, hence on its child, whose registration waits for this.
  const image = await valueIfKnown(deployed);
  const last = image?.repair ?? "none";
  // Where a repository stays unknown, there is nothing to compare with.
  if (await valueIfKnown(rebuilds)) return last;
  return triggerAfter(component, image, await valueIfKnown(drift), last);
}

function isLost(found: Drift | undefined): boolean {
  return found?.imageGone === true && found.tags.every(({ digest }) => digest === undefined);
}

/** Whether the image is built although nothing else has changed. */
export function isPushedAgain(component: pulumi.Resource, found: Drift | undefined): boolean {
  return isLost(found) && !isProtected(component);
}

async function triggerAfter(
  component: pulumi.Resource,
  image: DeployedImage | undefined,
  found: Drift | undefined,
  last: string,
): Promise<string> {
  if (!isLost(found)) return last;
  if (isProtected(component)) {
    await say(
      "warn",
      `the registry no longer has ${image?.ref}, which this stack has pushed and exports. It is protected, so Pulumi ` +
        "does not replace it and nothing is pushed: remove the protection (pulumi state unprotect), then run pulumi up",
      component,
    );
    return last;
  }
  await say(
    "warn",
    `the registry no longer has ${image?.ref}, which this stack has pushed and exports; it is pushed again`,
    component,
  );
  // Not a count: an update that fails may leave a new value with the child and the old one with the component.
  return randomUUID();
}
