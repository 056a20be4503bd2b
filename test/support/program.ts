// Runs a program as Pulumi's Automation API runs an inline one, with mocks in place of the engine: in a store of its own, until
// all that it has begun is done.

import * as pulumi from "@pulumi/pulumi";
import { imageMocks, type MockedImage } from "../../testing";
import * as state from "@pulumi/pulumi/runtime/state";

// Exported, but in none of the SDK's types.
const { withLocalStorage, getStore } = state as unknown as {
  withLocalStorage: <R>(fn: () => R) => Promise<R>;
  getStore: () => { settings: object };
};
const { waitForRPCs } = pulumi.runtime as unknown as { waitForRPCs: () => Promise<void> };

export interface Registered {
  type: string;
  name: string;
  inputs: Record<string, unknown>;
}

export interface ProgramOptions {
  /** The state of a resource; its inputs unless given. */
  state?: (resource: Registered) => Record<string, unknown> | undefined;
  preview?: boolean;
  /** What the mocks of goimage/testing say of the program's images; without it, these are not used. */
  images?: Record<string, MockedImage>;
  /** Not a unit test of a user's, in which goimage asks no registry. */
  asEngine?: boolean;
}

export interface ProgramRun<T> {
  result: T;
  /** In the order of their registration; without the stack. */
  resources: Registered[];
  /** Functions of providers that were called. */
  calls: string[];
  /** Texts of pulumi.log, each with its severity: "info: ...", "warning: ...", "error: ...". */
  logs: string[];
}

interface LogRequest {
  getSeverity(): number;
  getMessage(): string;
}

const severities = ["debug", "info", "warning", "error"];

export async function runProgram<T>(
  program: () => T | Promise<T>,
  options: ProgramOptions = {},
): Promise<ProgramRun<T>> {
  const resources: Registered[] = [];
  const calls: string[] = [];
  const logs: string[] = [];
  const mocks: pulumi.runtime.Mocks = {
    newResource: ({ type, name, inputs }) => {
      const resource = { type, name, inputs: inputs as Record<string, unknown> };
      if (!type.startsWith("pulumi:")) resources.push(resource);
      return { id: `${name}-id`, state: options.state?.(resource) ?? resource.inputs };
    },
    call: ({ token, inputs }) => {
      calls.push(token);
      return inputs as Record<string, unknown>;
    },
  };
  const engine = {
    log(request: LogRequest, done: () => void) {
      const severity = severities[request.getSeverity()] ?? "";
      if (severity !== "debug") logs.push(`${severity}: ${request.getMessage()}`);
      done();
    },
  };
  const result = await withLocalStorage(async () => {
    const { images } = options;
    const used = images === undefined ? mocks : imageMocks({ ...mocks, images });
    await pulumi.runtime.setMocks(used, "project", "stack", options.preview ?? false);
    Object.assign(getStore().settings, { engine });
    if (options.asEngine === true) asEngine(pulumi.runtime.getMonitor() as object);
    const given = await program();
    await waitForRPCs();
    return given;
  });
  return { result, resources, calls, logs };
}

/** The monitor takes hooks, as an engine's does, and has its class's name. */
function asEngine(monitor: object): void {
  const accept = (_request: unknown, done: (error: null, answer: object) => void) => done(null, {});
  Object.assign(monitor, { registerErrorHook: accept, registerResourceHook: accept });
  Object.defineProperty(monitor, "constructor", { value: { name: "ResourceMonitorClient" } });
}

/** The value of an output; hangs for one that stays unknown. */
export function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => output.apply(resolve));
}

/** Stands for the child that builds. */
export class Build extends pulumi.CustomResource {
  constructor(name: string) {
    super("test:index:Build", name);
  }
}
