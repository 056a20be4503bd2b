// What one image's failure is to the others of a run: in the plugin, whose process all of them share, and with --continue-on-error.

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { helloFiles, inHello, makeTree } from "../support/module";
import { engineFields, engines } from "./support/project/environment";
import { Project, repositoryRoot } from "./support/project/project";

const [engine = ""] = engines;
const upNow = ["up", "--yes", "--skip-preview"];
const limit = "maxSize: 1000";
// Nothing listens there.
const nowhere = 'repository: "127.0.0.1:1/team/mailer"';
const frame = /^\s+at .*\(/;

function pluginOnPath(): Record<string, string> {
  const directory = makeTree({});
  const plugin = path.join(repositoryRoot, "dist/provider/plugin.js");
  const launcher = `#!/bin/sh\nexec ${process.execPath} ${plugin} "$@"\n`;
  fs.writeFileSync(path.join(directory, "pulumi-resource-goimage"), launcher, { mode: 0o755 });
  return { PATH: `${directory}:${process.env["PATH"]}` };
}

const remote = `
class Image extends pulumi.ComponentResource {
  constructor(name, args, opts) {
    super("goimage:index:GoMultiStageImage", name, { digest: undefined, ...args }, { version: "0.1.0", ...opts }, true);
  }
}`;
const local = "const Image = goimage.GoMultiStageImage;";

/** A program with images of these names, each with more inputs and options of its own. */
function program(kind: string, images: Record<string, [fields?: string, opts?: string]>) {
  const each = (repository: string) =>
    Object.entries(images).map(
      ([name, [fields = "", opts = ""]]) => `
const ${name} = new Image("${name}", {
  source: "hello", repository: "${repository}/${name}", ${engineFields(engine)} ${fields}
}, { ${opts} });`,
    );
  const start = `const pulumi = require("@pulumi/pulumi");\nconst goimage = require("goimage");\n${kind}`;
  return new Project((repository) => `${start}\n${each(repository).join("\n")}`, {
    ...inHello(helloFiles),
    "broken/go.mod": "module example.com/broken\n\ngo 1.21\n",
    "broken/main.go": "package main\n\nfunc main() { undefined_() }\n",
  });
}

/** Pulumi's list of messages, after its progress. */
async function diagnostics(project: Project, words: string[], env: Record<string, string> = {}) {
  const { code, output } = await project.pulumi(words, env);
  assert.notEqual(code, 0, output);
  return (output.split(/^Diagnostics:$/m)[1] ?? "").trimEnd();
}

/** The digest that the state has of each image, by its name. */
async function digests(project: Project): Promise<Record<string, unknown>> {
  const { deployment } = JSON.parse(await project.state()) as {
    deployment: { resources: { urn: string; type: string; outputs?: { digest?: string } }[] };
  };
  const images = deployment.resources.filter(({ type }) => type === "goimage:index:GoMultiStageImage");
  return Object.fromEntries<unknown>(
    images.flatMap(({ urn, outputs }) =>
      /^sha256:/.test(outputs?.digest ?? "") ? [[urn.split("::").pop() ?? "", outputs?.digest]] : [],
    ),
  );
}

describe("the plugin for other languages, with several images", function () {
  this.timeout(600_000);
  const env = pluginOnPath();

  it("reports each failure once, for the image that failed, and deploys the others", async () => {
    const project = program(remote, { orders: [], billing: [limit], mailer: [limit] });
    const told = await diagnostics(project, upNow, env);
    const problems = [...told.matchAll(/resource '(\w+)' has a problem: (\S+)\/(\w+): the image has/g)];
    assert.deepEqual(problems.map(([, resource, , image]) => [resource, image]).sort(), [
      ["billing", "billing"],
      ["mailer", "mailer"],
    ]);
    assert.equal(told.match(/the image has/g)?.length, 2, told);
    assert.deepEqual(Object.keys(await digests(project)), ["orders"]);
  });

  it("reports nothing for images that a failed push interrupts, and keeps the error of another failure", async () => {
    const project = program(remote, { orders: [], billing: [limit], mailer: [nowhere] });
    const told = await diagnostics(project, upNow, env);
    assert.equal(told.match(/nothing answers at 127\.0\.0\.1:1/g)?.length, 1, told);
    assert.doesNotMatch(told, /grpc|resource '(orders|mailer)' has a problem/);
    // It may have been interrupted before it was measured.
    assert.ok((told.match(/the image has/g)?.length ?? 0) <= 1, told);
  });

  it("reports all mistakes in the inputs of all images", async () => {
    const wrong = 'platforms: ["plan9/mips"]';
    const project = program(remote, { orders: [wrong], billing: [wrong], mailer: [] });
    const told = await diagnostics(project, ["preview"], env);
    assert.equal(told.match(/"plan9\/mips" is unknown/g)?.length, 2, told);
    for (const name of ["orders", "billing"])
      assert.match(told, new RegExp(`resource '${name}' has a problem: GoMultiStageImage "${name}"`));
  });
});

describe("an update with --continue-on-error", function () {
  this.timeout(600_000);

  it("skips an image that depends on a failed one, with one line, and deploys the others", async () => {
    const project = program(local, {
      failed: ['source: "broken"'],
      after: ["", "dependsOn: failed"],
      below: ["", "parent: after"],
      named: ["tags: [failed.digest.apply((digest) => digest.slice(7, 19))]"],
      other: [],
    });
    const told = await diagnostics(project, [...upNow, "--continue-on-error"]);
    assert.doesNotMatch(told, /getResource|unknown resource|isn't pending|exports\[0\]/);
    assert.deepEqual(
      told.split("\n").filter((line) => frame.test(line)),
      [],
    );
    const passedOver =
      /\((\w+)\):\n\s+warning: not deployed, because something that it depends on has failed/g;
    assert.deepEqual([...told.matchAll(passedOver)].map(([, name]) => name).sort(), ["after", "below"]);
    assert.equal(told.match(/undefined: undefined_/g)?.length, 1, told);
    assert.deepEqual(Object.keys(await digests(project)), ["other"]);
  });
});
