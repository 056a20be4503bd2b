// What the plugin leaves unloaded when it starts.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as path from "node:path";

const root = path.resolve(__dirname, "../..");
const tsNode = path.join(root, "node_modules/ts-node/register/transpile-only");

function run(script: string): unknown {
  const text = `require("./provider/quickStart.ts"); require("@pulumi/pulumi");
const loaded = () => Object.keys(require.cache).filter((name) => /typescript-shim|@npmcli.arborist.lib/.test(name)).length;
console.log(JSON.stringify(${script}));`;
  const output = execFileSync(process.execPath, ["-r", tsNode, "-e", text], { cwd: root, encoding: "utf8" });
  return JSON.parse(output) as unknown;
}

describe("the plugin's start", () => {
  it("loads no module that only serves to serialize functions", () => {
    assert.equal(run("loaded()"), 0);
  });

  it("loads such a module on demand", () => {
    const [before, kind, after] = run(
      '[loaded(), typeof require("@npmcli/arborist").Arborist, loaded()]',
    ) as [number, string, number];
    assert.deepEqual([before, kind], [0, "function"]);
    assert.ok(after > 0);
  });
});
