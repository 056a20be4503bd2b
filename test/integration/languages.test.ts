// Programs in other languages on real engines: the examples, the plugin in the ways in which users get it, and one image whatever
// the language.

import assert from "node:assert/strict";
import { engineFields, missingEngine, skipWithReason } from "./support/project/environment";
import {
  archivePlugin,
  folderPlugin,
  LanguageProject,
  missingLanguage,
  missingNodeHost,
  npmPlugin,
  type Language,
} from "./support/languages/languages";
import { Project } from "./support/project/project";

const main = "service/main.go";

describe("programs in other languages", function () {
  this.timeout(600_000);
  const digests = new Map<string, string>();
  let archive: Promise<Record<string, string>> | undefined;
  const ways: Record<Language, () => Promise<Record<string, string>>> = {
    yaml: () => (archive ??= archivePlugin()),
    python: npmPlugin,
    go: () => (archive ??= archivePlugin()),
    "typescript-sdk": () => (archive ??= archivePlugin()),
  };

  for (const [language, plugin] of Object.entries(ways) as [Language, (typeof ways)[Language]][]) {
    it(`build, push, change nothing, preview an edit and show the compiler's lines in ${language}`, async function () {
      const reason = missingEngine("buildkit") ?? missingLanguage(language);
      if (reason !== undefined) skipWithReason(this, reason);
      const project = new LanguageProject(language, { ...(await plugin()) });
      await project.prepare();

      assert.deepEqual(await project.up(), { create: 3 });
      const first = await project.outputs<{ digest: string; size: number }>();
      assert.match(first.digest, /^sha256:[0-9a-f]{64}$/);
      assert.ok(first.size > 1_000_000);
      digests.set(language, first.digest);
      assert.deepEqual(await project.up(), { same: 3 });
      assert.deepEqual(await project.outputs(), first);

      const text = project.read(main);
      const edited = text.replace('"listening"', '"ready"');
      project.write({ [main]: edited });
      const preview = await project.preview();
      assert.deepEqual(preview.changes, { same: 2, update: 1 });
      assert.equal(preview.outputs["digest"], "unknown");
      assert.match(preview.output, /rebuilds because of main\.go/);

      project.write({ [main]: `${text}\nfunc broken() { undefined_() }\n` });
      const { code, output } = await project.pulumi(["up", "--yes", "--skip-preview"]);
      assert.notEqual(code, 0);
      assert.match(
        output,
        /error: the build failed:\n\s+# \S+\n\s+\.?\/?main\.go:\d+:\d+: undefined: undefined_/,
      );

      project.write({ [main]: edited });
      assert.deepEqual(await project.up(), { same: 2, update: 1 });
      assert.notEqual((await project.outputs<{ digest: string }>()).digest, first.digest);
      assert.equal((await project.pulumi(["destroy", "--yes", "--skip-preview"])).code, 0);
    });
  }

  it("can take the plugin from a folder, with pulumi package add", async function () {
    const reason = missingEngine("buildkit") ?? missingNodeHost();
    if (reason !== undefined) skipWithReason(this, reason);
    const { folder, env } = await folderPlugin();
    const project = new LanguageProject("typescript-sdk", env);
    const dependencies = { "@pulumi/pulumi": "3.259.0" };
    project.write({ "package.json": JSON.stringify({ private: true, dependencies }) });
    const added = await project.pulumi(["package", "add", folder]);
    assert.equal(added.code, 0, added.output);
    assert.match(added.output, /import \* as goimage from "@pulumi\/goimage"/);
    assert.deepEqual(await project.up(), { create: 3 });
    digests.set("folder", (await project.outputs<{ digest: string }>()).digest);
    assert.deepEqual(await project.up(), { same: 3 });
  });

  it("give the same digest as TypeScript", async function () {
    const known = [...new Set(digests.values())];
    if (known.length === 0) skipWithReason(this, "no other language could be run");
    const project = new Project(
      (repository) => `
const { GoMultiStageImage } = require("goimage");
exports.digest = new GoMultiStageImage("api", {
  source: "service", repository: "${repository}/api", ${engineFields("buildkit")}
  build: { ldflags: ["-X main.version=1.0.0"] }, runtime: { exposedPorts: ["8080"] },
}).digest;
`,
    );
    project.copy("examples/quickstart/service", "service");
    await project.up();
    assert.deepEqual(known, [(await project.outputs<{ digest: string }>()).digest]);
  });
});
