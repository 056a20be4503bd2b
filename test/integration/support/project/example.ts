// The examples as a reader runs them: with pulumi, in their own folders.

import assert from "node:assert/strict";
import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { makeRepository, makeTree } from "../../../support/module";
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
    env: Readonly<Record<string, string>> = {},
  ) {
    this.env = { ...env, PULUMI_BACKEND_URL: `file://${state}`, PULUMI_CONFIG_PASSPHRASE: "" };
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

  /** An update that must succeed; the outputs after it. */
  async deploy(): Promise<Record<string, unknown>> {
    const result = await this.up();
    assert.equal(result.code, 0, result.output);
    return this.outputs();
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

/** Settings with which an example pushes to a repository of its own, with the first engine that there is. */
export function exampleSettings(): Record<string, string> {
  const [engine = ""] = engines;
  const repository = `${registry}/test/${exampleId}`;
  return { repository, engine, ...(engine === "buildkit" && { builder }) };
}

/** An example with a stack of its own. */
export async function startExample(folder: string, settings: Record<string, string> = {}): Promise<Example> {
  const example = new Example(folder, exampleId, makeTree({}));
  await example.start({ ...exampleSettings(), ...settings });
  return example;
}

/** The answer of an example's service, once it gives one. */
export async function answer(url: string): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok) return response.text();
    if (attempt === 100) throw new Error(`no answer from ${url}: ${response?.status ?? "not connected"}`);
    await sleep(100);
  }
}

/** A copy of an example's source, as a checkout has it, and a way to edit a file of it. */
export function editableSource(folder: string) {
  const directory = path.join(makeRepository({}), path.basename(folder));
  fs.cpSync(path.join(repositoryRoot, folder), directory, { recursive: true });
  const edit = (file: string, from: string, to: string) => {
    const target = path.join(directory, file);
    const before = fs.existsSync(target) ? fs.readFileSync(target, "utf8") : "";
    assert.ok(before.includes(from), `${file} has no ${from}`);
    fs.writeFileSync(target, from === "" ? before + to : before.replace(from, to));
  };
  return { directory, edit };
}
