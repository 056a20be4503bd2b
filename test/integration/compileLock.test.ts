// A small program on a builder on which another stack of the project compiles a large one.

import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { builder, missingEngine, skipWithReason } from "./support/project/environment";
import { Project } from "./support/project/project";

// In the source too: a builder takes a step that it has done before, whatever the id of its cache.
const unique = `lock-${Date.now()}`;

const program = (image: string) => (repository: string) => `
const { GoMultiStageImage } = require("goimage");
new GoMultiStageImage("small", { source: "small", repository: "${repository}", builder: "${builder}",
  build: { image: "${image}" } });
`;

/** A step that has the project's cache of compiled packages for itself, as a compile step has that came first. */
const holding = (image: string) => `FROM ${image}
RUN --mount=type=cache,id=goimage-${unique}-build,target=/root/.cache/go-build \
  exec 9>/root/.cache/go-build/lock && flock 9 && echo the lock is ${Date.now()} && sleep 900
`;

async function hold(image: string): Promise<ChildProcess> {
  const args = ["build", "--builder", builder, "--progress=plain", "-"];
  const child = spawn("docker-buildx", args, { stdio: ["pipe", "ignore", "pipe"] });
  child.stdin.end(holding(image));
  let output = "";
  await new Promise<void>((resolve, reject) => {
    child.stderr.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      if (/ the lock is \d+$/m.test(output)) resolve();
    });
    child.on("close", () => reject(new Error(output)));
  });
  return child;
}

// Debian's flock and shell, and BusyBox's.
for (const image of ["golang:1.23", "golang:1.23-alpine"]) {
  describe(`a small program beside a large one, compiled by ${image}`, function () {
    this.timeout(300_000);

    before(function () {
      const reason = missingEngine("buildkit");
      if (reason !== undefined) skipWithReason(this, reason);
    });

    it("is compiled while the large one holds the cache, when its packages are there", async () => {
      const main = (text: string) =>
        `package main\n\nimport "fmt"\n\nfunc main() { fmt.Println("${text}") }\n`;
      const files = { "small/go.mod": "module small\n\ngo 1.23\n", "small/main.go": main(unique) };
      const project = new Project(program(image), files, unique);
      await project.up();
      const large = await hold(image);
      try {
        project.write({ "small/main.go": main(`${unique} again`) });
        await project.up();
        assert.equal(large.exitCode, null);
      } finally {
        large.kill("SIGKILL");
      }
    });
  });
}
