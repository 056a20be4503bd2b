// A company's own component package that makes images, beside goimage itself and beside goimage's plugin: one run, up to three
// processes that build.

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { makeTree } from "../../support/module";
import { builder, engineFields, missingEngine, skipWithReason } from "../support/project/environment";
import { missingLanguage } from "../support/languages/languages";
import { Project, repositoryRoot, run } from "../support/project/project";

const example = "examples/company-component";

/** The package, compiled as its author does, and a PATH on which its plugin and goimage's are. */
async function companyPackage(): Promise<{ folder: string; env: Record<string, string> }> {
  const place = makeTree({});
  const folder = path.join(place, "package");
  const modules = path.join(folder, "node_modules");
  fs.mkdirSync(path.join(modules, "goimage"), { recursive: true });
  for (const file of ["index.ts", "plugin.ts", "package.json", "tsconfig.json"])
    fs.copyFileSync(path.join(repositoryRoot, example, file), path.join(folder, file));
  for (const part of ["dist", "package.json"])
    fs.symlinkSync(path.join(repositoryRoot, part), path.join(modules, "goimage", part));
  for (const name of ["@pulumi", "@types", "typescript", "undici-types"])
    fs.symlinkSync(path.join(repositoryRoot, "node_modules", name), path.join(modules, name));
  const compiled = await run(process.execPath, ["node_modules/typescript/bin/tsc"], folder);
  assert.equal(compiled.code, 0, compiled.output);

  const bin = path.join(place, "bin");
  fs.mkdirSync(bin);
  const plugins = {
    acme: path.join(folder, "plugin.js"),
    goimage: path.join(repositoryRoot, "dist/provider/plugin.js"),
  };
  for (const [name, file] of Object.entries(plugins)) {
    const launcher = `#!/bin/sh\nexec ${process.execPath} ${file} "$@"\n`;
    fs.writeFileSync(path.join(bin, `pulumi-resource-${name}`), launcher, { mode: 0o755 });
  }
  return { folder, env: { PATH: `${bin}:${process.env["PATH"]}` } };
}

interface Recorded {
  urn: string;
  inputs?: object;
  outputs?: object;
  resourceHooks?: Record<string, string[]>;
}

/** What a state has of each resource; their order is chance, and times are of no interest. */
async function recorded(project: Project): Promise<Recorded[]> {
  const { deployment } = JSON.parse(await project.state()) as { deployment: { resources: Recorded[] } };
  return deployment.resources
    .map(({ urn, inputs, outputs, resourceHooks }) => ({ urn, inputs, outputs, resourceHooks }))
    .sort((one, other) => (one.urn < other.urn ? -1 : 1));
}

