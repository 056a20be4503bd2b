// The package's declarations, read by the oldest compiler that Pulumi's SDK allows, and by today's at its strictest.

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { makeTree } from "../support/module";
import { skipWithReason } from "./support/project/environment";
import { repositoryRoot, run } from "./support/project/project";

const program = `import * as pulumi from "@pulumi/pulumi";
import { compareImages, GoMultiStageImage, GoMultiStageImageArgs, GoSingleStageImage, ImageCheck } from "goimage";
import { imageMocks, ImageMocksOptions } from "goimage/testing";

const config = new pulumi.Config();
const tags: pulumi.Output<string[] | undefined> = pulumi.output(undefined as string[] | undefined);
const args: GoMultiStageImageArgs = {
  source: "api", repository: pulumi.output("r.example/x"), tags, builder: config.get("builder"),
  registry: undefined, build: { netrc: config.getSecret("netrc"), goVersion: undefined },
  runtime: { user: undefined, healthcheck: { command: ["/app/main"], retries: config.getNumber("retries") } },
};
const api = new GoMultiStageImage("api", args, { protect: true });
const simple = new GoSingleStageImage("simple", { source: "api", repository: "r.example/y" });
export const checks: pulumi.Output<ImageCheck[]> = api.checks;
export const compared = compareImages(simple, api);
const options: ImageMocksOptions = { images: { api: { size: 1 } } };
pulumi.runtime.setMocks(imageMocks(options));
// @@wrong
`;

describe("the type declarations", function () {
  this.timeout(120_000);

  /** What a compiler says of a program, in a project that has the package; empty when it is satisfied. */
  async function compiled(compiler: string, options: object, text = program): Promise<string> {
    const project = makeTree({
      "index.ts": text,
      "tsconfig.json": JSON.stringify({
        compilerOptions: {
          ...{ noEmit: true, strict: true, skipLibCheck: true, types: [], preserveSymlinks: true },
          ...{ target: "es2018", module: "commonjs", moduleResolution: "node", ...options },
        },
        files: ["index.ts"],
      }),
    });
    const modules = path.join(project, "node_modules");
    fs.mkdirSync(modules);
    fs.symlinkSync(repositoryRoot, path.join(modules, "goimage"));
    fs.symlinkSync(path.join(repositoryRoot, "node_modules/@pulumi"), path.join(modules, "@pulumi"));
    return (await run(process.execPath, [compiler, "-p", "."], project)).output;
  }

  const wrong = program.replace("// @@wrong", "export const wrong: number = api.digest;");
  const errors = (output: string) => output.match(/error TS\d+/g) ?? [];

  it("compile with TypeScript 3.8.3", async function () {
    const directory = makeTree({ "package.json": "{}" });
    const npm = ["install", "--no-audit", "--no-fund", "--prefer-offline", "typescript@3.8.3"];
    const { code, output } = await run("npm", npm, directory);
    if (code !== 0)
      skipWithReason(this, `typescript 3.8.3 could not be had: ${output.trim().split("\n")[0] ?? ""}`);
    const compiler = path.join(directory, "node_modules/typescript/bin/tsc");
    assert.equal(await compiled(compiler, {}), "");
    assert.deepEqual(errors(await compiled(compiler, {}, wrong)), ["error TS2322"]);
  });

  it("accept undefined for optional inputs with exactOptionalPropertyTypes", async () => {
    const compiler = path.join(repositoryRoot, "node_modules/typescript/bin/tsc");
    const strict = { exactOptionalPropertyTypes: true, module: "nodenext", moduleResolution: "nodenext" };
    assert.equal(await compiled(compiler, strict), "");
    assert.deepEqual(errors(await compiled(compiler, strict, wrong)), ["error TS2322"]);
  });
});
