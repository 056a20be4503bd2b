// Unit tests of a user's stack, as Pulumi's guide has them (setMocks, mocha), in a process that cannot reach any network.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";
import { helloFiles, inHello, makeTree } from "../support/module";

const root = path.resolve(__dirname, "../..");
const digest = `sha256:${"d".repeat(64)}`;
/** Milliseconds. The runners' own limits, of mocha 2 s, are too short on a busy machine. */
const patience = 120_000;

/** The stack under test, and the user's test of it. */
const files = (engine: string, state: string) => ({
  ...inHello(helloFiles),
  "stack.js": `
const { GoMultiStageImage } = require(${JSON.stringify(path.join(root, "components"))});
exports.api = new GoMultiStageImage("api", {
  source: "hello", repository: "registry.example.com/team/api", engine: "${engine}", baseImages: "pin", maxSize: "1MB",
});
`,
  "stack.spec.js": `
const assert = require("node:assert");
const pulumi = require(${JSON.stringify(path.join(root, "node_modules/@pulumi/pulumi"))});
pulumi.runtime.setMocks({
  newResource: (args) => ({ id: args.name + "_id", state: { ...args.inputs, ...(${state}) } }),
  call: (args) => args.inputs,
}, "project", "stack", false);

const valueOf = async (output) => {
  assert.equal(await output.isKnown, true);
  return output.promise();
};
const stays = async (output) => assert.equal(await output.isKnown, false);

describe("a user's stack", () => {
  let stack;
  beforeEach(() => {
    delete require.cache[require.resolve("./stack.js")];
    stack = require("./stack.js");
  });
  for (const round of [1, 2]) {
    it("has an image, round " + round, async () => {
      assert.match(await valueOf(stack.api.dockerfile), /^FROM .*golang/m);
      assert.deepEqual(await valueOf(stack.api.tags), ["registry.example.com/team/api:latest"]);
      const given = ${state};
      if (given.digest || given.repoDigest) {
        assert.equal(await valueOf(stack.api.digest), "${digest}");
        assert.equal(await valueOf(stack.api.ref), "registry.example.com/team/api@${digest}");
      } else {
        await stays(stack.api.digest);
        await stays(stack.api.ref);
      }
      await stays(stack.api.size);
      await stays(stack.api.layers);
    });
  }
});
process.on("unhandledRejection", (error) => { console.error("unhandled", error); process.exit(7); });
`,
  "no-network.js": `
const net = require("node:net");
net.Socket.prototype.connect = () => { console.error("asked a network"); process.exit(8); };
require("node:dns").lookup = () => { console.error("asked a network"); process.exit(8); };
`,
  "no-programs.js": `
require("node:child_process").spawn = () => { console.error("started a program"); process.exit(9); };
`,
});

/** The example in a project of its own, with goimage as npm installs it: TypeScript and vitest treat a linked package in another way. */
function exampleProject(): string {
  const given = files("", "");
  const guards = ["no-network.js", "no-programs.js"] as const;
  const directory = makeTree(Object.fromEntries(guards.map((name) => [name, given[name]])));
  for (const folder of ["unit-tests", "quickstart"])
    cpSync(path.join(root, "examples", folder), path.join(directory, folder), {
      recursive: true,
      filter: (name) => !/\/(\.goimage|node_modules)$/.test(name),
    });
  writeFileSync(path.join(directory, "package.json"), "{}");
  const modules = path.join(directory, "node_modules");
  mkdirSync(path.join(modules, "goimage"), { recursive: true });
  for (const name of ["dist", "package.json"])
    cpSync(path.join(root, name), path.join(modules, "goimage", name), { recursive: true });
  for (const name of readdirSync(path.join(root, "node_modules")))
    symlinkSync(path.join(root, "node_modules", name), path.join(modules, name));
  return directory;
}

