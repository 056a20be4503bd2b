// What is remembered during one run of a program. Several may run in one process, such as the preview and the update
// of an inline program of Pulumi's Automation API; and a program may have loaded this package twice, in two versions.

import * as pulumi from "@pulumi/pulumi";

const outsideOfPulumi = {};

/** True in the plugin for other languages: there each resource has a monitor object of its own, all with the run's address. */
const inPlugin = Symbol.for("goimage.plugin");
const ofAddresses = new Map<string, object>();

function currentRun(): object {
  const monitor = pulumi.runtime.getMonitor() as { getChannel?(): { getTarget(): string } } | undefined;
  if (monitor === undefined) return outsideOfPulumi;
  // Elsewhere a later run may have the same address.
  if (!(inPlugin in globalThis) || monitor.getChannel === undefined) return monitor;
  const address = monitor.getChannel().getTarget();
  const run = ofAddresses.get(address) ?? {};
  ofAddresses.set(address, run);
  return run;
}

/** Shared by all copies of this package in the process: for each run, by name. */
const shared = Symbol.for("goimage.runs");
type Runs = WeakMap<object, Map<string, unknown>>;

/** A function that gives the same object throughout a run, and a new one in the next. */
export function oncePerRun<T extends object>(name: string, make: () => T): () => T {
  return () => {
    const process = globalThis as { [shared]?: Runs };
    const runs = (process[shared] ??= new WeakMap());
    const run = currentRun();
    const values = runs.get(run) ?? new Map<string, unknown>();
    runs.set(run, values);
    const value = (values.get(name) as T | undefined) ?? make();
    values.set(name, value);
    return value;
  };
}
