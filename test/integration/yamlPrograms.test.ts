// Programs in YAML through the plugin: one image's failure with --continue-on-error, and source that a resource makes.

import assert from "node:assert/strict";
import { helloFiles, inHello } from "../support/module";
import { builder, missingEngine, skipWithReason } from "./support/project/environment";
import { missingLanguage, npmPlugin } from "./support/languages/languages";
import { Project } from "./support/project/project";
import { writerPlugin } from "./support/writer";

const upNow = ["up", "--yes", "--skip-preview"];

/** Resources of a program, as YAML is JSON, too. */
type Resources = Record<string, { type?: string; properties: object; options?: object }>;

const programOf = (resources: Resources): string =>
  JSON.stringify({
    name: "test",
    runtime: "yaml",
    resources,
    ...("hello" in resources && { outputs: { digest: "${hello.digest}", files: "${hello.sourceFiles}" } }),
  });

interface Outputs {
  digest: string;
  files: Record<string, string>;
}

/** A project whose program is YAML. */
function yamlProject(files: Record<string, string>, resources: (project: Project) => Resources): Project {
  const project = new Project("", files);
  project.write({ "Pulumi.yaml": programOf(resources(project)) });
  return project;
}

const image = (repository: string, name: string, source: string, options: object = {}) => ({
  type: "goimage:GoMultiStageImage",
  properties: { source, repository: `${repository}/${name}`, engine: "buildkit", builder },
  options,
});

describe("programs in YAML", function () {
  this.timeout(600_000);
  let env: Record<string, string> = {};

  before(async function () {
    const reason = missingEngine("buildkit") ?? missingLanguage("yaml");
    if (reason !== undefined) skipWithReason(this, reason);
    env = await npmPlugin();
  });

  it("with --continue-on-error show a failed image's error once, skip its dependents, and deploy the others", async () => {
    const project = yamlProject(
      {
        ...inHello(helloFiles),
        "broken/go.mod": "module example.com/broken\n\ngo 1.21\n",
        "broken/main.go": "package main\n\nfunc main() { undefined_() }\n",
      },
      ({ repository }) => ({
        failed: image(repository, "failed", "broken"),
        after: image(repository, "after", "hello", { dependsOn: ["${failed}"] }),
        other: image(repository, "other", "hello"),
      }),
    );
    const { code, output } = await project.pulumi([...upNow, "--continue-on-error"], env);
    assert.notEqual(code, 0, output);
    const [, told = ""] = output.split(/^Diagnostics:$/m);
    assert.equal(
      told.match(/error: the build failed:\n\s+# \S+\n\s+\S+: undefined: undefined_/g)?.length,
      1,
      told,
    );
    assert.doesNotMatch(told, /grpc|has a problem|getResource|^\s+at .*\(/m);
    const passedOver =
      /\((\w+)\):\n\s+warning: not deployed, because something that it depends on has failed/g;
    assert.deepEqual(
      [...told.matchAll(passedOver)].map(([, name]) => name),
      ["after"],
    );
    const { deployment } = JSON.parse(await project.state()) as {
      deployment: { resources: { urn: string; type: string; outputs?: { digest?: string } }[] };
    };
    const built = deployment.resources.filter(
      ({ type, outputs }) =>
        type === "goimage:index:GoMultiStageImage" && outputs?.digest?.startsWith("sha256:"),
    );
    assert.deepEqual(
      built.map(({ urn }) => urn.split("::").pop()),
      ["other"],
    );
  });

  it("build source that a resource makes in the same update, and preview it before", async () => {
    const resources =
      (text: string) =>
      ({ repository }: Project): Resources => ({
        generator: {
          type: "writer:File",
          properties: { path: "hello/gen/gen.go", text: `package gen\n\nconst Text = "${text}"\n` },
        },
        hello: image(repository, "hello", "hello", { dependsOn: ["${generator}"] }),
      });
    const project = yamlProject(
      {
        "hello/go.mod": "module example.com/hello\n\ngo 1.23\n",
        "hello/main.go":
          'package main\n\nimport "example.com/hello/gen"\n\nfunc main() { println(gen.Text) }\n',
      },
      resources("first"),
    );
    const writer = { PATH: `${writerPlugin(project.directory)}:${env["PATH"]}` };
    const { output, outputs } = await project.preview(writer);
    assert.match(
      output,
      /the source cannot be built as it is now; the update reads it again once the resources that the image depends on are done/,
    );
    assert.match(output, /main\.go imports example\.com\/hello\/gen, but gen is not there/);
    assert.equal(outputs["digest"], "unknown");

    await project.up(writer);
    const first = await project.outputs<Outputs>();
    assert.deepEqual(Object.keys(first.files), ["gen/gen.go", "go.mod", "main.go"]);
    assert.deepEqual(await project.up(writer), { same: 4 });

    project.write({ "Pulumi.yaml": programOf(resources("second")(project)) });
    await project.up(writer);
    const second = await project.outputs<Outputs>();
    assert.notEqual(second.digest, first.digest);
    assert.deepEqual(await project.up(writer), { same: 4 });
  });

  it("get an error in the preview for bad source, even when another input comes from a resource", async () => {
    const project = yamlProject({}, ({ repository }) => ({
      file: { type: "writer:File", properties: { path: "name", text: `${repository}/hello` } },
      hello: {
        ...image(repository, "hello", "nowhere"),
        properties: { source: "nowhere", repository: "${file.text}", engine: "buildkit", builder },
      },
    }));
    const writer = { PATH: `${writerPlugin(project.directory)}:${env["PATH"]}` };
    const { code, output } = await project.pulumi(["preview"], writer);
    assert.notEqual(code, 0, output);
    assert.match(output, /source: "nowhere" does not exist/);
  });
});
