// Faults of the builder: not there, gone in the middle of a build, its disk full. Each on a daemon of the test's own,
// whose base images come through a proxy that tells when the build is under way; the daemon of the other tests is the
// one that works again.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { ensureBuildkitd } from "../../../tools/setup/buildkitd";
import { ensureDockerd, stopDockerd } from "../../../tools/setup/dockerd";
import { which } from "../../../tools/setup/exec";
import { layout, type Layout } from "../../../tools/setup/paths";
import { stopService } from "../../../tools/setup/service";
import { FaultProxy } from "../../support/faultProxy";
import { makeTree } from "../../support/module";
import { missingEngine, registry, skipWithReason } from "../support/project/environment";
import { run } from "../support/project/project";
import { fetchManifest } from "../support/images/registry";
import { FaultStack, type Deployed } from "../support/project/faultStack";

for (const engine of ["docker", "buildkit"]) {
  describe(`faults of the builder, with engine ${engine}`, function () {
    this.timeout(600_000);
    const daemon = engine === "docker" ? "dockerd" : "buildkitd";
    const unreachable =
      engine === "docker"
        ? /failed to connect to any docker daemon/
        : /the builder goimage cannot be reached/;
    const nowhere: Record<string, string> = {};
    let proxy: FaultProxy;
    let stack: FaultStack;
    let before: Deployed;

    this.beforeAll(async function () {
      const reason = missingEngine(engine);
      if (reason !== undefined) skipWithReason(this, reason);
      proxy = await FaultProxy.start(registry);
      stack = new FaultStack({ engine, to: registry });
      before = await stack.deploy();
      const directory = makeTree({});
      const node = {
        Name: "goimage0",
        Endpoint: `unix://${directory}/gone.sock`,
        Platforms: null,
        DriverOpts: null,
      };
      const instance = { Name: "goimage", Driver: "remote", Nodes: [node], Dynamic: false };
      fs.mkdirSync(path.join(directory, "instances"));
      fs.writeFileSync(path.join(directory, "instances/goimage"), JSON.stringify(instance));
      if (engine === "docker") nowhere["DOCKER_HOST"] = `unix://${directory}/gone.sock`;
      else nowhere["BUILDX_CONFIG"] = directory;
    });
    this.afterAll(() => proxy?.close());

    const nothingChanged = async () => {
      assert.deepEqual(await stack.outputs(), before);
      assert.equal((await fetchManifest(stack.repository, "v1"))?.digest, before.digest);
    };

    /** Runs `use` with a daemon that has nothing in its cache. */
    async function withDaemon(
      prepare: (own: Layout) => void,
      use: (own: Layout, env: Record<string, string>) => Promise<void>,
    ): Promise<void> {
      const own = layout(makeTree({}));
      for (const directory of [own.home, own.docker, own.buildkit])
        fs.mkdirSync(directory, { recursive: true });
      prepare(own);
      try {
        if (engine === "docker") {
          const { host } = await ensureDockerd(own, process.env, proxy.host);
          await use(own, { DOCKER_HOST: host });
        } else {
          await ensureBuildkitd(own, process.env, proxy.host, true);
          await use(own, { BUILDX_CONFIG: own.buildx });
        }
      } finally {
        await (engine === "docker" ? stopDockerd(own) : stopService(own, "buildkitd"));
        // dockerd mounts its directory onto itself; killed, it leaves that behind.
        await run("umount", ["--lazy", own.docker], own.home);
        fs.rmSync(own.sockets, { recursive: true, force: true });
      }
    }

    const ownDaemon = (context: Mocha.Context) => {
      if (process.platform !== "linux" || process.getuid?.() !== 0)
        skipWithReason(context, `${daemon} needs root on Linux`);
      if (which(daemon) === undefined) skipWithReason(context, `${daemon} is not in PATH`);
    };

    it("fault 15: a builder that is not running is named in the error, and the next up works", async () => {
      if (engine === "buildkit") {
        // Nothing to build: no builder is asked.
        assert.deepEqual(await stack.deploy(nowhere), before);
      }
      stack.edit();
      await stack.fails(nowhere, unreachable);
      await nothingChanged();
      const after = await stack.deploy();
      assert.notEqual(after.digest, before.digest);
      before = after;
    });

    it("fault 16: when the builder is killed during a build, the up fails and the next one works", async function () {
      ownDaemon(this);
      stack.edit();
      await withDaemon(
        () => undefined,
        async (own, env) => {
          let killed = false;
          proxy.reset();
          proxy.inject({
            method: "GET",
            path: /\/blobs\//,
            fault: () => {
              const { pid } = JSON.parse(
                fs.readFileSync(path.join(own.services, `${daemon}.json`), "utf8"),
              ) as { pid: number };
              if (!killed) process.kill(pid, "SIGKILL");
              killed = true;
            },
          });
          await stack.fails(env, /error/);
          assert.ok(killed, "the builder never asked for a base image");
        },
      );
      await nothingChanged();
      const after = await stack.deploy();
      assert.notEqual(after.digest, before.digest);
      before = after;
    });

    it("fault 14: when the builder's disk is full, the error says so, and the next up elsewhere works", async function () {
      ownDaemon(this);
      stack.edit();
      proxy.reset();
      let disk: string | undefined;
      try {
        await withDaemon(
          (own) => {
            disk = engine === "docker" ? own.docker : own.buildkit;
            execFileSync("mount", ["-t", "tmpfs", "-o", "size=24m", "tmpfs", disk], { stdio: "pipe" });
          },
          async (_own, env) => {
            await stack.fails(
              env,
              /no space left on device/,
              /disk of the (Docker Engine|builder goimage) is full/,
            );
          },
        );
      } finally {
        if (disk !== undefined) await run("umount", ["--lazy", disk], ".");
      }
      await nothingChanged();
      const after = await stack.deploy();
      assert.notEqual(after.digest, before.digest);
    });
  });
}
