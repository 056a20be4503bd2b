// Registers what an image exports. Its source may be made by what it depends on: a generator, a template, an asset. In an update the
// source is read when those resources are done, and the child that builds is registered then.

import * as pulumi from "@pulumi/pulumi";
import { unknown } from "@pulumi/pulumi/output";
import type { Problem } from "../../inputs";
import { say } from "./say";
import { isKnown, registerOutputs, valueIfKnown, waitsForChildren } from "./sdk";
import type { Mode, Situation } from "./situation";

/** Outputs of a component, and what it registers: these and what goimage keeps in the state. */
export interface Registration<T> {
  outputs: T;
  all: pulumi.Inputs | Promise<pulumi.Inputs>;
}

/**
 * Whether resources come first that may write the source. In a plugin they are done before an update asks it for the component, and
 * a preview alone has to know of them.
 */
export function hasDependencies(
  mode: Mode,
  { dependsOn, parent }: pulumi.ComponentResourceOptions = {},
): boolean {
  if (mode === "test") return false;
  const isGiven = dependsOn !== undefined && !(Array.isArray(dependsOn) && dependsOn.length === 0);
  const isPlugin = pulumi.runtime.getStackResource() === undefined;
  // There each parent looks like a resource of a provider.
  if (isPlugin) return mode === "preview" && isGiven;
  return isGiven || pulumi.CustomResource.isInstance(parent);
}

/** How the outputs of a component come about. */
interface Making<T> {
  /** The names of all outputs. */
  names: readonly (keyof T & string)[];
  make: () => Registration<T>;
  /** What keeps a preview from knowing anything: as it is now, the source cannot be built. */
  problems: readonly Problem[];
  /** The source is read when the engine has registered the component: it does that after all that the component depends on. */
  waits: boolean;
}

/** Registers the component's outputs, and gives them. */
export function register<T extends object>(
  { component, state }: Pick<Situation, "component" | "state">,
  making: Making<T>,
): T {
  const { outputs, all } = making.waits
    ? afterDependencies(component, making)
    : making.problems.length > 0
      ? notYet(component, making)
      : making.make();
  registerOutputs(component, all, isKnown(state));
  return outputs;
}

function afterDependencies<T extends object>(
  component: pulumi.ComponentResource,
  { names, make }: Making<T>,
): Registration<T> {
  // Paths of inputs are relative to where the program was.
  const directory = process.cwd();
  const isDone = pulumi.runtime.rpcKeepAlive();
  const made = valueIfKnown(component.urn)
    .then(() => inDirectory(directory, make))
    .finally(isDone);
  waitsForChildren(component, made);
  const outputs = eachOf<T>(names, (name) => made.then((known) => known.outputs[name]));
  return { outputs, all: made.then(({ all }) => all) };
}

function notYet<T extends object>(
  component: pulumi.ComponentResource,
  { names, problems }: Making<T>,
): Registration<T> {
  const lines = problems.map(({ propertyPath, reason }) => `  ${propertyPath}: ${reason}`);
  const first =
    "the source cannot be built as it is now; the update reads it again once the resources that the image depends on are done";
  void say("warn", [first, ...lines], component);
  const outputs = eachOf<T>(names, () => unknown);
  return { outputs, all: { ...outputs } };
}

function inDirectory<T>(directory: string, make: () => T): T {
  const before = process.cwd();
  process.chdir(directory);
  try {
    return make();
  } finally {
    process.chdir(before);
  }
}

function eachOf<T extends object>(
  names: readonly (keyof T & string)[],
  value: (name: keyof T & string) => unknown,
): T {
  return Object.fromEntries(names.map((name) => [name, pulumi.output(value(name))])) as T;
}
