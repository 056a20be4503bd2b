// What a stack exports is what its registry has: deleted images and moved tags are noticed and repaired. Most of that is the same
// whoever builds, and an engine that builds nothing serves; the real ones show that they push what they believe to be there.

import assert from "node:assert/strict";
import { helloFiles, inHello } from "../support/module";
import { engineFields, registry } from "./support/project/environment";
import {
  enginesAndPrebuilt,
  itOnceFor,
  newProject,
  startEngine,
  type PrebuiltEngine,
} from "./support/prebuilt/engine";
import { run, type Project, type Run } from "./support/project/project";
import {
  deleteImage,
  deleteManifest,
  fetchBlob,
  fetchManifest,
  putManifest,
} from "./support/images/registry";
import { startRegistryProxy, type RegistryProxy } from "./support/servers/registryProxy";

interface Outputs {
  digest: string;
  ref: string;
}

const files = inHello(helloFiles);

for (const engine of enginesAndPrebuilt) {
  const itOnce = itOnceFor(engine);

  describe(`the registry's content, with engine ${engine}`, function () {
    this.timeout(600_000);
    let proxy: RegistryProxy;
    let prebuilt: PrebuiltEngine | undefined;
    let project: Project;
    let repository: string;
    let exported: Outputs;

    before(async function () {
      prebuilt = await startEngine(this, engine);
      proxy = await startRegistryProxy();
      project = newProject(
        prebuilt,
        (own) => {
          repository = own.replace(registry, proxy.host);
          return `
const { GoMultiStageImage } = require("goimage");
const { digest, ref } = new GoMultiStageImage("hello", {
  source: "hello", repository: "${repository}", tags: ["v1", "latest"], ${engineFields(engine)}
});
module.exports = { digest, ref };
`;
        },
        files,
      );
      await project.up();
      exported = await project.outputs<Outputs>();
      await assertServed();
    });

    after(() => {
      proxy?.close();
      prebuilt?.close();
    });

    /** The registry has the exported image whole, and both tags point to it. */
    async function assertServed(): Promise<void> {
      exported = await project.outputs<Outputs>();
      assert.equal(exported.ref, `${repository}@${exported.digest}`);
      for (const reference of ["v1", "latest", exported.digest]) {
        assert.equal((await fetchManifest(repository, reference))?.digest, exported.digest, reference);
      }
      const served = await fetchManifest(repository, exported.digest);
      for (const { digest, size } of [...(served?.manifest.layers ?? []), served!.manifest.config]) {
        assert.equal((await fetchBlob(repository, digest)).length, size, digest);
      }
    }

    async function up(): Promise<Run> {
      return project.pulumi(["up", "--yes", "--skip-preview"]);
    }

    /** Runs the command that a message ends with, as a user would paste it; only the questions are left out. */
    async function obey(message: string): Promise<Run> {
      const command = / (pulumi up --replace '[^'\n]+')$/m.exec(message)?.[1];
      assert.ok(command, message);
      const words = ["-c", `${command} --yes --skip-preview --non-interactive`];
      const result = await run("sh", words, project.directory, project.env);
      assert.equal(result.code, 0, result.output);
      return result;
    }

    /** Makes a tag point to another image of the same blobs, as if somebody else had pushed it. */
    async function move(tag: string): Promise<string> {
      const served = await fetchManifest(repository, exported.digest);
      await putManifest(repository, tag, `${served?.text}\n`);
      const other = await fetchManifest(repository, tag);
      assert.notEqual(other?.digest, exported.digest);
      return other!.digest;
    }

    itOnce(
      "promise P4: an up without changes asks the registry for each tag once, and a preview asks nothing",
      async () => {
        proxy.requests.length = 0;
        assert.deepEqual((await project.preview()).changes, { same: 3 });
        assert.deepEqual(proxy.requests, []);
        assert.deepEqual(await project.up(), { same: 3 });
        const path = repository.slice(repository.indexOf("/"));
        assert.deepEqual([...proxy.requests].sort(), [
          "GET /v2/", // Whether the registry wants a login.
          `HEAD /v2${path}/manifests/latest`,
          `HEAD /v2${path}/manifests/v1`,
        ]);
      },
    );

    itOnce("fault 20: a deleted image is pushed again by the next up, with a warning", async () => {
      await deleteManifest(repository, exported.digest);
      const repaired = await up();
      assert.equal(repaired.code, 0, repaired.output);
      const message = `the registry no longer has ${exported.ref}, which this stack pushed and exports; it is pushed again`;
      assert.ok(repaired.output.includes(`warning: ${message}`), repaired.output);
      await assertServed();
      assert.deepEqual(await project.up(), { same: 3 });
    });

    it("fault 20: an image deleted with its layers is pushed again by the next up, even after refreshes", async () => {
      const { digest } = exported;
      await deleteImage(repository, digest);
      const refreshed = await project.pulumi(["refresh", "--yes", "--skip-preview"]);
      assert.equal(refreshed.code, 0, refreshed.output);
      assert.equal((await project.outputs<Outputs>()).digest, digest);
      // With the program the refresh asks the registry as well; it can push nothing.
      const withProgram = await project.pulumi(["refresh", "--run-program", "--yes", "--skip-preview"]);
      assert.notEqual(withProgram.code, 0);
      assert.ok(withProgram.output.includes(`the registry no longer has ${digest}`), withProgram.output);
      assert.equal(await fetchManifest(repository, "v1"), undefined);
      assert.equal((await up()).code, 0);
      await assertServed();
      assert.deepEqual(await project.up(), { same: 3 });
    });

    it("fault 20: an edit after a deletion pushes the whole new image", async () => {
      await deleteImage(repository, exported.digest);
      project.write({
        "hello/main.go": `${project.read("hello/main.go")}\nfunc init() { println("edited") }\n`,
      });
      assert.deepEqual(await project.up(), { same: 2, update: 1 });
      await assertServed();
      assert.deepEqual(await project.up(), { same: 3 });
    });

    itOnce("fault 20: a deleted tag is set again without a build", async () => {
      const served = await fetchManifest(repository, exported.digest);
      await deleteManifest(repository, exported.digest);
      await putManifest(repository, exported.digest, served!.text);
      assert.equal(await fetchManifest(repository, "v1"), undefined);
      assert.deepEqual(await project.up(), { same: 3 });
      await assertServed();
    });

    for (const tag of ["v1", "latest"]) {
      itOnce(
        `fault 21: the tag ${tag} moved by somebody else is reported and left alone; the printed command takes it back`,
        async () => {
          const other = await move(tag);
          const { code, output } = await up();
          assert.equal(code, 0, output);
          const message = `warning: ${repository}:${tag} points to ${other}, not to ${exported.digest}, which this stack`;
          assert.ok(output.includes(message), output);
          assert.equal((await fetchManifest(repository, tag))?.digest, other);
          assert.equal((await project.outputs<Outputs>()).digest, exported.digest);
          await obey(output);
          await assertServed();
          assert.deepEqual(await project.up(), { same: 3 });
        },
      );
    }

    itOnce(
      "fault 21: with the image deleted and its tag taken, up fails and names the command that repairs it",
      async () => {
        await move("v1");
        await deleteManifest(repository, exported.digest);
        const { code, output } = await up();
        assert.notEqual(code, 0);
        assert.ok(output.includes(`the registry no longer has ${exported.digest}`), output);
        await obey(output);
        await assertServed();
        assert.deepEqual(await project.up(), { same: 3 });
      },
    );
  });
}
