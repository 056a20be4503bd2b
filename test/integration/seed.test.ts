// The input cache: a seed that one runner writes, and what an empty builder makes of it.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { pushSeed, unpackedSeed } from "./support/images/changedSeed";
import { engineFields, engines, registry } from "./support/project/environment";
import {
  changedZip,
  slowModule,
  slowSums,
  startSlowModules,
  type SlowModules,
} from "./support/servers/slowModules";
import { startOwnBuilder } from "./support/servers/ownBuilder";
import { readableBases } from "./support/images/bases";
import { Project, repositoryRoot, run } from "./support/project/project";
import { deleteManifest, fetchManifest } from "./support/images/registry";

const intern = "github.com/josharian/intern";
const sums = `${intern} v1.0.0 h1:vlS4z54oSdjm0bgjRigI+G1HpF+tI+9rE5LLzOg8HmY=
${intern} v1.0.0/go.mod h1:5DoeVV0s6jJacbCEi61lwdGj/aVlrQvzHFFd8Hwg//Y=
`;
const password = "canary-of-the-seed";

for (const engine of engines) {
  describe(`a seed, with engine ${engine}`, function () {
    this.timeout(900_000);
    const unique = `seeded-${engine}-${Date.now()}`;
    const main = (standard: string, word = "a") =>
      `package main\n\nimport (\n\t"${standard}"\n\t"${intern}"\n)\n\nvar _ = ${standard}.New\n\nfunc main() { println(intern.String("${word}")) }\n`;
    const files = {
      "api/go.mod": `module ${unique}.example.com\n\ngo 1.23\n\nrequire ${intern} v1.0.0\n`,
      "api/go.sum": sums,
      "api/main.go": main("errors"),
    };
    const repository = `${registry}/test/${unique}`;
    const seeds = `${repository}-seeds`;
    const reading = `cache: { repository: "${seeds}" },`;
    const writing = `cache: { repository: "${seeds}", write: true },`;
    // -v names each package that is compiled.
    let bases = { golang: "", alpine: "" };
    const program = (cache: string, fields = engineFields(engine)) => `
const { GoMultiStageImage } = require("goimage");
const api = new GoMultiStageImage("api", { source: "api", repository: "${repository}", ${fields} ${cache}
  build: { flags: ["-v"]${fields.includes("buildkit") ? `, image: "${bases.golang}", netrc: "machine example.com login x password ${password}"` : ""} },
  runtime: { image: "${bases.alpine}" } });
exports.digest = api.digest;
`;
    const up = async (project: Project, env: Record<string, string> = {}) => {
      const { code, output } = await project.pulumi(["up", "--yes", "--skip-preview"], env);
      assert.equal(code, 0, output);
      return output;
    };
    const digestOf = async (project: Project) => (await project.outputs<{ digest: string }>()).digest;
    let plain = "";
    let writer: Project;
    let seed = "";

    before(async () => {
      bases = await readableBases("-alpine");
      const project = new Project(program(""), files, unique);
      await project.up();
      plain = await digestOf(project);
      writer = new Project(program(writing), files, unique);
    });

    it("is written once, after the image, and does not change the image's digest", async () => {
      const output = await up(writer);
      assert.match(output, /there is no seed in \S+ yet; this update makes one/);
      assert.match(output, /seed: \[build \d+\/\d+\] /);
      if (engine === "buildkit") assert.equal(await digestOf(writer), plain);
      const tags = await tagsOf(seeds);
      const exact = tags.find((tag) => /^gocache-[0-9a-f]{20}$/.test(tag)) ?? "";
      const newest = tags.find((tag) => /^gocache-newest-[0-9a-f]{20}$/.test(tag)) ?? "";
      assert.deepEqual(tags.sort(), [exact, newest].sort());
      seed = (await fetchManifest(seeds, exact))?.digest ?? "";
      assert.equal((await fetchManifest(seeds, newest))?.digest, seed);
      assert.deepEqual(await writer.up(), { same: 3 });
      assert.equal((await fetchManifest(seeds, exact))?.digest, seed);
      assert.ok(
        !fs
          .readdirSync(path.join(writer.directory, ".goimage"), { recursive: true })
          .some((file) => String(file).endsWith(".layer")),
      );
    });

    it("contains compiled packages and modules, and neither the service nor a secret", async () => {
      const directory = await unpackedSeed(seeds, seed);
      const modules = path.join(directory, "mod", intern, "@v");
      assert.deepEqual(fs.readdirSync(modules).sort(), ["v1.0.0.info", "v1.0.0.mod", "v1.0.0.zip"]);
      const found = (text: string) => spawnSync("grep", ["-rlF", text, directory]).stdout.toString();
      assert.equal(found(unique), "");
      assert.equal(found(password), "");
      assert.notEqual(found(intern), "");
    });

    it("is listed with its age, and can be pruned when there is a newer one", async () => {
      const changed = { "api/main.go": main("log") };
      writer.write(changed);
      await writer.up();
      const goimage = async (...args: string[]) => {
        const { code, output } = await run(
          "node",
          [path.join(repositoryRoot, "dist/cli/index.js"), "cache", ...args],
          ".",
        );
        assert.equal(code, 0, output);
        return output;
      };
      const listed = await goimage("ls", seeds);
      const today = new Date().toISOString().slice(0, 10);
      const line = `gocache-\\w+ +${today} \\d\\d:\\d\\d +[\\d.]+ MB +linux/amd64`;
      const about = `${unique}\\.example\\.com, \\S*golang:1\\.23-alpine`;
      assert.match(
        listed,
        new RegExp(`^tag .*\\n${line} +newest +${about} +sha256:\\w+\\n${line} +${about} +sha256:\\w+\\n$`),
      );
      assert.match(await goimage("prune", seeds, "--keep", "0"), /These 1 of 2 seeds would be removed/);
      assert.match(await goimage("prune", seeds, "--keep", "0", "--yes"), /removed .*\n.* has 1 seed left/);
      assert.equal(await fetchManifest(seeds, seed), undefined);
      const tags = await tagsOf(seeds);
      seed =
        (await fetchManifest(seeds, tags.find((tag) => tag.startsWith("gocache-newest-")) ?? ""))?.digest ??
        "";
      Object.assign(files, changed);
    });

    it("causes neither a build nor an error when it is deleted", async () => {
      const reader = new Project(program(reading), files, unique);
      await reader.up();
      assert.equal(await digestOf(reader), await digestOf(writer));
      await deleteManifest(seeds, seed);
      assert.deepEqual(await reader.up(), { same: 3 });
      reader.write({ "api/main.go": main("log", "b") });
      const output = await up(reader);
      assert.match(output, /there is no seed in \S+ yet; an update with cache\.write makes one/);
    });

    it("is made again at the next build by the stack that wrote it", async () => {
      assert.deepEqual(await writer.up(), { same: 3 });
      writer.write({ "api/main.go": main("log", "again") });
      assert.match(await up(writer), /no longer has the seed sha256:\w+, so this update makes another one/);
      const tags = await tagsOf(seeds);
      assert.equal(tags.filter((tag) => /^gocache-[0-9a-f]{20}$/.test(tag)).length, 1);
      assert.deepEqual(await writer.up(), { same: 3 });
    });

    it("is left out when its repository cannot be read", async () => {
      const cache = `cache: { repository: "127.0.0.1:1/team/seeds" },`;
      const reader = new Project(program(cache), files, unique);
      assert.match(
        await up(reader),
        /127\.0\.0\.1:1\/team\/seeds cannot be read, so the build starts without a seed: /,
      );
    });
  });
}

