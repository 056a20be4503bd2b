// What is remembered during one run of a program. Several may run in one process, such as the preview and the update
// of an inline program of Pulumi's Automation API; and a program may have loaded this package twice, in two versions.

import * as pulumi from "@pulumi/pulumi";

const outsideOfPulumi = {};

const ofAddresses = new Map<string, object>();

function currentRun(): object {
  const monitor = pulumi.runtime.getMonitor() as { getChannel?(): { getTarget(): string } } | undefined;
  if (monitor === undefined) return outsideOfPulumi;
  // A program has a stack. In a plugin, goimage's or a company's own, each resource that it constructs has a monitor object of its
  // own, all with the run's address. Of programs in one process, a later one may have the address of an earlier one.
  if (pulumi.runtime.getStackResource() !== undefined || monitor.getChannel === undefined) return monitor;
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
