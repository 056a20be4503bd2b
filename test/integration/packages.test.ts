// Packages of a real apk repository, made here, in the shipped image: what apk itself would have installed.

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import type { ImageLayer } from "../../components/outputs";
import { helloFiles, inHello, makeTree } from "../support/module";
import {
  alpineHasApk,
  alpineHasArm64,
  baseOf,
  bundle,
  companyBase,
  filesOf,
  installedByApk,
  mergedBase,
  packages,
} from "./support/images/alpine";
import { startApkRepository, type ApkRepository } from "./support/servers/apkRepository";
import { makeAuthority } from "../support/authority";
import { address, builder, engineFields, missingEngine, skipWithReason } from "./support/project/environment";
import { docker, rebuilt } from "./support/images/images";
import { Project, run } from "./support/project/project";
import {
  fetchBlob,
  fetchConfig,
  fetchManifest,
  transferSize,
  type Manifest,
} from "./support/images/registry";

interface Outputs {
  ref: string;
  size: number;
  unpackedSize: number;
  sizeSummary: string;
  layers: ImageLayer[];
}

const files = inHello(helloFiles);

const program = (fields: string, runtime: string) => (own: string) => `
const { GoMultiStageImage } = require("goimage");
const image = new GoMultiStageImage("hello", {
  source: "hello", repository: "${own}", tags: ["v1"], ${fields} runtime: { ${runtime} },
});
const { ref, size, unpackedSize, sizeSummary, layers } = image;
module.exports = { ref, size, unpackedSize, sizeSummary, layers };
`;