describe("a seed, with an empty builder", function () {
  this.timeout(900_000);
  if (!engines.includes("buildkit")) return;
  const unique = `cold-${Date.now()}`;
  const main = (...imports: string[]) =>
    `package main\n\nimport (\n\t"${slowModule}"\n${imports.map((name) => `\t_ "${name}"\n`).join("")})\n\nfunc main() { println(slow.Version) }\n`;
  const files = {
    "api/go.mod": `module ${unique}.example.com\n\ngo 1.23\n\nrequire ${slowModule} v1.0.0\n`,
    "api/go.sum": slowSums("v1.0.0"),
    "api/main.go": main("net/url"),
  };
  const repository = `${registry}/test/${unique}`;
  const seeds = `${repository}-seeds`;
  let modules: SlowModules;
  let requests = 0;
  const program = (builder: string, cache: string, env: string) => `
const { GoMultiStageImage } = require("goimage");
const api = new GoMultiStageImage("api", { source: "api", repository: "${repository}",
  engine: "buildkit", builder: "${builder}", cache: { repository: "${seeds}", ${cache} },
  build: { flags: ["-v"], goProxy: "${modules.url}", env: { GONOSUMDB: "*", ${env} } } });
exports.digest = api.digest;
`;
  before(async () => {
    modules = await startSlowModules("127.0.0.1");
    modules.hold = () => void requests++;
  });
  after(() => modules?.close());

  /** What the image's build compiled on a builder with nothing in its caches, what it downloaded, and its digest. */
  async function built(cache: string, change: Record<string, string> = {}, env = "") {
    const own = await startOwnBuilder();
    requests = 0;
    try {
      const project = new Project(program(own.name, cache, env), { ...files, ...change }, unique);
      const { code, output } = await project.pulumi(["up", "--yes", "--skip-preview"], own.env);
      assert.equal(code, 0, output);
      const lines = output.split("\n").filter((line) => line.includes("docker-build:index:Image api "));
      const compiled = lines.flatMap((line) => /#\d+ \d+\.\d+ ([\w./-]+)$/.exec(line.trimEnd())?.[1] ?? []);
      const { digest } = await project.outputs<{ digest: string }>();
      return { result: { compiled: compiled.sort(), digest, downloads: requests > 0 }, output };
    } finally {
      await own.stop();
    }
  }
  const service = `${unique}.example.com`;
  const exactTag = async () => (await tagsOf(seeds)).find((tag) => /^gocache-[0-9a-f]{20}$/.test(tag)) ?? "";
  let plain = "";

  it("saves an empty builder all but the service, or with another service's seed all but the new packages", async () => {
    const without = (await built("write: true")).result;
    plain = without.digest;
    assert.ok(without.compiled.includes("net/url"), without.compiled.join(" "));
    assert.ok(without.downloads);

    const withSeed = await built("");
    assert.deepEqual(
      withSeed.result,
      { compiled: [service], digest: plain, downloads: false },
      withSeed.output,
    );

    const change = { "api/main.go": main("net/url", "encoding/csv") };
    const newest = (await built("newest: true", change)).result;
    assert.ok(newest.compiled.includes("encoding/csv") && !newest.compiled.includes("net/url"));
    assert.equal(newest.downloads, false);
    const others = await built("", change);
    assert.ok(others.result.compiled.includes("net/url"));
    assert.ok(others.result.downloads);
    assert.match(others.output, /there is no seed in \S+ yet/);
  });

  it("cannot supply a module that does not match go.sum", async () => {
    const tag = await exactTag();
    const { digest = "" } = (await fetchManifest(seeds, tag)) ?? {};
    const directory = await unpackedSeed(seeds, digest);
    // Another module, with a sum that says otherwise: what was compiled of the right one is gone.
    for (const entry of fs.readdirSync(directory))
      if (entry !== "mod") fs.rmSync(path.join(directory, entry), { recursive: true });
    const versions = path.join(directory, "mod", slowModule, "@v");
    fs.writeFileSync(path.join(versions, "v1.0.0.zip"), changedZip("v1.0.0", "evil"));
    fs.writeFileSync(path.join(versions, "v1.0.0.ziphash"), slowSums("v1.0.0").split(/\s/)[2] ?? "");
    await pushSeed(seeds, directory, tag);
    const { result, output } = await built("");
    assert.match(output, /checksum mismatch/);
    assert.match(output, /the modules are not taken from the seed/);
    assert.ok(result.downloads);
    assert.equal(result.digest, plain);

    // With no go.sum at all, everything is asked of the proxy, though nothing is to be checked.
    const evil = await pushSeed(seeds, directory, "evil");
    const unlisted = await built(`trusted: "${evil}"`, { "api/go.sum": "" }, 'GOFLAGS: "-mod=mod"');
    assert.ok(unlisted.result.downloads);
    assert.match(unlisted.output, /the modules are not taken from the seed/);
  });
});

async function tagsOf(repository: string): Promise<string[]> {
  const [host = "", ...path] = repository.split("/");
  const response = await fetch(`http://${host}/v2/${path.join("/")}/tags/list`);
  return ((await response.json()) as { tags?: string[] }).tags ?? [];
}
