// The program is run inside the build, and what does not work is never pushed.

import assert from "node:assert/strict";
import { inHello } from "../support/module";
import { builder, missingEngine, skipWithReason } from "./support/project/environment";
import { Project } from "./support/project/project";
import { fetchManifest } from "./support/images/registry";

const service = (version: string) => `package main

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"time"
)

const version = "${version}"

func main() {
	os.WriteFile("/tmp/trace", []byte("the program was here"), 0o644)
	switch os.Args[1] {
	case "serve":
		ready := time.Now().Add(300 * time.Millisecond)
		http.HandleFunc("/healthz", func(w http.ResponseWriter, r *http.Request) {
			if time.Now().Before(ready) {
				w.WriteHeader(503)
			}
		})
		fmt.Println(http.ListenAndServe(":8080", nil))
	case "broken":
		fmt.Println("canary: no database at", os.Getenv("DATABASE"))
		os.Exit(3)
	case "hang":
		hangForEver()
	case "look":
		expect(os.Getuid() == 4711 && os.Getgid() == 4712, "user")
		directory, _ := os.Getwd()
		expect(directory == "/srv/app", "working directory")
		expect(os.Getenv("DATABASE") == "$x y", "environment")
		text, _ := os.ReadFile("data.txt")
		expect(string(text) == "data", "files")
		expect(os.WriteFile("/srv/app/main", nil, 0o755) != nil, "binary that is not writable")
		interfaces, _ := net.Interfaces()
		expect(len(interfaces) == 1 && interfaces[0].Flags&net.FlagLoopback != 0, "no network but loopback")
	}
}

func hangForEver() { time.Sleep(time.Hour) }

func expect(ok bool, what string) {
	if !ok {
		fmt.Println("not as expected:", what)
		os.Exit(1)
	}
}
`;

const program =
  (smokeTest: string, runtime = "") =>
  (repository: string) => `
const { GoMultiStageImage } = require("goimage");
const image = new GoMultiStageImage("hello", {
  source: "hello", repository: "${repository}", builder: "${builder}", ${smokeTest}
  runtime: { ${runtime} user: "4711:4712", workingDirectory: "/srv/app", files: ["data.txt"], env: { DATABASE: "$x y" }, command: ["serve"] },
});
const { digest, ref, layers, dockerfile } = image;
module.exports = { digest, ref, layers, dockerfile };
`;

interface Outputs {
  digest: string;
  ref: string;
  layers: unknown[];
  dockerfile: string;
}

describe("smoke test", function () {
  this.timeout(600_000);
  let project: Project;
  let first: Outputs;

  const change = (smokeTest: string, version?: string) =>
    project.write({
      "index.js": program(smokeTest)(project.repository),
      ...(version === undefined ? {} : { "hello/main.go": service(version) }),
    });

  /** What an update prints that must fail and change nothing. */
  async function failing(): Promise<string> {
    const { code, output } = await project.pulumi(["up", "--yes", "--skip-preview"]);
    assert.notEqual(code, 0, output);
    assert.equal((await fetchManifest(project.repository, "latest"))?.digest, first.digest);
    assert.deepEqual(await project.outputs(), first);
    return output;
  }

  before(async function () {
    const reason = missingEngine("buildkit");
    if (reason !== undefined) skipWithReason(this, reason);
    const files = {
      "go.mod": "module example.com/hello\n\ngo 1.23\n",
      "main.go": service("1"),
      "data.txt": "data",
    };
    project = new Project(program(""), inHello(files));
    await project.up();
    first = await project.outputs<Outputs>();
  });

  it("does not change the image's digest when it passes", async () => {
    change(`smokeTest: { http: { port: 8080, path: "/healthz" } },`);
    const preview = await project.pulumi(["preview"]);
    assert.match(preview.output, /rebuilds because of settings in the Dockerfile$/m);
    assert.deepEqual(await project.up(), { update: 1, same: 2 });
    const { dockerfile, ...rest } = await project.outputs<Outputs>();
    assert.deepEqual(rest, { digest: first.digest, ref: first.ref, layers: first.layers });
    assert.match(dockerfile, /--network=none/);
    assert.deepEqual(await project.up(), { same: 3 });
    first = { dockerfile, ...rest };
  });

  it("shows the output of a program that fails, and nothing is pushed", async () => {
    change(`smokeTest: { args: ["broken"], http: { port: 8080 } },`, "2");
    const output = await failing();
    assert.match(output, /canary: no database at \$x y/);
    assert.match(
      output,
      /smoke test failed: the program ended before it gave the expected answer: exit status 3/,
    );
  });

  it("stops a program that hangs, and shows where", async () => {
    change(`smokeTest: { args: ["hang"], timeoutSeconds: 3 },`);
    const output = await failing();
    assert.match(output, /main\.hangForEver/);
    assert.match(output, /smoke test failed: the program still ran after 3s/);
  });

  it("shows the last answer when it is not the expected one", async () => {
    change(`smokeTest: { http: { port: 8080, path: "/healthz", status: 204 }, timeoutSeconds: 3 },`);
    assert.match(
      await failing(),
      /no answer with status 204 to GET 127\.0\.0\.1:8080\/healthz within 3s, at last: status 200/,
    );
  });

  it("runs in the image's directory, as its user, with its files and environment, and offline", async () => {
    change(`smokeTest: { args: ["look"] },`);
    await project.up();
    assert.notEqual((await project.outputs<Outputs>()).digest, first.digest);
  });

  it("explains when the builder cannot run the platform's programs", async function () {
    first = await project.outputs<Outputs>();
    project.write({
      // A base of no platform: what stands in for Alpine may be for this machine's alone.
      "index.js": program(
        'smokeTest: {}, platforms: ["linux/arm64"],',
        'image: "scratch",',
      )(project.repository),
      // Little to compile for a platform that no other test uses.
      "hello/main.go": "package main\n\nfunc main() {}\n",
    });
    const { code, output } = await project.pulumi(["up", "--yes", "--skip-preview"]);
    if (code === 0) skipWithReason(this, "this builder runs programs of linux/arm64");
    assert.match(output, /smokeTest needs a builder that can run programs for linux\/arm64/);
    assert.equal((await fetchManifest(project.repository, "latest"))?.digest, first.digest);
  });
});
