// The examples for clouds that are not here: their types are checked against the real providers, and they run under mocks. The
// providers are large, so they are installed once, into .toolchain/, and not with the other dependencies.

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { withLock } from "../../../tools/setup/lock";
import { layout } from "../../../tools/setup/paths";
import { repositoryRoot, run } from "../support/project/project";

const clouds = path.join(repositoryRoot, ".toolchain/clouds");

/** A program that runs an example with mocks and prints what it registers. */
const mocks = `
const pulumi = require("@pulumi/pulumi");
const digest = "sha256:" + "d".repeat(64);
const registered = {};
pulumi.runtime.setMocks({
  newResource: ({ type, name, inputs }) => {
    registered[type] = inputs;
    const state = { ...inputs, digest, repoDigest: "registry.example.com/team/api@" + digest, project: "acme" };
    return { id: name, state: { ...state, repositoryUrl: "1.dkr.ecr.eu-west-1.amazonaws.com/hello" } };
  },
  call: ({ inputs }) => ({ ...inputs, userName: "AWS", password: "hush-hush" }),
}, "example", "test");
const outputs = require("./index.ts");
outputs.ref.apply(() => setTimeout(() => console.log("registered " + JSON.stringify(registered)), 1000));
`;

describe("examples: clouds", function () {
  this.timeout(600_000);

  for (const { name, of } of [
    { name: "lambda", of: (all: Registered) => all["aws:lambda/function:Function"]?.["imageUri"] },
    {
      name: "cloud-run",
      of: (all: Registered) => {
        const template = all["gcp:cloudrunv2/service:Service"]?.["template"];
        return (template as { containers: { image: string }[] } | undefined)?.containers[0]?.image;
      },
    },
  ]) {
    it(`${name} compiles, and deploys the image by digest`, async () => {
      const directory = path.join(clouds, name);
      await withLock(layout(), () => install(name, directory));
      const tsc = path.join(repositoryRoot, "node_modules/typescript/bin/tsc");
      const checked = await run(process.execPath, [tsc, "-p", "."], directory);
      assert.equal(checked.code, 0, checked.output);

      fs.writeFileSync(path.join(directory, "mocks.js"), mocks);
      const tsNode = path.join(repositoryRoot, "node_modules/ts-node/register/transpile-only");
      const result = await run(process.execPath, ["-r", tsNode, "mocks.js"], directory);
      const [, text] = /^registered (.*)$/m.exec(result.output) ?? [];
      assert.ok(text !== undefined, result.output);
      assert.match(String(of(JSON.parse(text) as Registered)), /@sha256:d{64}$/);
    });
  }
});

type Registered = Record<string, Record<string, unknown>>;

/** The example with its provider, and with this package; nothing is done where it is already there. */
async function install(name: string, directory: string): Promise<void> {
  const example = path.join(repositoryRoot, "examples", name);
  const manifest = fs.readFileSync(path.join(example, "package.json"), "utf8");
  const { dependencies } = JSON.parse(manifest) as { dependencies: Record<string, string> };
  const [[provider = "", version = ""] = []] = Object.entries(dependencies);
  const installed = path.join(directory, "node_modules", provider, "package.json");
  if (!fs.existsSync(installed) || !fs.readFileSync(installed, "utf8").includes(`"version": "${version}"`)) {
    fs.rmSync(directory, { recursive: true, force: true });
    fs.mkdirSync(directory, { recursive: true });
    fs.writeFileSync(path.join(directory, "package.json"), '{ "private": true }');
    const options = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"];
    const result = await run("npm", ["install", ...options, `${provider}@${version}`], directory);
    assert.equal(result.code, 0, result.output);
  }
  for (const file of fs.readdirSync(example)) {
    if (["package.json", "tsconfig.json", ".goimage", "node_modules"].includes(file)) continue;
    fs.cpSync(path.join(example, file), path.join(directory, file), { recursive: true });
  }
  // Where the example's sources are relative to examples/.
  fs.cpSync(path.join(repositoryRoot, "examples/quickstart"), path.join(clouds, "quickstart"), {
    recursive: true,
  });
  const options = { strict: true, noEmit: true, skipLibCheck: true, target: "es2022", module: "nodenext" };
  const config = { compilerOptions: { ...options, types: ["node"] }, files: ["index.ts"] };
  fs.writeFileSync(path.join(directory, "tsconfig.json"), JSON.stringify(config));
  // One copy of Pulumi's SDK, as in a user's project.
  const modules = path.join(directory, "node_modules");
  for (const part of ["@pulumi/pulumi", "@pulumi/docker", "@pulumi/docker-build", "@types/node", "goimage"]) {
    const link = path.join(modules, part);
    fs.rmSync(link, { recursive: true, force: true });
    fs.mkdirSync(path.dirname(link), { recursive: true });
    fs.symlinkSync(
      part === "goimage" ? repositoryRoot : path.join(repositoryRoot, "node_modules", part),
      link,
    );
  }
}
