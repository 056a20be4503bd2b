// The package as users have it: the tarball of npm pack, installed with npm into an infra project of its own.

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { helloFiles, inHello, makeTree } from "../support/module";
import { engineFields, engines, registry } from "./support/project/environment";
import { repositoryRoot, run } from "./support/project/project";

const quiet = ["--no-audit", "--no-fund", "--loglevel=error"];

describe("npm package", function () {
  this.timeout(600_000);

  it("contains only compiled JavaScript and types, and deploys from an empty project", async () => {
    const project = makeTree({
      "Pulumi.yaml": "name: infra\nruntime: nodejs\n",
      "package.json": JSON.stringify({ name: "infra", private: true, main: "index.ts" }),
      "tsconfig.json": JSON.stringify({
        compilerOptions: { strict: true, target: "es2022", module: "nodenext", moduleResolution: "nodenext" },
        files: ["index.ts"],
      }),
      "index.ts": `
import { GoMultiStageImage, type GoMultiStageImageArgs } from "goimage";
const args: GoMultiStageImageArgs = {
  source: "hello", repository: "${registry}/test/packed", ${engineFields(engines[0] ?? "")}
};
export const { digest, size } = new GoMultiStageImage("hello", args);
`,
      ...inHello(helloFiles),
    });
    // Without scripts: dist/ is new, and other tests that run now read it.
    const pack = ["pack", "--ignore-scripts", "--pack-destination", project, ...quiet];
    const packed = await run("npm", pack, repositoryRoot);
    assert.equal(packed.code, 0, packed.output);
    const tarball = fs.readdirSync(project).find((name) => name.endsWith(".tgz")) ?? "";
    const listed = await run("tar", ["-tf", path.join(project, tarball)], project);
    const unexpected = listed.output
      .trim()
      .split("\n")
      .filter(
        (name) =>
          !/^package\/(dist\/.*\.(js|d\.ts)|provider\/schema\.json|PulumiPlugin\.yaml|package\.json|README(\.pt-BR)?\.md|CHANGELOG\.md|LICENSE)$/.test(
            name,
          ),
      );
    assert.deepEqual(unexpected, []);
    const { scripts } = JSON.parse(fs.readFileSync(path.join(repositoryRoot, "package.json"), "utf8")) as {
      scripts: Record<string, string>;
    };
    const atInstall = ["preinstall", "install", "postinstall", "prepare", "preprepare", "postprepare"];
    assert.deepEqual(
      Object.keys(scripts).filter((name) => atInstall.includes(name)),
      [],
    );

    // The versions that this repository is tested with; users may have newer ones.
    const versions = ["pulumi", "docker", "docker-build"].map((name) => {
      const file = path.join(repositoryRoot, "node_modules/@pulumi", name, "package.json");
      return `@pulumi/${name}@${(JSON.parse(fs.readFileSync(file, "utf8")) as { version: string }).version}`;
    });
    const tools = ["typescript@6.0.3", "ts-node@10.9.2", "@types/node@20"];
    const installed = await run(
      "npm",
      ["install", "--ignore-scripts", ...quiet, `./${tarball}`, ...versions, ...tools],
      project,
    );
    assert.equal(installed.code, 0, installed.output);
    assert.ok(!fs.lstatSync(path.join(project, "node_modules/goimage")).isSymbolicLink());

    const env = { PULUMI_BACKEND_URL: `file://${makeTree({})}`, PULUMI_CONFIG_PASSPHRASE: "" };
    const pulumi = (...args: string[]) => run("pulumi", [...args, "--non-interactive"], project, env);
    await pulumi("stack", "init", "dev");
    const up = await pulumi("up", "--yes", "--skip-preview");
    assert.equal(up.code, 0, up.output);
    assert.match(up.output, /digest: "sha256:/);
    assert.match((await pulumi("up", "--yes", "--skip-preview")).output, /3 unchanged/);
    const command = path.join(project, "node_modules/.bin/goimage");
    const place = ["--output", path.join(project, "report.html")];
    const report = await run(command, ["report", `${registry}/test/packed`, ...place], project);
    assert.equal(report.code, 0, report.output);
    assert.match(fs.readFileSync(path.join(project, "report.html"), "utf8"), /d3js\.org[^]*<\/html>\n$/);
  });
});
