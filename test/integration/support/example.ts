// The examples as a reader runs them: with pulumi, in their own folders.

import assert from "node:assert/strict";
import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { makeTree } from "../../support/module";
import { builder, engines, registry } from "./environment";
import { repositoryRoot, run, type Run } from "./project";

/** One stack of an example, with a state and a stack file outside of the repository. */
export class Example {
  private readonly env: Record<string, string>;
  private readonly settings: string;

  constructor(
    private readonly folder: string,
    readonly stack: string,
    state: string,
  ) {
    this.env = { PULUMI_BACKEND_URL: `file://${state}`, PULUMI_CONFIG_PASSPHRASE: "" };
    this.settings = path.join(state, `Pulumi.${stack}.yaml`);
  }

  async start(config: Record<string, string>): Promise<void> {
    await this.ok("stack", "init", this.stack);
    for (const [key, value] of Object.entries(config)) {
      await this.ok("config", "set", key, value, "--stack", this.stack, "--config-file", this.settings);
    }
  }

  up(): Promise<Run> {
    return this.run("up", "--yes", "--skip-preview", "--stack", this.stack, ...this.configFile);
  }

  preview(): Promise<Run> {
    return this.run("preview", "--stack", this.stack, ...this.configFile);
  }

  private get configFile(): string[] {
    return fs.existsSync(this.settings) ? ["--config-file", this.settings] : [];
  }

  async outputs(): Promise<Record<string, unknown>> {
    return JSON.parse((await this.ok("stack", "output", "--json", "--stack", this.stack)).output) as Record<
      string,
      unknown
    >;
  }

  async end(): Promise<void> {
    await this.ok("destroy", "--yes", "--skip-preview", "--stack", this.stack);
    await this.ok("stack", "rm", "--yes", this.stack);
  }

  private async ok(...args: string[]): Promise<Run> {
    const result = await this.run(...args);
    assert.equal(result.code, 0, result.output);
    return result;
  }

  private run(...args: string[]): Promise<Run> {
    return run("pulumi", [...args, "--non-interactive"], path.join(repositoryRoot, this.folder), this.env);
  }
}

/** A name that no other run has, for stacks and repositories. */
export const exampleId = `example-${crypto.randomBytes(4).toString("hex")}`;

/** An example with a stack of its own, whose image goes to a repository of its own, with the first engine that there is. */
export async function startExample(folder: string): Promise<Example> {
  const example = new Example(folder, exampleId, makeTree({}));
  const [engine = ""] = engines;
  const repository = `${registry}/test/${exampleId}`;
  await example.start({ repository, engine, ...(engine === "buildkit" && { builder }) });
  return example;
}
