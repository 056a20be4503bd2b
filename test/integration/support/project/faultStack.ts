// One small stack whose image goes through a proxy that can fail.

import assert from "node:assert/strict";
import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import type { FaultProxy } from "../../../support/faultProxy";
import { builder } from "./environment";
import { newProject, type PrebuiltEngine } from "../prebuilt/engine";
import type { Project, Run } from "./project";

export interface Deployed {
  digest: string;
  ref: string;
  size: number;
}

export interface StackOptions {
  engine: string;
  /** Pushes in the engine's place. */
  prebuilt?: PrebuiltEngine;
  /** Where the image goes: a proxy, or `host:port`. */
  to: FaultProxy | string;
  /** Repository below the host; one that no other test uses, without it. */
  path?: string;
  /** More inputs, as the text of an object's fields. */
  inputs?: string;
  /** Options of the resource, as the text of an object. */
  options?: string;
  builder?: string;
  files?: Record<string, string>;
}

const goMod = "module example.com/hello\n\ngo 1.23\n";

export class FaultStack {
  readonly project: Project;
  /** Host and path, without a tag. */
  readonly repository: string;

  constructor(stack: StackOptions) {
    const { engine, to, inputs = "", options = "{}", files = {} } = stack;
    const name = stack.builder ?? builder;
    const host = typeof to === "string" ? to : to.host;
    const repositoryPath = stack.path ?? `faults/${crypto.randomBytes(6).toString("hex")}`;
    this.repository = `${host}/${repositoryPath}`;
    const chosen = engine === "buildkit" ? `engine: "buildkit", builder: "${name}",` : 'engine: "docker",';
    const program = `
const { GoMultiStageImage } = require("goimage");
const pulumi = require("@pulumi/pulumi");
const { USER_NAME: username, USER_PASSWORD: password } = process.env;
const image = new GoMultiStageImage("hello", {
  source: "hello", repository: ${JSON.stringify(this.repository)}, tags: ["v1"], ${chosen}
  ...(password ? { registry: { username, password } } : {}), ${inputs}
}, ${options});
module.exports = { digest: image.digest, ref: image.ref, size: image.size };
`;
    this.project = newProject(stack.prebuilt, program, { "hello/go.mod": goMod, ...files });
    this.edit();
  }

  /** Name of the repository in a registry other than the proxy's host: the one behind it. */
  behind(registry: string): string {
    return registry + this.repository.slice(this.repository.indexOf("/"));
  }

  /** Another program: what it compiles to is in no cache and in no registry. */
  edit(): void {
    const text = crypto.randomBytes(12).toString("hex");
    const source = `package main\n\nfunc main() { println("${text}") }\n`;
    this.project.write({ "hello/main.go": source });
  }

  /** Runs `pulumi up`, whatever the result. */
  up(env: Record<string, string> = {}): Promise<Run> {
    return this.project.pulumi(["up", "--yes", "--skip-preview"], env);
  }

  /** `pulumi up` that must succeed; gives the stack's outputs. */
  async deploy(env: Record<string, string> = {}): Promise<Deployed> {
    const { code, output } = await this.up(env);
    assert.equal(code, 0, output);
    return this.outputs();
  }

  /** `pulumi up` that must fail, with all these in what it says. */
  async fails(env: Record<string, string>, ...reasons: RegExp[]): Promise<string> {
    const { code, output } = await this.up(env);
    assert.notEqual(code, 0, output);
    for (const reason of reasons) assert.match(output, reason);
    return output;
  }

  outputs(): Promise<Deployed> {
    return this.project.outputs<Deployed>();
  }

  /** As after the loss of the machine: neither state nor staged files. */
  forget(): void {
    for (const name of [".state", ".goimage"])
      fs.rmSync(path.join(this.project.directory, name), { recursive: true, force: true });
  }
}
