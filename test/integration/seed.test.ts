// The input cache: a seed that one runner writes, and what an empty builder makes of it.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as path from "node:path";
import { makeTree } from "../support/module";
import { engineFields, engines, registry } from "./support/environment";
import { slowModule, startSlowModules, type SlowModules } from "./support/slowModules";
import { startOwnBuilder } from "./support/ownBuilder";
import { readableBases } from "./support/bases";
import { Project, repositoryRoot, run } from "./support/project";
import { deleteManifest, fetchBlob, fetchManifest } from "./support/registry";

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
      writer = new Project(program("cache: { write: true },"), files, unique);
    });

    it("is written once, after the image, whose digest it leaves alone", async () => {
      assert.match(await up(writer), /there is no seed in \S+ yet; an update with cache\.write makes one/);
      if (engine === "buildkit") assert.equal(await digestOf(writer), plain);
      assert.deepEqual(await writer.up(), { same: 4 });
      const tags = await tagsOf(repository);
      const exact = tags.find((tag) => /^gocache-[0-9a-f]{20}$/.test(tag)) ?? "";
      const newest = tags.find((tag) => /^gocache-newest-[0-9a-f]{20}$/.test(tag)) ?? "";
      assert.deepEqual(tags.sort(), [exact, newest, "latest"].sort());
      seed = (await fetchManifest(repository, exact))?.digest ?? "";
      assert.equal((await fetchManifest(repository, newest))?.digest, seed);
    });

    it("has compiled packages and sources of modules, and neither the service nor a secret", async () => {
      const served = await fetchManifest(repository, seed);
      const archives = await Promise.all(
        (served?.manifest.layers ?? []).map(({ digest }) => fetchBlob(repository, digest)),
      );
      const tar = Buffer.concat(archives.map((bytes) => unpacked(bytes)));
      const names = modulesIn(archives).join("\n");
      assert.ok(names.includes(`${intern}@v1.0.0/intern.go`));
      assert.ok(names.includes(`cache/download/${intern}/@v/v1.0.0.mod`));
      assert.ok(!names.includes("intern_test.go"));
      assert.ok(!/\.zip$/m.test(names));
      assert.ok(!tar.includes(unique));
      assert.ok(!tar.includes(password));
    });

    it("is listed with its age, and goes when there is a newer one", async () => {
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
      const listed = await goimage("ls", repository);
      const today = new Date().toISOString().slice(0, 10);
      const line = `gocache-\\w+ +${today} \\d\\d:\\d\\d +[\\d.]+ MB +linux/amd64`;
      const about = `${unique}\\.example\\.com, golang:1\\.23-alpine`;
      assert.match(listed, new RegExp(`^tag .*\\n${line} +newest +${about}\\n${line} +${about}\\n$`));
      assert.match(await goimage("prune", repository, "--keep", "0"), /These 1 of 2 seeds would be removed/);
      assert.match(
        await goimage("prune", repository, "--keep", "0", "--yes"),
        /removed .*\n.* has 1 seed left/,
      );
      assert.equal(await fetchManifest(repository, seed), undefined);
      const tags = await tagsOf(repository);
      seed =
        (await fetchManifest(repository, tags.find((tag) => tag.startsWith("gocache-newest-")) ?? ""))
          ?.digest ?? "";
      Object.assign(files, changed);
    });

    it("is no reason to build when it goes, and is missed without an error", async () => {
      const reader = new Project(program("cache: {},"), files, unique);
      await reader.up();
      assert.equal(await digestOf(reader), await digestOf(writer));
      await deleteManifest(repository, seed);
      assert.deepEqual(await reader.up(), { same: 3 });
      reader.write({ "api/main.go": main("log", "b") });
      const output = await up(reader);
      assert.match(output, /there is no seed/);
    });

    it("is done without where its repository cannot be read", async () => {
      const cache = `cache: { repository: "127.0.0.1:1/team/seeds" },`;
      const reader = new Project(program(cache), files, unique);
      assert.match(await up(reader), /127\.0\.0\.1:1\/team\/seeds is not readable, so there is no seed: /);
    });
  });
}

