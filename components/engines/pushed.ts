// Tells whether the engine ran a build. A digest does not: a build of the same source gives the same one.

import * as pulumi from "@pulumi/pulumi";

let hooks = 0;

/** Hooks for the child that builds, and what they have seen. */
export interface PushWatch {
  hooks: pulumi.ResourceHookBinding;
  pushed: () => boolean;
}

export function watchPushes(): PushWatch {
  // The SDK's mocks know no hooks.
  const monitor = pulumi.runtime.getMonitor() as { registerResourceHook?: unknown } | undefined;
  if (typeof monitor?.registerResourceHook !== "function") return { hooks: {}, pushed: () => false };
  let done = false;
  const hook = new pulumi.ResourceHook(`goimage-pushed-${++hooks}`, () => {
    done = true;
  });
  return { hooks: { afterCreate: [hook], afterUpdate: [hook] }, pushed: () => done };
}
