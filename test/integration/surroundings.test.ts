// What a deployment must not depend on.

import assert from "node:assert/strict";
import * as fs from "node:fs";
import { helloFiles, inHello, makeTree } from "../support/module";
import { builder, engineFields, engines } from "./support/project/environment";
import { Project } from "./support/project/project";
import { soak } from "./support/project/soak";

const files = inHello(helloFiles);

describe("surroundings", function () {
  this.timeout(600_000);

  it("promises P1 and P2: other umasks, modes, times, directories and clocks change nothing (npm run soak: 200 times)", async () => {
    const changes: string[] = [];
    let ups = 0;
    await soak(6, (change, name) => {
      ups++;
      if (Object.keys(change).join() !== "same") changes.push(`${name}: ${JSON.stringify(change)}`);
    });
    assert.deepEqual([ups, changes], [6, []]);
  });

  it("may lack a home directory, a Docker configuration and a Docker Engine with engine buildkit", async () => {
    const project = new Project(
      (repository) => `
const { GoMultiStageImage } = require("goimage");
const image = new GoMultiStageImage("hello", { source: "hello", repository: "${repository}", builder: "${builder}" });
exports.digest = image.digest;
`,
      files,
    );
    const home = makeTree({});
    fs.chmodSync(home, 0o555);
    const bare = { HOME: home, DOCKER_CONFIG: "", DOCKER_HOST: "tcp://127.0.0.1:1" };
    // A proxy for the outside, with the exception that Pulumi itself needs for its own connections.
    const dead = "http://127.0.0.1:1";
    const proxies = { HTTPS_PROXY: dead, HTTP_PROXY: dead, NO_PROXY: "127.0.0.1,localhost" };
    assert.deepEqual(await project.up({ ...bare, ...proxies }), { create: 3 });
    assert.deepEqual(await project.up(bare), { same: 3 });
    assert.deepEqual(fs.readdirSync(home), []);
  });

  it("may have another DOCKER_HOST when docker-build:host is configured", async () => {
    const project = new Project(
      (repository) => `
const { GoMultiStageImage } = require("goimage");
const image = new GoMultiStageImage("hello", { source: "hello", repository: "${repository}", builder: "${builder}" });
exports.digest = image.digest;
`,
      files,
    );
    await project.pulumi(["config", "set", "docker-build:host", "unix:///var/run/docker.sock"]);
    await project.up({ DOCKER_HOST: "tcp://127.0.0.1:1" });
    assert.deepEqual(await project.up({ DOCKER_HOST: "tcp://127.0.0.1:2" }), { same: 3 });
  });

  it("allow sixteen images of one module in a program", async () => {
    const count = 16;
    const main = (n: number) => `package main\n\nfunc main() { println("service ${n}") }\n`;
    const services = Array.from({ length: count }, (_, n) => [`hello/cmd/s${n}/main.go`, main(n)] as const);
    const images = services.map((_, n) => {
      const engine = engines[n % engines.length]!;
      return `  new GoMultiStageImage("s${n}", {
    source: "hello", mainPackage: "./cmd/s${n}", repository: repository + "/s${n}", ${engineFields(engine)}
  }).ref,`;
    });
    const project = new Project(
      (repository) => `
const { GoMultiStageImage } = require("goimage");
const repository = "${repository}";
exports.refs = [
${images.join("\n")}
];
process.on("exit", () => require("node:fs").writeFileSync("peak", String(process.resourceUsage().maxRSS)));
`,
      { "hello/go.mod": "module example.com/hello\n\ngo 1.23\n", ...Object.fromEntries(services) },
    );
    assert.deepEqual(await project.up(), { create: 1 + 2 * count });
    const { refs } = await project.outputs<{ refs: string[] }>();
    assert.equal(new Set(refs).size, count);
    assert.deepEqual(await project.up(), { same: 1 + 2 * count });
    const peakKiB = Number(project.read("peak"));
    assert.ok(peakKiB > 0 && peakKiB < 400 * 1024, `the program took ${peakKiB} KiB`);
  });
});
