/** What the component costs by itself, with neither engine nor builder. */
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { repoRoot } from "../tools/setup/paths";
import { say } from "../tools/setup/ui";
import type { Comparison } from "./model";
import { rotated } from "./timed";
import { quickstart } from "./workloads";

/** Each prints milliseconds, in a process of its own that runs in the site's directory. */
const timed = (before: string, work: string): string =>
  `${before}\nconst start = performance.now();\n(async () => { ${work} })().then(() => console.log(performance.now() - start));`;

const mocks = `const pulumi = require("@pulumi/pulumi");
const mocked = pulumi.runtime.setMocks({
  newResource: ({ name, inputs }) => ({ id: name, state: inputs }),
  call: ({ inputs }) => inputs,
}, "project", "stack", true);`;

const components = 1000;

const registered = (declaration: string): string =>
  timed(
    `${mocks}\nconst { GoMultiStageImage } = require("goimage");`,
    `await mocked;
     const made = Array.from({ length: ${components} }, (_, i) => ${declaration});
     await Promise.all(made.map((each) => new Promise((resolve) => each.urn.apply(resolve))));`,
  );

const cases: readonly { case: string; side: string; script: string }[] = [
  { case: "import", side: "Pulumi's SDK", script: timed("", 'require("@pulumi/pulumi")') },
  { case: "import", side: "goimage, with the SDK", script: timed("", 'require("goimage")') },
  { case: "import", side: "@pulumi/docker, with the SDK", script: timed("", 'require("@pulumi/docker")') },
  {
    case: "import",
    side: "@pulumi/docker-build, with the SDK",
    script: timed("", 'require("@pulumi/docker-build")'),
  },
  {
    case: `${components} under mocks`,
    side: "empty components",
    script: registered("new pulumi.ComponentResource('bench:index:Empty', `c${i}`)"),
  },
  {
    case: `${components} under mocks`,
    side: "goimage",
    script: registered(
      "new GoMultiStageImage(`c${i}`, { source: 'src', repository: 'registry.example.com/team/c' + i })",
    ),
  },
  {
    case: "resolve, find and stage the quickstart's source",
    side: "goimage, staged before",
    script: timed(
      `const at = "${join(repoRoot, "dist")}/";
       const { findGoService } = require(at + "source/service");
       const { Tree } = require(at + "source/tree");
       const { buildClosure } = require(at + "source/closure");
       const { readContext, writeContext } = require(at + "context/stage");
       const { WorkDirectory } = require(at + "context/workDirectory");`,
      `const { service } = findGoService("src");
       const tree = new Tree(service.root);
       const context = { goarch: "amd64", cgoEnabled: false, buildTags: [], uncertain: false };
       writeContext(readContext(tree, buildClosure(tree, service, context).files), new WorkDirectory("."), ".goimage/staged");`,
    ),
  },
];

/** The question of a no-op and the reading of a new image, asked of the registry's alpine. */
function registryCases(registry: string): typeof cases {
  const before = `const { tagDigest, readImage } = require("${join(repoRoot, "dist/registry")}");
    const { parseRepository } = require("${join(repoRoot, "dist/name")}");
    const repository = parseRepository("${registry}/library/alpine");`;
  return [
    {
      case: "registry",
      side: "goimage, digest of a tag",
      script: timed(before, 'await tagDigest(repository, "3.20.3")'),
    },
    {
      case: "registry",
      side: "goimage, digest and whole image",
      script: timed(before, 'await readImage(repository, await tagDigest(repository, "3.20.3"))'),
    },
  ];
}

export const ownCost: Comparison = {
  name: "own",
  about: `The component's own cost: import, ${components} under mocks, staging, registry read-back`,
  run(lab, record) {
    const directory = lab.directory("own");
    mkdirSync(join(directory, "node_modules"), { recursive: true });
    symlinkSync(repoRoot, join(directory, "node_modules/goimage"));
    mkdirSync(join(directory, "src"));
    void quickstart.create(join(directory, "src"), lab);
    const all = [...cases, ...registryCases(lab.registry)];
    all.forEach(({ script }, index) => writeFileSync(join(directory, `case${index}.js`), script));
    for (let round = 0; round <= lab.repetitions.warm; round++) {
      const measured = new Map<number, number>();
      for (const [index, { case: name, side }] of rotated([...all.entries()], round)) {
        const output = execFileSync(process.execPath, [`case${index}.js`], {
          cwd: directory,
          env: lab.toolchain.env,
          encoding: "utf8",
        });
        const milliseconds = Number(output.trim().split("\n").at(-1));
        if (Number.isNaN(milliseconds)) throw new Error(`${name}, ${side} printed ${output}`);
        measured.set(index, milliseconds);
        say(`   ${name}, ${side}: ${milliseconds.toFixed(1)} ms${round ? "" : ", warm-up"}`);
      }
      for (const [index, { case: name, side }] of all.entries())
        if (round > 0) record({ case: name, side, unit: "ms" }, measured.get(index) ?? NaN);
    }
    rmSync(directory, { recursive: true, force: true });
    return Promise.resolve();
  },
};
