// What the compiler is given, and what it need not do again.

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { makeTree } from "../support/module";
import { builder, engines, skipWithReason } from "./support/project/environment";
import { golangAfter, installed } from "./support/images/images";
import { startOwnBuilder, type OwnBuilder } from "./support/servers/ownBuilder";
import { Project, run } from "./support/project/project";
import { fetchBlob, fetchManifest } from "./support/images/registry";

// It needs little of the standard library.
const intern = "github.com/josharian/intern";

describe("two programs of one module", function () {
  this.timeout(600_000);
  // With builds of other tests at work on the same base image, BuildKit does steps again that it has just done.
  let own: OwnBuilder;
  const unique = `shared-${Date.now()}`;
  const main = `package main\n\nimport (\n\t"${unique}.example.com/internal/words"\n\t"${intern}"\n)\n\n`;
  const files = {
    "shop/go.mod": `module ${unique}.example.com\n\ngo 1.23\n\nrequire ${intern} v1.0.0\n`,
    "shop/go.sum": `${intern} v1.0.0 h1:vlS4z54oSdjm0bgjRigI+G1HpF+tI+9rE5LLzOg8HmY=
${intern} v1.0.0/go.mod h1:5DoeVV0s6jJacbCEi61lwdGj/aVlrQvzHFFd8Hwg//Y=
`,
    "shop/internal/words/words.go": 'package words\n\nconst Hello = "hello"\n',
    "shop/cmd/a/main.go": `${main}func main() { println(words.Hello, intern.String("a")) }\n`,
    "shop/cmd/b/main.go": `${main}func main() { println(intern.String("a"), words.Hello) }\n`,
  };
  // The -v flag makes the go command name each package that it compiles; a unique module leaves no old steps to take.
  const image = (name: string) => `new GoMultiStageImage("${name}", {
    source: "shop", mainPackage: "./cmd/${name}", repository: repository + "/${name}", builder: "${own.name}",
    build: { flags: ["-v"] } }${name === "b" ? ", { dependsOn: a }" : ""})`;
  const program = (repository: string) => `
const { GoMultiStageImage } = require("goimage");
const repository = "${repository}";
const a = ${image("a")};
${image("b")};
`;
  const lines = (output: string, image: string) =>
    output.split("\n").filter((line) => line.includes(`docker-build:index:Image ${image} `));
  /** Packages that the go command compiled for an image, standard library aside. */
  const compiled = (output: string, image: string) =>
    lines(output, image).flatMap((line) => /#\d+ \d+\.\d+ (\S+\.com\/\S+)$/.exec(line.trimEnd())?.[1] ?? []);
  /** Lines of the step that downloads. */
  const downloadStep = (output: string, image: string) => {
    const ofImage = lines(output, image).map((line) => line.replace(/^.*?(?=#\d)/, "").trimEnd());
    const step = ofImage.find((line) => line.includes("go mod download"))?.split(" ")[0];
    assert.ok(step !== undefined, output);
    return ofImage.filter((line) => line.startsWith(`${step} `));
  };
  let output: string;

  before(async () => {
    own = await startOwnBuilder();
    const project = new Project(program, files, unique);
    const up = await project.pulumi(["up", "--yes", "--skip-preview"], own.env);
    assert.equal(up.code, 0, up.output);
    output = up.output;
  });

  after(() => own?.stop());

  it("compile when the builder still has the download step but has lost its module cache", async () => {
    // Another project has a cache of its own; other flags make it compile anew.
    const changed = (repository: string) => program(repository).replaceAll('["-v"]', '["-v", "-gcflags=-l"]');
    const other = new Project(changed, files, `${unique}-other`);
    const up = await other.pulumi(["up", "--yes", "--skip-preview"], own.env);
    assert.equal(up.code, 0, up.output);
    assert.ok(
      downloadStep(up.output, "a").some((line) => line.endsWith("CACHED")),
      up.output,
    );
    assert.ok(compiled(up.output, "a").length > 0, up.output);
  });

  it("download once: the second reuses the first one's step", () => {
    assert.ok(!downloadStep(output, "a").some((line) => line.endsWith("CACHED")), output);
    assert.ok(
      downloadStep(output, "b").some((line) => line.endsWith("CACHED")),
      output,
    );
  });

  it("compile shared packages once: the second compiles only its own package", () => {
    const shop = `${unique}.example.com`;
    assert.deepEqual(
      compiled(output, "a").sort(),
      [intern, `${shop}/cmd/a`, `${shop}/internal/words`].sort(),
    );
    assert.deepEqual(compiled(output, "b"), [`${shop}/cmd/b`]);
  });

  it("share nothing with the same module in another project", async () => {
    const other = new Project(
      program,
      { ...files, "shop/internal/words/more.go": "package words\n" },
      `${unique}-2`,
    );
    const up = await other.pulumi(["up", "--yes", "--skip-preview"], own.env);
    assert.equal(up.code, 0, up.output);
    assert.ok(compiled(up.output, "a").includes(intern), up.output);
  });
});

describe("programs with C, and with a profile", function () {
  this.timeout(600_000);
  const platform = process.arch === "arm64" ? "linux/arm64" : "linux/amd64";
  const files = {
    "c/go.mod": "module example.com/c\n\ngo 1.23\n",
    "c/main.go": `package main

// #include <string.h>
// static int length(const char *text) { return (int)strlen(text); }
import "C"

func main() { println("length", C.length(C.CString("alpine"))) }
`,
    "pgo/go.mod": "module example.com/pgo\n\ngo 1.23\n",
    "pgo/main.go": `package main

import (
	"os"
	"runtime/pprof"
	"time"
)

func hot(n int) (sum int) {
	for i := range n {
		sum += i % 7
	}
	return sum
}

func main() {
	file, _ := os.Create("default.pgo")
	_ = pprof.StartCPUProfile(file)
	for start := time.Now(); time.Since(start) < 500*time.Millisecond; {
		hot(1000)
	}
	pprof.StopCPUProfile()
	_ = file.Close()
}
`,
  };
  let withC: string;
  let project: Project;

  const program = (fields: Record<string, string>) => (repository: string) =>
    `const { GoMultiStageImage } = require("goimage");\n` +
    Object.entries(fields)
      .map(
        ([name, field]) => `module.exports["${name}"] = new GoMultiStageImage("${name}", {
  repository: "${repository}/${name}", builder: "${builder}", platforms: ["${platform}"], ${field}
}).ref;\n`,
      )
      .join("");

  before(async () => {
    withC = await golangAfter("c", installed("gcc", "libc6-dev", "musl-tools"));
    const cgo = `source: "c", build: { image: "${withC}", cgoEnabled: true,`;
    project = new Project(
      program({
        musl: `${cgo} env: { CC: "musl-gcc" } },`,
        static: `${cgo} ldflags: ["-extldflags=-static"] },`,
        pgo: 'source: "pgo"',
      }),
      files,
    );
    const profiled = await run("go", ["run", "."], path.join(project.directory, "pgo"));
    assert.equal(profiled.code, 0, profiled.output);
    await project.up();
  });

  /** The program in an image, as a file. */
  async function binaryOf(name: string): Promise<string> {
    const served = await fetchManifest(`${project.repository}/${name}`, "latest");
    const layer = served?.manifest.layers.at(-1);
    assert.ok(layer);
    const file = path.join(makeTree({}), "layer.tar.gz");
    fs.writeFileSync(file, await fetchBlob(`${project.repository}/${name}`, layer.digest));
    const unpacked = await run("tar", ["-xzf", file, "app/main"], path.dirname(file));
    assert.equal(unpacked.code, 0, unpacked.output);
    return path.join(path.dirname(file), "app/main");
  }

  it("use the profile default.pgo", async () => {
    const { output } = await run("go", ["version", "-m", await binaryOf("pgo")], ".");
    assert.match(output, /build\s+-pgo=.*default\.pgo/);
  });

  it("are linked to musl when compiled with musl-gcc, or statically on request", async () => {
    const header = (file: string) => fs.readFileSync(file).subarray(0, 4096).toString("latin1");
    assert.match(header(await binaryOf("musl")), /\/lib\/ld-musl-/);
    assert.doesNotMatch(header(await binaryOf("static")), /\/ld-(musl|linux)/);
  });

  it("with C run on Alpine", async function () {
    if (!engines.includes("docker")) skipWithReason(this, "there is no Docker Engine to run them");
    const refs = await project.outputs<Record<string, string>>();
    const runs = (name: string, ...more: string[]) =>
      run("docker", ["run", "--rm", "--quiet", "--read-only", ...more, refs[name] ?? ""], ".");
    assert.deepEqual(await runs("static"), { code: 0, output: "length 6\n" });
    const { code, output } = await runs("musl", "--entrypoint=/bin/ls", "--workdir=/");
    assert.equal(code, 0, output);
    // BusyBox for Debian stands in for Alpine where that is not available.
    if (!(await runs("musl", "--entrypoint=/bin/ls", "--workdir=/lib")).output.includes("ld-musl"))
      skipWithReason(this, "what stands in for Alpine has no musl");
    assert.deepEqual(await runs("musl"), { code: 0, output: "length 6\n" });
  });

  it("are refused when they are linked to glibc, unless the runtime image has it", async () => {
    const glibc = `source: "c", build: { image: "${withC}", cgoEnabled: true },`;
    const refused = await new Project(program({ glibc }), files).pulumi(["up", "--yes", "--skip-preview"]);
    assert.notEqual(refused.code, 0);
    assert.match(refused.output, /the program is linked to glibc, which Alpine does not have/);
    await new Project(program({ glibc: `${glibc} runtime: { image: "${withC}" }` }), files).up();
  });
});
