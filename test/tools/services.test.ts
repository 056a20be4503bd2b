import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildkitConfig } from "../../tools/setup/buildkitd";
import { freeNetwork } from "../../tools/setup/dockerd";
import { layout } from "../../tools/setup/paths";
import { ensureService, isRunning, type Service, stopService } from "../../tools/setup/service";

describe("settings of the daemons", () => {
  it("ask the local registry for docker.io only where docker.io cannot be reached", () => {
    assert.match(
      buildkitConfig("127.0.0.1:5050", false),
      /^\[registry\."127\.0\.0\.1:5050"\]\n {2}http = true\n/,
    );
    assert.match(
      buildkitConfig("127.0.0.1:5050", true),
      /^\[registry\."docker\.io"\]\n {2}mirrors = \["127\.0\.0\.1:5050"\]/,
    );
  });

  it("pick a network that no interface is in", () => {
    assert.equal(freeNetwork("07abcdef", " 2: eth0 inet 10.0.0.4/24"), "10.213.7");
    assert.equal(freeNetwork("ff000000", " 3: br0 inet 10.213.255.1/24\n 10.213.0.0/24 dev br1"), "10.213.1");
  });

  it("keep sockets short however long the path of the clone is", () => {
    const { sockets, id } = layout(`/${"long/".repeat(60)}`);
    assert.ok(`${sockets}/docker/containerd/containerd-debug.sock`.length < 100);
    assert.notEqual(id, layout("/other").id);
  });
});

describe("a service", () => {
  let folder: string;
  let ready: boolean;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "goimage-service-"));
    mkdirSync(layout(folder).home);
    ready = true;
  });
  afterEach(async () => {
    await stopService(layout(folder), "sleeper");
    rmSync(folder, { recursive: true });
  });

  const service = (script: string): Service => ({
    name: "sleeper",
    command: process.execPath,
    args: ["-e", script],
    env: process.env,
    ready: () => Promise.resolve(ready),
  });
  const sleep = "setInterval(() => {}, 1000)";

  it("is started once, found again, and stopped once", async () => {
    const place = layout(folder);
    assert.equal(await ensureService(place, service(sleep)), true);
    assert.equal(await ensureService(place, service(sleep)), false);
    assert.equal(await isRunning(place, "sleeper"), true);
    assert.equal(await stopService(place, "sleeper"), true);
    assert.equal(await isRunning(place, "sleeper"), false);
    assert.equal(await stopService(place, "sleeper"), false);
  });

  it("is started anew when its command line is another", async () => {
    await ensureService(layout(folder), service(sleep));
    assert.equal(await ensureService(layout(folder), service(`${sleep};`)), true);
  });

  it("that ends at once fails with the last lines of its log", async () => {
    ready = false;
    const broken = service('console.error("no such disk"); process.exit(3)');
    await assert.rejects(
      ensureService(layout(folder), broken),
      /sleeper ended with exit code 3[^]*no such disk/,
    );
    assert.equal(await isRunning(layout(folder), "sleeper"), false);
  });
});
