// Several stacks with one registry, and stacks whose state was lost. Most of that is the same whoever builds, and an engine that
// builds nothing serves; the real ones show that they push nothing that is there.

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { helloFiles, inHello } from "../support/module";
import { engineFields, registry } from "./support/project/environment";
import {
  enginesAndPrebuilt,
  itOnceFor,
  newProject,
  startEngine,
  type PrebuiltEngine,
} from "./support/prebuilt/engine";
import { fetchManifest } from "./support/images/registry";
import { startRegistryProxy, type RegistryProxy } from "./support/servers/registryProxy";

const files = inHello(helloFiles);
const other = { "hello/main.go": 'package main\n\nfunc main() { println("other") }\n' };

for (const engine of enginesAndPrebuilt) {
  const itOnce = itOnceFor(engine);

  describe(`stacks with engine ${engine}`, function () {
    this.timeout(600_000);
    let proxy: RegistryProxy;
    let prebuilt: PrebuiltEngine | undefined;

    before(async function () {
      prebuilt = await startEngine(this, engine);
      proxy = await startRegistryProxy();
    });

    after(() => {
      proxy?.close();
      prebuilt?.close();
    });

    const program = (repository: string) => `
const { GoMultiStageImage } = require("goimage");
const { digest, size } = new GoMultiStageImage("hello", {
  source: "hello", repository: "${repository}", ${engineFields(engine)}
});
module.exports = { digest, size };
`;

    itOnce(
      "fault 23: two stacks that push the same tag each export their own digest, and leave the tag alone",
      async () => {
        let repository = "";
        const one = newProject(prebuilt, (own) => program((repository = own)), files);
        const two = newProject(prebuilt, program(repository), { ...files, ...other });
        await one.up();
        const first = await one.outputs<{ digest: string }>();
        await two.up();
        const second = await two.outputs<{ digest: string }>();
        assert.notEqual(first.digest, second.digest);
        for (const stack of [one, two, one]) assert.deepEqual(await stack.up(), { same: 3 });
        assert.deepEqual(await one.outputs(), first);
        assert.deepEqual(await two.outputs(), second);
        assert.equal((await fetchManifest(repository, "latest"))?.digest, second.digest);
        assert.equal((await fetchManifest(repository, first.digest))?.digest, first.digest);
      },
    );

    itOnce("promise P9: inputs may be unknown in the first preview", async () => {
      const project = newProject(
        prebuilt,
        (own) => `
const { GoMultiStageImage } = require("goimage");
const common = { source: "hello", ${engineFields(engine)} };
const base = new GoMultiStageImage("base", { ...common, repository: "${own}" });
const later = new GoMultiStageImage("later", {
  ...common,
  repository: base.digest.apply((digest) => "${own}/" + digest.slice(7, 19)),
  tags: [base.digest.apply((digest) => digest.slice(7, 19))],
  registry: { username: base.digest, password: base.digest },
});
module.exports = { digest: later.digest, tags: later.tags };
`,
        files,
      );
      const { changes, outputs } = await project.preview();
      assert.deepEqual([changes, outputs], [{ create: 5 }, { digest: "unknown", tags: "unknown" }]);
      assert.deepEqual(await project.up(), { create: 5 });
      assert.deepEqual((await project.preview()).changes, { same: 5 });
      assert.deepEqual(await project.up(), { same: 5 });
    });

    it("fault 24: a stack whose state was lost pushes again, and sends no blob that the registry has", async () => {
      let repository = "";
      const project = newProject(
        prebuilt,
        (own) => program((repository = own.replace(registry, proxy.host))),
        files,
      );
      await project.up();
      const before = await project.outputs<{ digest: string }>();
      fs.rmSync(path.join(project.directory, ".state"), { recursive: true });
      proxy.requests.length = 0;
      assert.deepEqual(await project.up(), { create: 3 });
      const uploads = proxy.requests.filter((request) =>
        /^(POST|PATCH|PUT) .*\/blobs\/uploads/.test(request),
      );
      const after = await project.outputs<{ digest: string }>();
      assert.equal((await fetchManifest(repository, "latest"))?.digest, after.digest);
      assert.deepEqual(uploads, []);
      assert.deepEqual(after, before);
    });

    itOnce("fault 24: a stack that was rolled back to an older state catches up", async () => {
      const project = newProject(prebuilt, program, files);
      await project.up();
      const state = await project.state();
      project.write(other);
      await project.up();
      const newest = await project.outputs();
      project.write({ "old.json": state });
      const imported = await project.pulumi(["stack", "import", "--file", "old.json"]);
      assert.equal(imported.code, 0, imported.output);
      assert.deepEqual(await project.up(), { same: 2, update: 1 });
      assert.deepEqual(await project.outputs(), newest);
      assert.deepEqual(await project.up(), { same: 3 });
    });
  });
}
