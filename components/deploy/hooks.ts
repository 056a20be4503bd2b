// Tells whether the engine ran a build. A digest does not: a build of the same source gives the same one.

import * as pulumi from "@pulumi/pulumi";
import { hookName } from "./program";
import { canHook } from "./sdk";

/** Hooks for the child that builds, and what they have seen. */
export interface PushWatch {
  hooks: pulumi.ResourceHookBinding;
  pushed: () => boolean;
}

export function watchPushes(): PushWatch {
  if (!canHook()) return { hooks: {}, pushed: () => false };
  let done = false;
  const hook = new pulumi.ResourceHook(hookName("pushed"), () => {
    done = true;
  });
  return { hooks: { afterCreate: [hook], afterUpdate: [hook] }, pushed: () => done };
}
