// What is remembered during one run of a program. Several may run in one process, such as the preview and the update
// of an inline program of Pulumi's Automation API; and a program may have loaded this package twice, in two versions.

import * as pulumi from "@pulumi/pulumi";

const outsideOfPulumi = {};

/** Shared by all copies of this package in the process: for each run, by name. */
const shared = Symbol.for("goimage.runs");
type Runs = WeakMap<object, Map<string, unknown>>;

/** A function that gives the same object throughout a run, and a new one in the next. */
export function oncePerRun<T extends object>(name: string, make: () => T): () => T {
  return () => {
    const process = globalThis as { [shared]?: Runs };
    const runs = (process[shared] ??= new WeakMap());
    // Each run has a monitor of its own.
    const run = pulumi.runtime.getMonitor() ?? outsideOfPulumi;
    const values = runs.get(run) ?? new Map<string, unknown>();
    runs.set(run, values);
    const value = (values.get(name) as T | undefined) ?? make();
    values.set(name, value);
    return value;
  };
}
