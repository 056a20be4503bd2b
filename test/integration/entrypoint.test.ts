// An entrypoint that is a script, in the pushed image.

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import type { ImageCheck } from "../../components/outputs";
import { engineFields, engines } from "./support/project/environment";
import { Project } from "./support/project/project";

const files = {
  "hello/go.mod": "module hello\n\ngo 1.23\n",
  "hello/main.go": "package main\n\nfunc main() {}\n",
  "hello/start.sh": "#!/bin/sh\nexec /app/main\n",
};

for (const engine of engines) {
  describe(`an entrypoint that is a script, with engine ${engine}`, function () {
    this.timeout(300_000);

    const program = (runtime: object) => (repository: string) => `
const { GoMultiStageImage } = require("goimage");
exports.checks = new GoMultiStageImage("hello", { source: "hello", repository: "${repository}", ${engineFields(engine)}
  runtime: ${JSON.stringify(runtime)} }).checks;`;
    const project = new Project("", files);
    const up = async (runtime: object, repository = project.repository) => {
      project.write({ "index.js": program(runtime)(repository) });
      const { code, output } = await project.pulumi(["up", "--yes", "--skip-preview"]);
      assert.equal(code, 0, output);
      const { checks } = await project.outputs<{ checks: ImageCheck[] }>();
      return { output, checks: Object.fromEntries(checks.map((check) => [check.name, check])) };
    };

    before(() => fs.chmodSync(path.join(project.directory, "hello/start.sh"), 0o755));

    it("passes the checks, and so does the program that it starts", async () => {
      const { output, checks } = await up({ files: ["start.sh"], entrypoint: ["./start.sh"] });
      assert.doesNotMatch(output, /fails the check/);
      assert.equal(checks["staticBinary"]?.detail, "no interpreter");
      assert.equal(checks["entrypoint"]?.detail, "/app/start.sh is a script for /bin/sh");
    });

    it("is looked up in layers that were measured for another entrypoint", async () => {
      const { checks } = await up({ entrypoint: ["/bin/busybox", "nice", "/app/main"] });
      assert.deepEqual(checks["entrypoint"], {
        ...{ name: "entrypoint", passed: true, detail: "/bin/busybox is a program" },
      });
    });

    it("is checked when a base image brings it, and a missing one is named", async () => {
      // An image whose scripts a later one takes for its own.
      await up({ files: ["start.sh"], workingDirectory: "/srv" });
      const base = `${project.repository}:latest`;
      const next = `${project.repository}/next`;
      const good = await up({ image: base, entrypoint: ["/srv/start.sh"] }, next);
      assert.equal(good.checks["entrypoint"]?.passed, true);
      const missing = await up(
        { image: base, entrypoint: ["/srv/stop.sh"], healthcheck: { command: ["/srv/main"] } },
        next,
      );
      assert.match(
        missing.output,
        /the image fails the check entrypoint: \/srv\/stop\.sh is not in the image/,
      );
      assert.equal(missing.checks["healthcheck"]?.detail, "/srv/main is a program");
    });

    it("is refused before the build when it cannot start", async () => {
      project.write({ "hello/start.sh": "#!/bin/sh\r\nexec /app/main\r\n" });
      project.write({
        "index.js": program({ files: ["start.sh"], entrypoint: ["./start.sh"] })(project.repository),
      });
      const { code, output } = await project.pulumi(["preview"]);
      assert.notEqual(code, 0);
      assert.match(output, /runtime\.entrypoint: runs "start\.sh", which has Windows line endings/);
    });
  });
}
