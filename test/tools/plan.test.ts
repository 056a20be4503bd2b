import assert from "node:assert/strict";
import { choose, compareVersions, describe as describeChoice, type Facts } from "../../tools/setup/plan";
import { findProblems } from "../../tools/setup/problems";
import {
  buildkit,
  docker,
  dockerBuildPlugin,
  dockerPlugin,
  languageHost,
  pulumi,
  registry,
  runc,
  tools,
} from "../../tools/setup/versions";

/** A root Debian machine that has nothing and reaches nothing, but for what a test adds. */
const facts = (more: Partial<Facts> = {}): Facts => ({
  target: { os: "linux", arch: "amd64" },
  root: true,
  debian: true,
  installed: () => false,
  onPath: () => Promise.resolve(undefined),
  inMirror: () => undefined,
  downloadable: () => Promise.resolve(undefined),
  unpinned: () => false,
  packageVersion: () => Promise.resolve("20.10.24"),
  go: () => Promise.resolve("1.26.8"),
  ...more,
});

const everywhere: Partial<Facts> = {
  installed: () => true,
  onPath: () => Promise.resolve({ version: "3.260.0", where: "/usr/bin/pulumi" }),
  inMirror: () => "/mirror/file.xz",
  downloadable: () => Promise.resolve("https://get.pulumi.com/file.tar.gz"),
};

describe("the plan of the set-up", () => {
  it("prefers PATH, then an installed tool, the mirror, a download, a recipe", async () => {
    const order: (keyof Facts)[] = ["onPath", "installed", "inMirror", "downloadable"];
    const sources: string[] = [];
    const left = { ...everywhere };
    for (const next of order) {
      sources.push((await choose(languageHost, facts(left))).source);
      delete left[next];
    }
    sources.push((await choose(languageHost, facts(left))).source);
    assert.deepEqual(sources, ["path", "installed", "mirror", "download", "recipe"]);
  });

  it("does not ask the network for an installed tool", async () => {
    const downloadable = () => Promise.reject(new Error("asked the network"));
    const choice = await choose(pulumi, facts({ installed: () => true, downloadable }));
    assert.deepEqual(choice, { source: "installed", version: "3.259.0" });
  });

  it("builds the old language host when only Go modules can be reached, and keeps it", async () => {
    assert.deepEqual(await choose(languageHost, facts()), { source: "recipe", version: "3.68.0" });
    const kept = facts({ installed: (_tool, version) => version === "3.68.0" });
    assert.deepEqual(await choose(languageHost, kept), { source: "installed", version: "3.68.0" });
  });

  it("prefers the mirror's current language host to an old installed one", async () => {
    const both = facts({
      installed: (_tool, version) => version === "3.68.0",
      inMirror: () => "/mirror/host.xz",
    });
    assert.deepEqual(await choose(languageHost, both), {
      source: "mirror",
      version: "3.259.0",
      file: "/mirror/host.xz",
    });
  });

  it("names the Go version to install when only a recipe is left", async () => {
    const without = await choose(pulumi, facts({ go: () => Promise.resolve(undefined) }));
    assert.equal(without.source, "none");
    assert.match(describeChoice(pulumi, without), /Go is not installed: install Go 1\.21\.0 or newer/);
    const old = await choose(pulumi, facts({ go: () => Promise.resolve("1.19.8") }));
    assert.match(describeChoice(pulumi, old), /Go 1\.19\.8 is too old/);
  });

  it("prefers a recipe to a download without a checksum, and says how to allow the download", async () => {
    const unpinned = () => true;
    assert.equal((await choose(pulumi, facts({ unpinned }))).source, "recipe");
    const without = await choose(pulumi, facts({ unpinned, go: () => Promise.resolve(undefined) }));
    assert.match(
      describeChoice(pulumi, without),
      /has no checksum \(GOIMAGE_UNPINNED=1 .*Go is not installed/,
    );
    const plugin = await choose(dockerPlugin, facts({ unpinned }));
    assert.match(
      describeChoice(dockerPlugin, plugin),
      /no mirror has it, .* GOIMAGE_UNPINNED=1|no checksum \(GOIMAGE_UNPINNED=1/,
    );
  });

  it("installs Debian packages as root, and gives others the command", async () => {
    assert.deepEqual(await choose(docker, facts()), {
      source: "debian",
      version: "20.10.24",
      packages: ["docker.io"],
    });
    const fedora = await choose(docker, facts({ debian: false }));
    assert.match(describeChoice(docker, fedora), /install docker\.io with this system's package manager/);
  });

  it("starts no daemon without root or off Linux, but uses a running Docker Engine", async () => {
    assert.equal((await choose(buildkit, facts({ root: false }))).source, "none");
    assert.equal((await choose(docker, facts({ target: { os: "darwin", arch: "arm64" } }))).source, "none");
    const onPath = () => Promise.resolve({ version: "28.0.0", where: "the daemon" });
    assert.equal((await choose(docker, facts({ root: false, onPath }))).source, "path");
  });
});

describe("problems of the set-up", () => {
  const none = { source: "none", reason: "not there" } as const;
  const ready = { source: "installed", version: "1.0.0" } as const;
  const problems = (lacking: readonly unknown[], daemon = false) =>
    findProblems(new Map(tools.map((tool) => [tool, lacking.includes(tool) ? none : ready])), daemon);

  it("do not exist while one engine is complete", () => {
    assert.deepEqual(problems([]), []);
    assert.deepEqual(problems([dockerPlugin]), []);
    assert.deepEqual(problems([dockerBuildPlugin]), []);
    assert.deepEqual(problems([buildkit, runc], true), []);
  });

  it("include what both engines lack", () => {
    const found = problems([dockerPlugin, runc]);
    assert.equal(found.length, 2);
    assert.match(
      found[0] ?? "",
      /^pulumi-resource-docker 5\.0\.0, which builds with engine "docker": not there$/,
    );
  });

  it("include a missing tool that every engine needs", () => {
    assert.equal(problems([pulumi]).length, 1);
    assert.equal(problems([registry]).length, 1);
  });

  it("include advice to start a Docker Engine when no daemon can be started", () => {
    assert.match(problems([docker, buildkit, runc]).at(-1) ?? "", /start one, or run this as root on Linux/);
  });
});

describe("compareVersions", () => {
  it("compares numbers, not text", () => {
    assert.ok(compareVersions("1.26.8", "1.9.10") > 0);
    assert.ok(compareVersions("20.10.24+dfsg1", "20.10.0") > 0);
    assert.ok(compareVersions("v3.216.0", "3.259.0") < 0);
    assert.equal(compareVersions("1.26", "1.26.0"), 0);
  });
});