for (const engine of ["docker", "buildkit"]) {
  describe(`packages in the image of engine ${engine}`, function () {
    this.timeout(600_000);
    let repository: ApkRepository;
    let base: string;
    let project: Project;
    let first: Outputs;

    const write = (runtime: string, more = "") =>
      project.write({ "index.js": program(`${engineFields(engine)} ${more}`, runtime)(project.repository) });

    const layerOf = ({ layers }: Outputs) => layers.filter(({ origin }) => origin === "packages");

    before(async function () {
      const reason = missingEngine(engine);
      if (reason !== undefined) skipWithReason(this, reason);
      if (address === undefined) skipWithReason(this, "this machine has no address that a container reaches");
      if (!(await alpineHasApk())) skipWithReason(this, "alpine is a stand-in here, without apk");
      repository = await startApkRepository(address, packages);
      const arm64 = (await alpineHasArm64()) ? ["linux/arm64"] : [];
      base = await baseOf(repository, companyBase, ["linux/amd64", ...arm64]);
      project = new Project("", files);
      write(`image: "${base}", packages: ["tool", "lib-of-tool=2.1-r3"]`);
      await project.up();
      first = await project.outputs<Outputs>();
    });

    after(() => repository?.close());

    it("are the same as apk itself installs, and change nothing else in the base", async () => {
      const expected = await installedByApk(base);
      expected.set("/etc/apk/world", (await filesOf(first.ref)).get("/etc/apk/world") ?? "");
      const found = await filesOf(first.ref);
      assert.deepEqual(new Map([...found].sort()), new Map([...expected].sort()));
      assert.match(found.get("/var/lib/tool/state") ?? "", /^regular file 640 4711:82/);
      const settings = await docker(
        "run",
        "--rm",
        "--entrypoint=cat",
        first.ref,
        `/${bundle}`,
        "/etc/apk/world",
      );
      assert.match(settings, /^public and company\n[^]*\nlib-of-tool=2\.1-r3\nlibc-utils\ntool$/);
      assert.ok(!found.has("/ran"));
    });

    it("run, and are known to apk", async () => {
      assert.equal(await docker("run", "--rm", first.ref), "hello");
      assert.equal(await docker("run", "--rm", "--entrypoint=tool", first.ref), "found");
      const known = ["info", "--installed", "tool", "lib-of-tool", "ca-certificates-bundle"];
      assert.equal(
        await docker("run", "--rm", "--entrypoint=apk", first.ref, ...known),
        "tool\nlib-of-tool\nca-certificates-bundle",
      );
    });

    it("are a layer of their own between base and binary, with its own size", async () => {
      const served = await fetchManifest(project.repository, "v1");
      assert.ok(served);
      const origins = first.layers.map(({ origin }) => origin);
      assert.deepEqual(
        origins.filter((origin, n) => origin !== origins[n - 1]),
        [...["base", "files", "packages", "binary"]],
      );
      const [layer, ...others] = layerOf(first);
      assert.ok(layer);
      assert.deepEqual(others, []);
      // The database has those of the base, of which one was replaced, as well.
      assert.equal(layer.contents.packages, (first.layers[0]?.contents.packages ?? 0) + 2);
      const blob = await fetchBlob(project.repository, layer.digest);
      const archive = path.join(makeTree({}), "layer.tar.gz");
      fs.writeFileSync(archive, blob);
      const listed = (await run("tar", ["--list", "--gzip", "--file", archive], ".")).output
        .trim()
        .split("\n");
      assert.deepEqual(listed.filter((name) => !name.endsWith("/")).sort(), [
        ...["etc/apk/world", `${bundle}.apk-new`, "etc/tool.conf"],
        ...["lib/apk/db/installed", "lib/apk/db/scripts.tar", "root/.toolrc", "usr/bin/tool"],
        ...["usr/share/lib-of-tool/word", "var/lib/tool/state", "var/tmp/tool"],
      ]);
      assert.equal(first.size, transferSize(served.manifest));
      assert.equal(
        first.size,
        first.layers.reduce((sum, { size }) => sum + size, served.manifest.config.size),
      );
      assert.equal(
        first.unpackedSize,
        first.layers.reduce((sum, { unpackedSize }) => sum + unpackedSize, 0),
      );
      assert.match(first.sizeSummary, /\(base .*, binary .*, files .*, packages [\d.]+ k?B\)/);
    });

    it("are not downloaded again for a second up, another order or an edit", async () => {
      repository.requests.length = 0;
      assert.deepEqual(await project.up(), { same: 3 });
      write(`image: "${base}", packages: ["lib-of-tool=2.1-r3", "tool"]`);
      assert.deepEqual(await project.up(), { same: 3 });
      project.write({ "hello/main.go": "package main\n\nfunc main() { println(1) }\n" });
      assert.deepEqual(await project.up(), { same: 2, update: 1 });
      const edited = await project.outputs<Outputs>();
      assert.notEqual(edited.ref, first.ref);
      assert.deepEqual(layerOf(edited), layerOf(first));
      assert.deepEqual(repository.requests, []);
    });

    it("are installed for another platform, which the builder need not run", async function () {
      if (!(await alpineHasArm64())) skipWithReason(this, "alpine is not there for arm64");
      write(`image: "${base}", packages: ["tool"]`, 'platforms: ["linux/arm64"],');
      await project.up();
      const found = await project.outputs<Outputs>();
      const served = await fetchManifest(project.repository, "v1");
      assert.ok(served);
      assert.equal((await fetchConfig(project.repository, served.manifest)).architecture, "arm64");
      assert.ok(repository.requests.includes("/aarch64/tool-1.0-r0.apk"), repository.requests.join());
      const [layer] = layerOf(found);
      assert.equal(layer?.contents.packages, (found.layers[0]?.contents.packages ?? 0) + 2);
    });

    it("that do not exist fail the update with apk's error", async () => {
      write(`image: "${base}", packages: ["no-such-tool"]`);
      const { code, output } = await project.pulumi(["up", "--yes", "--skip-preview"]);
      assert.notEqual(code, 0);
      assert.match(output, /no-such-tool \(no such package\)/);
    });

    for (const [what, dockerfile] of [
      ["without apk", "FROM golang:1.23\n"],
      ["without a shell", "FROM scratch\nCOPY key /key\n"],
    ] as const) {
      it(`fail with advice when the base is one ${what}`, async () => {
        const image = await baseOf(repository, () => dockerfile);
        write(`image: "${image}", packages: ["tool"]`);
        const { code, output } = await project.pulumi(["up", "--yes", "--skip-preview"]);
        assert.notEqual(code, 0);
        // The command has the same words in it.
        assert.match(
          output,
          /error: the build failed:\n([^#\n]*\n)?\s*runtime\.packages needs a base image with apk/,
        );
      });
    }
  });
}

describe("packages in the image, on a builder of its own", function () {
  this.timeout(600_000);
  const authority = makeAuthority();
  let plain: ApkRepository;
  let secured: ApkRepository;
  let base: string;

  before(async function () {
    const reason = missingEngine("buildkit");
    if (reason !== undefined) skipWithReason(this, reason);
    if (!(await alpineHasApk())) skipWithReason(this, "alpine is a stand-in here, without apk");
    plain = await startApkRepository("127.0.0.1", packages);
    secured = await startApkRepository("127.0.0.1", packages, authority.server);
    base = await baseOf(plain);
  });

  after(() => {
    plain?.close();
    secured?.close();
  });

  const projectOf = (image: string, more = "") =>
    new Project(program(`builder: "${builder}", ${more}`, `image: "${image}", packages: ["tool"]`), {
      ...files,
      "company.pem": authority.certificate,
    });

  it("give the same digest in two builds that share no cache", async () => {
    const project = projectOf(base);
    await project.up();
    const { ref } = await project.outputs<Outputs>();
    const asked = plain.requests.length;
    const again = await rebuilt(
      path.join(project.directory, ".goimage/test/test/hello-MultiStage"),
      `${project.repository}:again`,
    );
    assert.ok(plain.requests.length > asked);
    const layers = async (name: string) =>
      ((await fetchManifest(project.repository, name))?.manifest as Manifest).layers.map(
        ({ digest }) => digest,
      );
    assert.deepEqual(await layers("again"), await layers("v1"));
    assert.equal(`${project.repository}@${again}`, ref);
  });

  it("are installed when the smoke test runs the program, which fails without them", async () => {
    const project = projectOf(base, "smokeTest: {},");
    project.write({
      "hello/main.go": `package main

import (
	"log"
	"os/exec"
)

func main() {
	if err := exec.Command("tool").Run(); err != nil {
		log.Fatal(err)
	}
}
`,
    });
    await project.up();
    const fields = `builder: "${builder}", smokeTest: {},`;
    project.write({ "index.js": program(fields, `image: "${base}"`)(project.repository) });
    const without = await project.pulumi(["up", "--yes", "--skip-preview"]);
    assert.notEqual(without.code, 0);
    assert.match(without.output, /"tool": executable file not found in \$PATH/);
  });

  it("follow the links of a base whose /bin and /lib are in /usr", async () => {
    const merged = await baseOf(plain, mergedBase);
    const project = projectOf(merged);
    await project.up();
    const { ref } = await project.outputs<Outputs>();
    const found = await filesOf(ref);
    assert.deepEqual(new Map([...found].sort()), new Map([...(await installedByApk(merged))].sort()));
    assert.equal(await docker("run", "--rm", "--entrypoint=tool", ref), "found");
  });

  it("can come from a server under a company's authority, which stays out of the image", async () => {
    const own = await baseOf(secured);
    const refused = await projectOf(own).pulumi(["up", "--yes", "--skip-preview"]);
    assert.notEqual(refused.code, 0);
    assert.match(refused.output, /certificate verify failed[^]*build\.caCertificates/);
    const trusting = 'build: { caCertificates: require("node:fs").readFileSync("company.pem", "utf8") },';
    const project = projectOf(own, trusting);
    await project.up();
    const { ref } = await project.outputs<Outputs>();
    const line = authority.certificate.split("\n")[3] ?? "";
    await docker("pull", "--quiet", ref);
    const search = [
      "--user=0",
      "--entrypoint=grep",
      ref,
      "-rlF",
      line,
      "/etc",
      "/usr",
      "/lib",
      "/run",
      "/tmp",
    ];
    assert.equal((await run("docker", ["run", "--rm", ...search], ".")).output, "");
    assert.equal(await docker("run", "--rm", "--entrypoint=tool", ref), "found");
  });
});
