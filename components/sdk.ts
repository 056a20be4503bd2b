// What Pulumi's SDK has and does not document, in one place. Seen with 3.245 to 3.259.

import * as pulumi from "@pulumi/pulumi";
import { version } from "@pulumi/pulumi/version";

/** The first whose hooks work whole: older ones lose the error hook that shows why a build failed. */
export const oldestSdk = "3.245.0";

/** What is wrong with the SDK that runs the program, with the command that mends it; undefined when nothing is. */
export function sdkProblem(
  loaded = version,
  monitor: unknown = pulumi.runtime.getMonitor(),
): string | undefined {
  const mend = "run npm install @pulumi/pulumi@latest in the Pulumi program";
  if (isOlder(loaded, oldestSdk))
    return `goimage needs @pulumi/pulumi ${oldestSdk} or newer, and loads ${loaded}: ${mend}`;
  // Of two copies of the SDK the program's own runs it, and may be an older one than goimage's.
  const isOld = monitor !== undefined && !isMock(monitor) && !hasHooks(monitor);
  return isOld
    ? `goimage needs @pulumi/pulumi ${oldestSdk} or newer, and this program runs with an older one: ${mend}`
    : undefined;
}

function isOlder(version: string, than: string): boolean {
  const parts = (text: string) =>
    text
      .replace(/[-+].*$/, "")
      .split(".")
      .map(Number);
  const [one, other] = [parts(version), parts(than)];
  const at = one.findIndex((part, n) => part !== other[n]);
  return at >= 0 && (one[at] ?? 0) < (other[at] ?? 0);
}

function hasHooks(monitor: unknown): boolean {
  return typeof (monitor as { registerErrorHook?: unknown }).registerErrorHook === "function";
}

function isMock(monitor: unknown): boolean {
  return (monitor as object).constructor.name === "MockMonitor";
}

/** True in a unit test of a user's stack (pulumi.runtime.setMocks): nothing must be asked of a registry there. */
export function isMocked(): boolean {
  const monitor = pulumi.runtime.getMonitor() as object | undefined;
  return monitor !== undefined && isMock(monitor);
}

/** Whether hooks can be registered: not under mocks. */
export function canHook(): boolean {
  const monitor = pulumi.runtime.getMonitor() as object | undefined;
  return monitor !== undefined && hasHooks(monitor);
}

interface KnownOutput<T> {
  isKnown: Promise<boolean>;
  promise(): Promise<T>;
}

/**
 * The value of an Output; undefined when it stays unknown, such as when what it depends on was skipped or has failed. A promise
 * made by apply would never end then, and the program with it.
 */
export async function valueIfKnown<T>(output: pulumi.Output<T>): Promise<T | undefined> {
  const known = output as unknown as KnownOutput<T>;
  return (await known.isKnown) ? await known.promise() : undefined;
}

/** Whether a resource is protected, itself or by its parent. */
export function isProtected(resource: pulumi.Resource): boolean {
  return (resource as unknown as { __protect?: boolean }).__protect === true;
}
