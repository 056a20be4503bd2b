// Source trees that reach for the machine's files, on the real engine: a preview and an update refuse them, and no canary gets
// anywhere. Each way by itself is in test/source/machine.test.ts.

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { engineFields, missingEngine, skipWithReason } from "./support/project/environment";
import { assertNowhere, placesOf } from "./support/project/canary";
import { Project } from "./support/project/project";

const key = "canary-key-90d2a7c1";
const token = "canary-token-5b8e33f0";
const variable = "canary-variable-c47a19e6";
const canaries = [key, token, variable];

const up = "../".repeat(24);
const program = (embedded: string) =>
  `package main\n\nimport (\n\t_ "embed"\n\t"fmt"\n)\n\n//go:embed ${embedded}\nvar data string\n\nfunc main() { fmt.Print(data) }\n`;

/** A repository beside the Pulumi project's, and what the machine has. */
const files = {
  "repo/.git/config": `[http]\n\textraheader = AUTHORIZATION: basic ${token}\n`,
  "repo/api/go.mod": `module m.example\n\ngo 1.23\n\nreplace x.y/z => ${up}proc/self/cwd/private\n`,
  "repo/api/main.go": 'package main\n\nfunc main() { println("hello") }\n',
  "private/go.mod": "module x.y/z\n",
  "private/z.go": 'package z\n\nimport _ "embed"\n\n//go:embed key.pem\nvar Key string\n',
  "private/key.pem": key,
};

const attacks: Record<string, (directory: string) => void> = {
  "a key beside the repository": (directory) => embed(directory, "../../private/key.pem"),
  "the environment of the process": (directory) => embed(directory, "/proc/self/environ"),
  "the token of the checkout": (directory) => embed(directory, "../.git/config"),
  "a module behind /proc": (directory) => {
    const goMod = `module m.example\n\ngo 1.23\n\nrequire x.y/z v0.0.0\n\nreplace x.y/z => ${up}proc/self/cwd/private\n`;
    fs.writeFileSync(path.join(directory, "repo/api/go.mod"), goMod);
    const main = 'package main\n\nimport "x.y/z"\n\nfunc main() { println(z.Key) }\n';
    fs.writeFileSync(path.join(directory, "repo/api/main.go"), main);
  },
};

function embed(directory: string, target: string): void {
  fs.symlinkSync(target, path.join(directory, "repo/api/data.txt"));
  fs.writeFileSync(path.join(directory, "repo/api/main.go"), program("data.txt"));
}

for (const engine of ["docker", "buildkit"]) {
  describe(`source that reaches outside the repository, engine ${engine}`, function () {
    this.timeout(300_000);
    before(function () {
      const reason = missingEngine(engine);
      if (reason !== undefined) skipWithReason(this, reason);
    });

    const projectOf = () =>
      new Project(
        (repository) =>
          `const image = new (require("goimage").GoMultiStageImage)("api", { source: "repo/api", repository: "${repository}", ${engineFields(engine)} });\nmodule.exports = { ref: image.ref };\n`,
        files,
        `machine-${engine}`,
        { CANARY: variable },
      );

    for (const [what, prepare] of Object.entries(attacks)) {
      it(`is refused in preview and update: ${what}`, async () => {
        const project = projectOf();
        prepare(project.directory);
        for (const command of [["preview"], ["up", "--yes", "--skip-preview"]]) {
          const { code, output } = await project.pulumi(command, { CANARY: variable });
          assert.notEqual(code, 0, output);
          assert.match(
            output,
            /outside of \S+\/repo, beyond which nothing is read|in a directory of version control/,
          );
          assertNowhere({ "what pulumi shows": output, state: await project.state() }, canaries);
          assert.equal(fs.existsSync(path.join(project.directory, ".goimage")), false);
        }
      });
    }

    it("is built without outside files when it only names a module that it does not need", async () => {
      const project = projectOf();
      const { output } = await project.preview();
      assert.doesNotMatch(output, /reads outside of source/);
      const { code, output: updated } = await project.pulumi(["up", "--yes", "--skip-preview"], {
        CANARY: variable,
      });
      assert.equal(code, 0, updated);
      assertNowhere(await placesOf(project, updated), canaries);
    });
  });
}