describe("examples: a company's own component", function () {
  this.timeout(900_000);
  let company: Awaited<ReturnType<typeof companyPackage>>;
  const engine = "buildkit";
  before(async function () {
    const reason = missingEngine(engine);
    if (reason !== undefined) skipWithReason(this, reason);
    company = await companyPackage();
  });
  const fields = (repository: string) =>
    `source: "service", registry: "${repository}", ${engineFields(engine)}`;

  /** Deploys, does nothing at the second time, and finds the state as it was. */
  async function deploysOnce(project: Project, resources: number): Promise<Record<string, string>> {
    assert.deepEqual(await project.up(), { create: resources });
    const first = await recorded(project);
    assert.deepEqual(await project.up(), { same: resources });
    assert.deepEqual(await recorded(project), first);
    const hooks = first.flatMap(({ resourceHooks = {} }) => [
      ...new Set(Object.values(resourceHooks).flat()),
    ]);
    assert.ok(hooks.length > 0);
    assert.equal(new Set(hooks).size, hooks.length, hooks.join("\n"));
    const outputs = await project.outputs<Record<string, string>>();
    for (const ref of Object.values(outputs)) assert.match(ref, /@sha256:[0-9a-f]{64}$/);
    return outputs;
  }

  it("can be imported by a TypeScript program that also imports goimage", async () => {
    const project = new Project("", {
      "index.js": fs.readFileSync(path.join(repositoryRoot, example, "typescript/index.ts"), "utf8"),
    });
    // The program of the example, with its types checked.
    const program = path.join(project.directory, "index.ts");
    fs.renameSync(path.join(project.directory, "index.js"), program);
    fs.mkdirSync(path.join(project.directory, "node_modules/@acme"));
    fs.symlinkSync(company.folder, path.join(project.directory, "node_modules/@acme/services"));
    for (const name of ["@types", "undici-types"])
      fs.symlinkSync(
        path.join(repositoryRoot, "node_modules", name),
        path.join(project.directory, "node_modules", name),
      );
    project.copy("examples/quickstart/service", "service");
    const tsc = path.join(repositoryRoot, "node_modules/typescript/bin/tsc");
    const settings = ["--module", "nodenext", "--strict", "--skipLibCheck", "--preserveSymlinks"];
    const checked = await run(process.execPath, [tsc, ...settings, program], project.directory);
    assert.equal(checked.code, 0, checked.output);
    const config = { source: "service", registry: project.repository, engine, builder };
    for (const [key, value] of Object.entries(config))
      assert.equal((await project.pulumi(["config", "set", key, value])).code, 0);
    assert.deepEqual(await project.up(), { create: 11 });
    assert.deepEqual(await project.up(), { same: 11 });
    const outputs = await project.outputs<{ refs: string[]; gained: number }>();
    assert.deepEqual(
      outputs.refs.map((ref) => ref.replace(/@sha256:[0-9a-f]{64}$/, "")),
      ["shop/orders", "money/payments", "shop/jobs"].map((name) => `${project.repository}/${name}`),
    );
    assert.equal(outputs.gained, 0);
  });

  it("can be used from YAML, twice in a program that also uses goimage's plugin", async function () {
    const reason = missingLanguage("yaml");
    if (reason !== undefined) skipWithReason(this, reason);
    const project = new Project("", {}, "company-component-yaml", company.env);
    const text = fs.readFileSync(path.join(repositoryRoot, example, "yaml/Pulumi.yaml"), "utf8");
    const inputs = (indent: string) => `${indent}engine: ${engine}\n${indent}builder: ${builder}\n`;
    project.write({
      "Pulumi.yaml": text
        .replace("registry.example.com", project.repository)
        .replace("../../quickstart/service", "service")
        .replace(/^(\s+)source: \$.*\n/gm, (line, indent: string) => line + inputs(indent))
        .replace(/\n\s+gained: .*/, ""),
    });
    project.copy("examples/quickstart/service", "service");
    await deploysOnce(project, 11);
  });

  it("runs in its own process beside a program that imports goimage, and beside goimage's plugin", async () => {
    const project = new Project(
      (repository) => `
const pulumi = require("@pulumi/pulumi");
const { GoMultiStageImage } = require("goimage");
const remote = (type, version) => class extends pulumi.ComponentResource {
  constructor(name, args) {
    super(type, name, { ref: undefined, ...args }, { version }, true);
  }
};
const Service = remote("acme:index:Service", "1.0.0");
const Image = remote("goimage:index:GoMultiStageImage", "0.1.0");
const image = (name) => ({ source: "service", repository: "${repository}/" + name, ${engineFields(engine)} });
// One name in two processes.
exports.service = new Service("api", { team: "shop", ${fields(repository)} }).ref;
exports.other = new Service("worker", { team: "shop", ${fields(repository)} }).ref;
exports.own = new GoMultiStageImage("api", image("own")).ref;
exports.plugin = new Image("web", image("plugin")).ref;
`,
      {},
      "test",
      company.env,
    );
    project.copy("examples/quickstart/service", "service");
    const refs = await deploysOnce(project, 13);
    // One directory each, whichever process it is that builds.
    const contexts = fs
      .readdirSync(path.join(project.directory, ".goimage/test/test"), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name.includes("-MultiStage"));
    assert.equal(contexts.length, Object.keys(refs).length);
  });
});
