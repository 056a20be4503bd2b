// What an interrupted update leaves, and that the next one goes on from there.

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { engineFields, missingEngine, registry, skipWithReason } from "./support/project/environment";
import { startUp, type Running } from "./support/project/interrupt";
import { Project, run } from "./support/project/project";
import { fetchManifest } from "./support/images/registry";
import { slowModule, startSlowModules, type SlowModules } from "./support/servers/slowModules";
import { startRegistryProxy, type RegistryProxy } from "./support/servers/registryProxy";

/** A program with the version compiled in, so that each is another image. */
const service = (version: string) => ({
  "hello/go.mod": `module example.com/hello\n\ngo 1.23\n\nrequire ${slowModule} ${version}\n`,
  "hello/main.go": `package main\n\nimport "${slowModule}"\n\nfunc main() { println(slow.Version) }\n`,
});

for (const engine of ["docker", "buildkit"]) {
  describe(`an interrupted up with engine ${engine}`, function () {
    this.timeout(600_000);
    let modules: SlowModules;
    let proxy: RegistryProxy;
    let project: Project;
    let repository: string;
    let version = 0;

    before(async function () {
      const reason = missingEngine(engine);
      if (reason !== undefined) skipWithReason(this, reason);
      // Steps of the docker engine run in a network of their own, and see this machine as their gateway.
      const gateway = ["network", "inspect", "bridge", "--format={{(index .IPAM.Config 0).Gateway}}"];
      const address = engine === "docker" ? (await run("docker", gateway, ".")).output.trim() : "127.0.0.1";
      try {
        modules = await startSlowModules(address);
      } catch (error) {
        skipWithReason(this, `builds cannot reach this machine: ${(error as Error).message}`);
      }
      proxy = await startRegistryProxy();
      project = new Project(
        (own) => {
          repository = own.replace(registry, proxy.host);
          return `
const { GoMultiStageImage } = require("goimage");
const { digest, ref } = new GoMultiStageImage("hello", {
  source: "hello", repository: "${repository}", ${engineFields(engine)}
  build: { goProxy: "${modules.url}", env: { GONOSUMDB: "*", GOFLAGS: "-mod=mod" } },
});
module.exports = { digest, ref };
`;
        },
        {},
        `recovery-${engine}-${Date.now()}`,
      );
      await project.init();
    });

    after(() => {
      modules?.close();
      proxy?.close();
    });

    function edit(): void {
      project.write(service(`v1.0.${++version}`));
    }

    /** Starts an up; tells when its build step runs, and when that step has ended. */
    async function untilBuilding(): Promise<{
      up: Running;
      stepEnded: Promise<unknown>;
      release: () => void;
    }> {
      edit();
      let release = () => {};
      const released = new Promise<void>((resolve) => (release = resolve));
      let stepEnded: Promise<unknown> = Promise.resolve();
      const building = new Promise<void>((resolve) => {
        modules.hold = (response) => {
          stepEnded = new Promise((end) => response.on("close", end));
          resolve();
          return Promise.race([released, stepEnded]);
        };
      });
      const up = startUp(project);
      await Promise.race([building, up.ended.then(({ output }) => assert.fail(output))]);
      return { up, stepEnded, release };
    }

    /** Starts an up; tells when it is about to set the tag. */
    async function untilPushing(): Promise<{ up: Running; release: () => void }> {
      edit();
      let release = () => {};
      const released = new Promise<void>((resolve) => (release = resolve));
      const pushing = new Promise<void>((resolve) => {
        proxy.hold = (request) => {
          if (!/^PUT .*\/manifests\//.test(request)) return undefined;
          resolve();
          return released;
        };
      });
      const up = startUp(project);
      await Promise.race([pushing, up.ended.then(({ output }) => assert.fail(output))]);
      return { up, release };
    }

    /** An ordinary up, which must find nothing in its way. */
    async function recover(): Promise<void> {
      modules.hold = () => undefined;
      proxy.hold = () => undefined;
      await project.up();
      const outputs = await project.outputs<{ digest: string; ref: string }>();
      assert.equal(outputs.ref, `${repository}@${outputs.digest}`);
      assert.equal((await fetchManifest(repository, "latest"))?.digest, outputs.digest);
      const [, name = ""] = /^name: (.*)$/m.exec(project.read("Pulumi.yaml")) ?? [];
      const staged = path.join(project.directory, ".goimage", name, "test/hello-MultiStage");
      const files = fs.readdirSync(staged, { recursive: true }).sort();
      assert.deepEqual(files, ["go.mod", "main.go"]);
      for (const file of ["go.mod", "main.go"]) {
        const written = fs.readFileSync(path.join(project.directory, "hello", file), "utf8");
        assert.equal(fs.readFileSync(path.join(staged, file), "utf8"), written);
      }
      assert.deepEqual(await project.up(), { same: 3 });
    }

    async function served(): Promise<string | undefined> {
      return (await fetchManifest(repository, "latest"))?.digest;
    }

    /** Pulumi's lock outlives a killed pulumi where the state is in files, and names its own remedy. */
    async function unlock(): Promise<void> {
      const locked = await project.pulumi(["up", "--yes", "--skip-preview"]);
      assert.notEqual(locked.code, 0);
      assert.match(locked.output, /the stack is currently locked[^]*pulumi cancel/);
      const cancelled = await project.pulumi(["cancel", "--yes"]);
      assert.equal(cancelled.code, 0, cancelled.output);
    }

    const ending = engine === "docker" ? "lets the provider finish it" : "ends it on the builder too";
    it(`fault 22, promise P10: Ctrl-C during the first build ${ending}, and the next up continues`, async () => {
      const { up, stepEnded, release } = await untilBuilding();
      up.interrupt();
      if (engine === "docker") release(); // Its provider does not cancel: Pulumi waits for the build.
      const { code, output } = await up.ended;
      await stepEnded;
      assert.notEqual(code, 0, output);
      await recover();
    });

    it("fault 22: kill -9 during a build ends it on the builder too, and after pulumi cancel the next up continues", async () => {
      const before = await served();
      const { up, stepEnded } = await untilBuilding();
      up.kill();
      await up.ended;
      await stepEnded;
      assert.equal(await served(), before);
      await unlock();
      await recover();
      assert.notEqual(await served(), before);
    });

    it("fault 22: Ctrl-C during a push leaves the last image or the new one, and the next up continues", async () => {
      const before = await project.outputs();
      const { up, release } = await untilPushing();
      up.interrupt();
      if (engine === "docker") release();
      const { code, output } = await up.ended;
      release();
      assert.notEqual(code, 0, output);
      if (engine === "buildkit") assert.deepEqual(await project.outputs(), before);
      await recover();
    });

    it("fault 22: kill -9 during a push leaves the last image and its tag, and the next up continues", async () => {
      const before = await project.outputs<{ digest: string }>();
      const { up, release } = await untilPushing();
      up.kill();
      await up.ended;
      assert.equal(await served(), before.digest);
      release();
      await unlock();
      assert.deepEqual(await project.outputs(), before);
      await recover();
    });

    it("fault 23: a second up of the same stack at the same time gets Pulumi's lock error and changes nothing", async () => {
      const { up, release } = await untilBuilding();
      const second = await project.pulumi(["up", "--yes", "--skip-preview"]);
      assert.notEqual(second.code, 0);
      assert.match(second.output, /the stack is currently locked/);
      release();
      const first = await up.ended;
      assert.equal(first.code, 0, first.output);
      await recover();
    });
  });
}
