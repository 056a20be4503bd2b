// What Pulumi's SDK has and does not document, in one place. Seen with 3.245 to 3.259.

import * as fs from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { version } from "@pulumi/pulumi/version";

/** The first whose hooks work whole: older ones lose the error hook that shows why a build failed. */
export const oldestSdk = "3.245.0";

/** What is wrong with the SDK that runs the program, with the command that mends it; undefined when nothing is. */
export function sdkProblem(loaded = version, runner = runnerVersion()): string | undefined {
  // Of two copies of the SDK the program's own runs it, and npm gives goimage a newer one beside it.
  const oldest = runner !== undefined && isOlder(runner, loaded) ? runner : loaded;
  if (!isOlder(oldest, oldestSdk)) return undefined;
  return (
    `goimage needs @pulumi/pulumi ${oldestSdk} or newer, and this program has ${oldest}: ` +
    "run npm install @pulumi/pulumi@latest in its directory"
  );
}

/** Version of the SDK whose script Node was started with; undefined for an inline program. */
function runnerVersion(): string | undefined {
  const directory = /^.*[\\/]@pulumi[\\/]pulumi(?=[\\/]cmd[\\/]run)/.exec(require.main?.filename ?? "")?.[0];
  if (directory === undefined) return undefined;
  try {
    const text = fs.readFileSync(path.join(directory, "package.json"), "utf8");
    const { version: found } = JSON.parse(text) as { version?: unknown };
    return typeof found === "string" ? found : undefined;
  } catch {
    return undefined;
  }
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

/** The mocks of a user's unit test (pulumi.runtime.setMocks); undefined where none are set. */
export function mocksInUse(): Record<symbol, unknown> | undefined {
  const monitor = pulumi.runtime.getMonitor() as { mocks?: Record<symbol, unknown> } | undefined;
  return monitor?.constructor.name === "MockMonitor" ? monitor.mocks : undefined;
}

/** True in a unit test of a user's stack: nothing must be asked of a registry there. */
export function isMocked(): boolean {
  return mocksInUse() !== undefined;
}

/** Whether hooks can be registered: not under mocks. */
export function canHook(): boolean {
  const monitor = pulumi.runtime.getMonitor() as object | undefined;
  return monitor !== undefined && hasHooks(monitor);
}

interface HookClass<Hook, Callback> {
  new (name: string, callback: Callback, options?: pulumi.ResourceHookOptions): Hook;
  prototype: Hook;
}

/**
 * A hook whose name is not known yet: the URN that it is made of is the engine's answer to a registration. Before the SDK reads a
 * hook's name it waits for the hook's registration, which here waits for the name.
 */
export function lateHook<Hook extends pulumi.ResourceHook | pulumi.ErrorHook, Callback>(
  Kind: HookClass<Hook, Callback>,
  name: Promise<string>,
  callback: Callback,
  options?: pulumi.ResourceHookOptions,
): Hook {
  const hook = Object.create(Kind.prototype) as Hook;
  const registered = name.then(async (known) => {
    const real = new Kind(known, callback, options) as Hook & { __registered: Promise<void> };
    Object.assign(hook, { name: known });
    await real.__registered;
  });
  // The mark of its class, for other copies of the SDK.
  const mark = Object.is(Kind, pulumi.ErrorHook) ? "__pulumiErrorHook" : "__pulumiResourceHook";
  return Object.assign(hook, { name: "", callback, opts: options, [mark]: true, __registered: registered });
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

/** Whether an output has a value in this run. */
export function isKnown(output: pulumi.Output<unknown>): Promise<boolean> {
  return (output as unknown as KnownOutput<unknown>).isKnown;
}

/**
 * Registers a component's outputs where it `isRegistered` itself. The engine takes those of a component that it has passed over for
 * a mistake, and ends the update of everything else with it.
 */
export function registerOutputs(
  component: pulumi.ComponentResource,
  outputs: pulumi.Inputs | Promise<pulumi.Inputs>,
  isRegistered: Promise<boolean>,
): void {
  const sdk = component as unknown as {
    __registered: boolean;
    registerOutputs(outputs: pulumi.Inputs | Promise<pulumi.Inputs>): void;
  };
  // Otherwise the SDK registers none as soon as the constructor has returned.
  sdk.__registered = true;
  const done = pulumi.runtime.rpcKeepAlive();
  const register = (registered: boolean) => {
    sdk.__registered = !registered;
    if (registered) sdk.registerOutputs(outputs);
  };
  void isRegistered.then(register, () => register(true)).finally(done);
}

/** What depends on the component waits for its children, so they must be there when `registered` resolves. */
export function waitsForChildren(component: pulumi.ComponentResource, registered: Promise<unknown>): void {
  const done = () => ({});
  Object.assign(component, { __data: registered.then(done, done) });
}

/** Whether a resource is protected, itself or by its parent. */
export function isProtected(resource: pulumi.Resource): boolean {
  return (resource as unknown as { __protect?: boolean }).__protect === true;
}
