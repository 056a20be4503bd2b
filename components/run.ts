// What is remembered during one run of a program. Several may run in one process, such as the preview and the update
// of an inline program of Pulumi's Automation API.

import * as pulumi from "@pulumi/pulumi";

const outsideOfPulumi = {};

/** A function that gives the same object throughout a run, and a new one in the next. */
export function oncePerRun<T extends object>(make: () => T): () => T {
  // Each run has a monitor of its own.
  const values = new WeakMap<object, T>();
  return () => {
    const run = pulumi.runtime.getMonitor() ?? outsideOfPulumi;
    const value = values.get(run) ?? make();
    values.set(run, value);
    return value;
  };
}
