#!/usr/bin/env node
// The components for programs in other languages: a Pulumi plugin that serves the package schema and constructs them.

import "./quickStart";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { GoMultiStageImage, GoSingleStageImage } from "goimage";
import type * as pulumi from "@pulumi/pulumi";
import * as provider from "@pulumi/pulumi/provider";

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

  getSchema(): Promise<string> {
    return Promise.resolve(this.schema);
  }

  construct(
    name: string,
    type: string,
    inputs: pulumi.Inputs,
    options: pulumi.ComponentResourceOptions,
  ): Promise<provider.ConstructResult> {
    const Component = components[type as keyof typeof components];
    const outputs = Object.keys(this.parsed.resources[type]?.properties ?? {});
    if (Component === undefined) return Promise.reject(new Error(`goimage has no resource type ${type}`));
    let component;
    try {
      component = new Component(name, inputs as never, withoutEmptyTimeouts(options));
    } catch (error) {
      // The message names each input. Of an InputPropertiesError Pulumi would print the values as well, secrets in clear.
      return Promise.reject(new Error((error as Error).message));
    }
    const fields = component as unknown as pulumi.Inputs;
    const state = Object.fromEntries(outputs.map((output) => [output, fields[output] as unknown]));
    return Promise.resolve({ urn: component.urn, state });
  }
}

/** The engine sends an empty text for a limit that is not set. */
function withoutEmptyTimeouts(options: pulumi.ComponentResourceOptions): pulumi.ComponentResourceOptions {
  const { create, update, delete: ofDelete } = options.customTimeouts ?? {};
  const given = Object.entries({ create, update, delete: ofDelete }).filter(([, limit]) => Boolean(limit));
  return { ...options, customTimeouts: given.length === 0 ? undefined : Object.fromEntries(given) };
}

void provider.main(new Goimage(), process.argv.slice(2));
