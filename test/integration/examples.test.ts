// The examples as a reader runs them: with pulumi, in their own folders.

import assert from "node:assert/strict";
import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { makeTree } from "../support/module";
import { builder, engines, missingEngine, registry, skipWithReason } from "./support/environment";
import { repositoryRoot, run, type Run } from "./support/project";

/** One stack of an example, with a state and a stack file outside of the repository. */
class Example {
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
    const file = fs.existsSync(this.settings) ? ["--config-file", this.settings] : [];
    return this.run("up", "--yes", "--skip-preview", "--stack", this.stack, ...file);
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

function engineConfig(engine: string): Record<string, string> {
  return engine === "buildkit" ? { engine, builder } : { engine };
}

describe("examples", function () {
  this.timeout(300_000);
  const id = `example-${crypto.randomBytes(4).toString("hex")}`;

  for (const [folder, what] of [
    [".", "the root of the repository"],
    ["examples/quickstart", "quickstart"],
  ] as const) {
    it(`${what} builds the quickstart in both ways`, async () => {
      const example = new Example(folder, id, makeTree({}));
      await example.start({ repository: `${registry}/test/${id}`, ...engineConfig(engines[0] ?? "") });
      const first = await example.up();
      assert.equal(first.code, 0, first.output);
      const outputs = (await example.outputs()) as { digest: string; size: number; simple: { size: number } };
      assert.match(outputs.digest, /^sha256:/);
      assert.ok(outputs.simple.size > 5 * outputs.size, JSON.stringify(outputs));
      const second = await example.up();
      assert.match(second.output, /5 unchanged/);
      await example.end();
    });
  }

  it("classic-vs-fast shows that the default recipe is smaller", async () => {
    const example = new Example("examples/classic-vs-fast", id, makeTree({}));
    await example.start({ repository: `${registry}/test/${id}`, ...engineConfig(engines[0] ?? "") });
    const result = await example.up();
    assert.equal(result.code, 0, result.output);
    const outputs = await example.outputs();
    assert.ok(Number(outputs["fastSize"]) < Number(outputs["classicSize"]));
    assert.match(String(outputs["saved"]), /^[1-9]\d? %$/);
    await example.end();
  });

  it("compose replaces the container after an edit, and the other stack refuses an image that is too big", async function () {
    const reason = missingEngine("docker");
    if (reason !== undefined) skipWithReason(this, reason);
    const state = makeTree({});
    const source = path.join(makeTree({}), "service");
    fs.cpSync(path.join(repositoryRoot, "examples/quickstart/service"), source, { recursive: true });
    const build = new Example("examples/compose", id, state);
    await build.start({ repository: `${registry}/test/${id}/compose`, source });
    const first = await build.up();
    assert.equal(first.code, 0, first.output);
    const { url, ref, size } = (await build.outputs()) as { url: string; ref: string; size: number };
    assert.match(await answer(url), /Hello, gopher!/);
    assert.match((await build.up()).output, /4 unchanged/);

    const greeting = path.join(source, "internal/greeting/greeting.go");
    fs.writeFileSync(greeting, fs.readFileSync(greeting, "utf8").replace("Hello", "Good day"));
    const edited = await build.up();
    assert.match(edited.output, /1 replaced/);
    const after = (await build.outputs()) as { url: string; ref: string };
    assert.notEqual(after.ref, ref);
    assert.match(await answer(after.url), /Good day, gopher!/);

    const deploy = new Example("examples/compose/deploy", `${id}-deploy`, state);
    await deploy.start({ stack: `organization/compose/${id}`, maxSize: String(size - 100_000) });
    const refused = await deploy.up();
    assert.notEqual(refused.code, 0);
    assert.match(refused.output, /has \d+ bytes, more than the \d+ allowed here/);
    await deploy.end();
    await build.end();
  });
});

/** The service's answer, once it listens. */
async function answer(url: string): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await (await fetch(url)).text();
    } catch (error) {
      if (attempt === 50) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
