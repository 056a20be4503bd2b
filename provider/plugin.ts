#!/usr/bin/env node
// The components for programs in other languages: a Pulumi plugin that serves the package schema and constructs them.

import "./quickStart";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { GoMultiStageImage, GoSingleStageImage } from "goimage";
import * as pulumi from "@pulumi/pulumi";
import * as provider from "@pulumi/pulumi/provider";
import { answer, failCall, stopCalls } from "./calls";

const components = {
  "goimage:index:GoMultiStageImage": GoMultiStageImage,
  "goimage:index:GoSingleStageImage": GoSingleStageImage,
};

interface Schema {
  version: string;
  resources: Record<string, { properties: Record<string, unknown> }>;
}

class Goimage implements provider.Provider {
  readonly schema = readFileSync(path.join(__dirname, "../../provider/schema.json"), "utf8");
  private readonly parsed = JSON.parse(this.schema) as Schema;
  readonly version = this.parsed.version;

  /** Components of this run, by URN. */
  private readonly made = new Map<string, pulumi.Resource>();

  getSchema(): Promise<string> {
    return Promise.resolve(this.schema);
  }

  async construct(
    name: string,
    type: string,
    inputs: pulumi.Inputs,
    options: pulumi.ComponentResourceOptions,
  ): Promise<provider.ConstructResult> {
    const Component = components[type as keyof typeof components];
    if (Component === undefined) throw new Error(`goimage has no resource type ${type}`);
    const outputs = Object.keys(this.parsed.resources[type]?.properties ?? {});
    const constructed = await answer(async () => {
      const dependsOn = await this.explicitly(options.dependsOn, inputs);
      const component = new Component(name, inputs as never, {
        ...withoutEmptyTimeouts(options),
        dependsOn,
      });
      this.made.set(await urnOf(component), component);
      const fields = component as unknown as pulumi.Inputs;
      const state = Object.fromEntries(outputs.map((output) => [output, fields[output] as unknown]));
      await settled({ urn: component.urn, ...state });
      return { urn: component.urn, state };
    }, failure);
    return constructed ?? nothing();
  }

  /**
   * The engine also lists what values of inputs come from, such as a repository. A program's own dependsOn has only the others. Images
   * are given as they are here: to Pulumi their builds belong to them then, and where one has failed, what depends on it is passed over.
   */
  private async explicitly(listed: Dependencies, inputs: pulumi.Inputs): Promise<pulumi.Resource[]> {
    const resources = Array.isArray(listed) ? (listed as pulumi.Resource[]) : [];
    // Not in the SDK's types either.
    const all = pulumi.output(inputs) as unknown as { allResources: () => Promise<Set<pulumi.Resource>> };
    const implied = new Set(await Promise.all([...(await all.allResources())].map(urnOf)));
    const urns = await Promise.all(resources.map(urnOf));
    return resources.flatMap((resource, n) => {
      const urn = urns[n] ?? "";
      return implied.has(urn) ? [] : [this.made.get(urn) ?? resource];
    });
  }

  /** What the engine calls at the end of a run, before it closes the connections. */
  cancel(): Promise<void> {
    return stopCalls();
  }
}

/** Waits until all values are there or known to be unknown, and the engine has been told everything. */
async function settled(values: pulumi.Inputs): Promise<void> {
  // Neither function is in the SDK's types. The server's own way, apply, never settles an Output of something that failed.
  const all = pulumi.output(values) as unknown as { promise: (withUnknowns: boolean) => Promise<unknown> };
  await all.promise(true);
  await (pulumi.runtime as unknown as { waitForRPCs: () => Promise<void> }).waitForRPCs();
}

type Dependencies = pulumi.ComponentResourceOptions["dependsOn"];

/** Of resources of another process it is known. */
function urnOf({ urn }: pulumi.Resource): Promise<string> {
  return (urn as unknown as { promise: () => Promise<string> }).promise();
}

/** The answer that nobody reads. */
function nothing(): provider.ConstructResult {
  // The server would wait for what the engine has not answered, which it never does.
  pulumi.runtime.resetOptions("", "", -1, "", "", false, "");
  return { urn: "", state: {} };
}

/**
 * What the engine is told of a resource's errors, which it prints once. Those that are expected have a message for the user. It
 * names each input: of an InputPropertiesError Pulumi would print the values as well, secrets in clear.
 */
function failure(errors: unknown[]): Error {
  return new Error([...new Set(errors.map(textOf))].join("\n"));
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { hideStack, __pulumiRunError: isRunError } = error as {
    hideStack?: boolean;
    __pulumiRunError?: boolean;
  };
  return hideStack || isRunError ? error.message : (error.stack ?? error.message);
}

/** The engine sends an empty text for a limit that is not set. */
function withoutEmptyTimeouts(options: pulumi.ComponentResourceOptions): pulumi.ComponentResourceOptions {
  const { create, update, delete: ofDelete } = options.customTimeouts ?? {};
  const given = Object.entries({ create, update, delete: ofDelete }).filter(([, limit]) => Boolean(limit));
  return { ...options, customTimeouts: given.length === 0 ? undefined : Object.fromEntries(given) };
}

void provider.main(new Goimage(), process.argv.slice(2));

// In place of the server's own: they print the error, and answer every call that is open with it.
for (const event of ["uncaughtException", "unhandledRejection"]) {
  process.removeAllListeners(event);
  process.on(event, (error: unknown) => {
    if (failCall(error)) return;
    // A fault that belongs to no image. Its text may have foreign parts, which must not steer a terminal.
    // eslint-disable-next-line no-restricted-syntax -- say() is not available here: the plugin imports the package as users do
    void pulumi.log.error(textOf(error).replace(/[^\P{Cc}\n]/gu, " "));
  });
}
