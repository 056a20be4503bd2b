import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { makeTree } from "../../support/module";
import { builder, missingEngine, registry, skipWithReason } from "../support/project/environment";
import { exampleId } from "../support/project/example";
import { repositoryRoot, run } from "../support/project/project";

describe("examples: automation", function () {
  this.timeout(600_000);

  it("builds in one stack, deploys the digest in another, and changes nothing the second time", async function () {
    const reason = missingEngine("buildkit");
    if (reason !== undefined) skipWithReason(this, reason);
    const directory = makeTree({ "elsewhere/empty": "" });
    for (const name of ["examples", "package.json", "tsconfig.json"])
      fs.cpSync(path.join(repositoryRoot, name), path.join(directory, name), {
        recursive: true,
        filter: (file) => !/\/(node_modules|\.goimage)$/.test(file),
      });
    // The package names itself, as in the repository.
    for (const name of ["dist", "node_modules"])
      fs.symlinkSync(path.join(repositoryRoot, name), path.join(directory, name));
    const tsNode = path.join(directory, "node_modules/ts-node/register/transpile-only");
    const program = path.join(directory, "examples/automation/index.ts");
    const deploy = async () => {
      const words = ["-r", tsNode, program, `${registry}/test/${exampleId}-automation`, builder];
      const { code, output } = await run(process.execPath, words, path.join(directory, "elsewhere"), {
        TS_NODE_PROJECT: path.join(directory, "examples/automation/tsconfig.json"),
        PULUMI_BACKEND_URL: `file://${path.join(directory, "elsewhere")}`,
        PULUMI_CONFIG_PASSPHRASE: "",
      });
      assert.equal(code, 0, output);
      return output;
    };

    const first = await deploy();
    const [, ref] = /^dev: (\S+@sha256:\w+), \d+ bytes$/m.exec(first) ?? [];
    assert.ok(ref !== undefined, first);
    assert.match(first, /^dev: create api$/m);
    assert.match(first, /^dev: \{"create":3\}$/m);
    assert.match(first, new RegExp(`^prod: ${ref}$`, "m"));
    const second = await deploy();
    assert.match(second, /^dev: \{"same":3\}$/m);
    assert.match(second, new RegExp(`^prod: ${ref}$`, "m"));
  });
});