describe("a seed, with an empty builder", function () {
  this.timeout(900_000);
  if (!engines.includes("buildkit")) return;
  const unique = `cold-${Date.now()}`;
  const main = (...imports: string[]) =>
    `package main\n\nimport (\n${imports.map((name) => `\t_ "${name}"\n`).join("")})\n\nfunc main() { println("x") }\n`;
  const files = {
    "api/go.mod": `module ${unique}.example.com\n\ngo 1.23\n\nrequire ${slowModule} v1.0.0\n`,
    "api/main.go": main(slowModule, "net/url"),
  };
  const repository = `${registry}/test/${unique}`;
  let modules: SlowModules;
  let requests = 0;
  const program = (builder: string, cache: string) => `
const { GoMultiStageImage } = require("goimage");
const api = new GoMultiStageImage("api", { source: "api", repository: "${repository}",
  engine: "buildkit", builder: "${builder}", cache: ${cache},
  build: { flags: ["-v"], goProxy: "${modules.url}", env: { GONOSUMDB: "*", GOFLAGS: "-mod=mod" } } });
exports.digest = api.digest;
`;
  before(async () => {
    modules = await startSlowModules("127.0.0.1");
    modules.hold = () => void requests++;
  });
  after(() => modules?.close());

  /** What the image's build compiled on a builder with nothing in its caches, what it downloaded, and its digest. */
  async function built(cache: string, change: Record<string, string> = {}) {
    const own = await startOwnBuilder();
    requests = 0;
    try {
      const project = new Project(program(own.name, cache), { ...files, ...change }, unique);
      const { code, output } = await project.pulumi(["up", "--yes", "--skip-preview"], own.env);
      assert.equal(code, 0, output);
      const lines = output.split("\n").filter((line) => line.includes("docker-build:index:Image api "));
      const compiled = lines.flatMap((line) => /#\d+ \d+\.\d+ ([\w./-]+)$/.exec(line.trimEnd())?.[1] ?? []);
      const { digest } = await project.outputs<{ digest: string }>();
      return { compiled: compiled.sort(), digest, downloads: requests > 0 };
    } finally {
      await own.stop();
    }
  }

  it("leaves the service to compile, and no module to download; another one's leaves what is new", async () => {
    const without = await built("{ write: true }");
    assert.ok(without.compiled.includes("net/url"), without.compiled.join(" "));
    assert.ok(without.downloads);

    const withSeed = await built("{}");
    const service = `${unique}.example.com`;
    assert.deepEqual(withSeed, { compiled: [service], digest: without.digest, downloads: false });

    const changed = await built("{}", { "api/main.go": main(slowModule, "net/url", "encoding/csv") });
    assert.ok(changed.compiled.includes("encoding/csv") && !changed.compiled.includes("net/url"));
    assert.ok(changed.downloads);
  });
});

/** The files of mod.tar, which one of the layers has. */
function modulesIn(layers: readonly Buffer[]): string[] {
  const tar = (args: string[], input: Buffer) => execFileSync("tar", args, { input, maxBuffer: 2 ** 30 });
  const names = (archive: Buffer) => tar(["-tf", "-"], archive).toString().trim().split("\n");
  const [layer] = layers.map(unpacked).filter((each) => names(each).includes("mod.tar"));
  assert.ok(layer);
  return names(tar(["-xOf", "-", "mod.tar"], layer));
}

function unpacked(bytes: Buffer): Buffer {
  const isZstd = bytes.readUInt32LE(0) === 0xfd2fb528;
  return execFileSync(isZstd ? "zstd" : "gzip", ["-dc"], {
    input: bytes,
    maxBuffer: 2 ** 30,
    cwd: makeTree({}),
  });
}

async function tagsOf(repository: string): Promise<string[]> {
  const [host = "", ...path] = repository.split("/");
  const response = await fetch(`http://${host}/v2/${path.join("/")}/tags/list`);
  return ((await response.json()) as { tags: string[] }).tags;
}
