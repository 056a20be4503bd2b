import assert from "node:assert/strict";
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildkitConfig, ensureBuildkitd } from "../../tools/setup/buildkitd";
import { ensureDockerd, freeNetwork } from "../../tools/setup/dockerd";
import { SetupError } from "../../tools/setup/exec";
import { layout } from "../../tools/setup/paths";
import { ensureService, isRunning, type Service, stopService } from "../../tools/setup/service";
import {
  makeSocketDirectory,
  removeSocketDirectory,
  socketDirectoryProblem,
} from "../../tools/setup/sockets";

describe("settings of the daemons", () => {
  it("use the local registry as mirror of docker.io only when docker.io is unreachable", () => {
    assert.match(
      buildkitConfig("127.0.0.1:5050", false),
      /^\[registry\."127\.0\.0\.1:5050"\]\n {2}http = true\n/,
    );
    assert.match(
      buildkitConfig("127.0.0.1:5050", true),
      /^\[registry\."docker\.io"\]\n {2}mirrors = \["127\.0\.0\.1:5050"\]/,
    );
  });

  it("choose a network that no interface uses", () => {
    assert.equal(freeNetwork("07abcdef", " 2: eth0 inet 10.0.0.4/24"), "10.213.7");
    assert.equal(freeNetwork("ff000000", " 3: br0 inet 10.213.255.1/24\n 10.213.0.0/24 dev br1"), "10.213.1");
  });

  it("keep socket paths short, however long the clone's path is", () => {
    const { sockets, id } = layout(`/${"long/".repeat(60)}`);
    assert.ok(`${sockets}/docker/containerd/containerd-debug.sock`.length < 100);
    assert.notEqual(id, layout("/other").id);
  });
});

describe("the directory of the sockets", () => {
  let shared: string;
  let sockets: string;

  beforeEach(() => {
    // As /tmp is: everybody may write, and only owners may rename.
    shared = mkdtempSync(join(tmpdir(), "goimage-shared-"));
    chmodSync(shared, 0o1777);
    sockets = join(shared, "goimage-0123abcd");
  });
  afterEach(() => rmSync(shared, { recursive: true }));

  const skip = (context: Mocha.Context, reason: string): never => {
    console.log(`      skipped: ${reason}`);
    return context.skip();
  };
  const needsModes = (context: Mocha.Context) => {
    if (process.getuid === undefined) skip(context, "Windows has no owners and modes");
  };

  it("is made for its owner only, reused, and removed", async function () {
    needsModes(this);
    await makeSocketDirectory({ sockets });
    assert.equal(lstatSync(sockets).mode & 0o777, 0o700);
    await makeSocketDirectory({ sockets });
    writeFileSync(join(sockets, "docker.pid"), "1");
    await removeSocketDirectory({ sockets });
    assert.equal(existsSync(sockets), false);
    await removeSocketDirectory({ sockets });
  });

  const planted: [string, (other: string) => void, RegExp][] = [
    ["may be written by its group", () => mkdirWith(0o770), /has the mode 770 instead of 700, so/],
    ["may be entered by everybody", () => mkdirWith(0o711), /has the mode 711/],
    ["has the setgid bit and is open to its group", () => mkdirWith(0o2750), /has the mode 2750/],
    ["is a link to a directory that is private", (other) => symlinkSync(other, sockets), /symbolic link/],
    ["is a link to nothing", () => symlinkSync(join(shared, "nothing"), sockets), /symbolic link/],
    ["is a file", () => writeFileSync(sockets, ""), /is not a directory/],
    [
      "lies where everybody may rename it",
      () => (mkdirWith(0o700), chmodSync(shared, 0o777)),
      /mode 777, without the sticky bit/,
    ],
    [
      "is another user's",
      () => (mkdirWith(0o700), chownSync(sockets, 65534, 65534)),
      /belongs to user 65534/,
    ],
    [
      "lies in another user's directory",
      () => (mkdirWith(0o700), chownSync(shared, 65534, 65534)),
      /in a directory of user 65534/,
    ],
  ];

  function mkdirWith(mode: number): void {
    mkdirSync(sockets);
    chmodSync(sockets, mode);
  }

  for (const [what, plant, reason] of planted) {
    it(`is refused and left alone when it ${what}`, async function () {
      needsModes(this);
      if (/user/.test(what) && process.getuid?.() !== 0)
        skip(this, "only root can give a directory to another user");
      const other = join(shared, "private");
      mkdirSync(other, { mode: 0o700 });
      plant(other);
      const before = lstatSync(sockets);
      const place = { ...layout(shared), sockets };
      for (const start of [
        () => makeSocketDirectory({ sockets }),
        () => ensureBuildkitd(place, {}, "127.0.0.1:5050", false),
        () => ensureDockerd(place, {}, undefined),
      ])
        await assert.rejects(start, (error: Error) => {
          assert.ok(error instanceof SetupError);
          assert.match(error.message, reason);
          assert.match(
            error.message,
            /goimage-0123abcd .*remove it .* or set TMPDIR to a directory of your own$/,
          );
          return true;
        });
      await removeSocketDirectory({ sockets });
      const after = lstatSync(sockets);
      assert.deepEqual([after.ino, after.mode, after.uid], [before.ino, before.mode, before.uid]);
      assert.equal(existsSync(other), true);
    });
  }

  it("is checked against the current user, root or not", () => {
    const of = (uid: number, mode: number) => ({
      ...{ isDirectory: () => true, isSymbolicLink: () => false },
      ...{ uid, mode },
    });
    assert.equal(socketDirectoryProblem(of(1000, 0o700), of(1000, 0o755), 1000), undefined);
    assert.equal(socketDirectoryProblem(of(1000, 0o700), of(0, 0o1777), 1000), undefined);
    assert.match(socketDirectoryProblem(of(1001, 0o700), of(0, 0o1777), 1000) ?? "", /belongs to user 1001/);
    assert.match(socketDirectoryProblem(of(0, 0o700), of(0, 0o1777), 1000) ?? "", /belongs to user 0/);
    assert.match(socketDirectoryProblem(of(1000, 0o700), of(1001, 0o1777), 1000) ?? "", /of user 1001/);
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

  it("is restarted when its command line changes", async () => {
    await ensureService(layout(folder), service(sleep));
    assert.equal(await ensureService(layout(folder), service(`${sleep};`)), true);
  });

  it("fails with its log's last lines when it ends at once", async () => {
    ready = false;
    const broken = service('console.error("no such disk"); process.exit(3)');
    await assert.rejects(
      ensureService(layout(folder), broken),
      /sleeper ended with exit code 3[^]*no such disk/,
    );
    assert.equal(await isRunning(layout(folder), "sleeper"), false);
  });
});