describe("unit tests of a user's stack", function () {
  this.timeout(300_000);

  it("pass with goimage/testing under mocha, vitest and node's runner, without a network", async () => {
    const directory = exampleProject();
    // A Pulumi project's own settings are those of Pulumi's templates: modules by "main", no "exports".
    const compilerOptions = {
      strict: true,
      target: "es2022",
      module: "commonjs",
      moduleResolution: "node10",
    };
    const options = {
      ...compilerOptions,
      ignoreDeprecations: "6.0",
      skipLibCheck: true,
      rootDir: ".",
      types: ["node", "mocha"],
    };
    const example = path.join(directory, "unit-tests");
    writeFileSync(path.join(example, "tsconfig.json"), JSON.stringify({ compilerOptions: options }));
    const module_ = (name: string) => path.join(directory, "node_modules", name);
    const words = {
      types: [module_("typescript/bin/tsc"), "--noEmit", "-p", "tsconfig.json"],
      mocha: [
        module_("mocha/bin/mocha.js"),
        "--no-config",
        "-r",
        "ts-node/register",
        `--timeout=${patience}`,
        "mocha/stack.test.ts",
      ],
      node: ["-r", "ts-node/register", "--test", "node/stack.test.ts"],
      vitest: [module_("vitest/vitest.mjs"), "run", "--dir", "vitest", `--testTimeout=${patience}`],
    };
    const run = promisify(execFile);
    const ended = Object.entries(words).map(async ([name, args]) => {
      const required = (guard: string) => `--require ${path.join(directory, guard)}`;
      // vitest starts a compiler.
      const programs = name === "vitest" ? "" : required("no-programs.js");
      const guard = { NODE_OPTIONS: `${required("no-network.js")} ${programs}`, NO_COLOR: "1" };
      const env = { ...process.env, TS_NODE_TRANSPILE_ONLY: "1", ...(name !== "types" && guard) };
      const { stdout, stderr } = await run(process.execPath, args, { cwd: example, env }).catch(
        (error: { stdout: string; stderr: string }) => error,
      );
      return [name, stdout + stderr] as const;
    });
    const output = Object.fromEntries(await Promise.all(ended));
    assert.equal(output["types"], "");
    assert.match(output["mocha"] ?? "", /2 passing/);
    assert.match(output["node"] ?? "", /# pass 2\n# fail 0/);
    assert.match(output["vitest"] ?? "", /Tests +2 passed/);
  });

  const states: Record<string, Record<string, string>> = {
    docker: {
      "that give no digest": "{}",
      "that give one": `{ repoDigest: "registry.example.com/team/api@${digest}" }`,
    },
    buildkit: { "that give no digest": "{}", "that give one": `{ digest: "${digest}" }` },
  };
  for (const [engine, byMocks] of Object.entries(states)) {
    for (const [what, state] of Object.entries(byMocks)) {
      it(`pass with engine ${engine} and mocks ${what}, again and again, without a network`, async () => {
        const directory = makeTree(files(engine, state));
        const words = [
          "-r",
          path.join(root, "node_modules/ts-node/register/transpile-only"),
          "-r",
          "./no-network.js",
          "-r",
          "./no-programs.js",
        ];
        const mocha = path.join(root, "node_modules/mocha/bin/mocha.js");
        const run = promisify(execFile)(
          process.execPath,
          [...words, mocha, "--no-config", `--timeout=${patience}`, "--exit", "stack.spec.js"],
          {
            cwd: directory,
            env: {
              ...process.env,
              TS_NODE_PROJECT: path.join(root, "tsconfig.json"),
              TS_NODE_TRANSPILE_ONLY: "1",
            },
          },
        );
        const { stdout, stderr } = await run.catch((error: { stdout: string; stderr: string }) => error);
        assert.match(stdout, /2 passing/, stdout + stderr);
        assert.doesNotMatch(stdout + stderr, /failing|unhandled|asked a network/);
      });
    }
  }
});
