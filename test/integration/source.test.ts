// What rebuilds an image and what does not, and what the user is told about it.

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { engineFields, engines } from "./support/project/environment";
import { Project } from "./support/project/project";

const shop = {
  "go.mod": "module example.com/shop\n\ngo 1.23\n",
  "README.md": "# Shop\n",
  "cmd/api/main.go":
    'package main\n\nimport "example.com/shop/internal/db"\n\nfunc main() { println(db.Name, db.Schema) }\n',
  "cmd/worker/main.go": "package main\n\nfunc main() {}\n",
  "internal/db/db.go":
    'package db\n\nimport _ "embed"\n\n//go:embed schema.sql\nvar Schema string\n\nconst Name = "db"\n',
  "internal/db/db_test.go": "package db\n",
  "internal/db/schema.sql": "create table t;\n",
  "internal/queue/queue.go": "package queue\n",
};

for (const engine of engines) {
  describe(`an image of one service of a module, with engine ${engine}`, function () {
    this.timeout(120_000);
    const program = (more: string) => (repository: string) => `
      const { GoMultiStageImage } = require("goimage");
      new GoMultiStageImage("api", {
        source: "shop", mainPackage: "./cmd/api", repository: "${repository}", ${engineFields(engine)} ${more}
      });`;
    const files = Object.fromEntries(Object.entries(shop).map(([file, text]) => [`shop/${file}`, text]));
    let project: Project;

    before(async () => {
      project = new Project(program(""), files);
      await project.up();
    });

    const irrelevant: [string, () => void | Promise<void>][] = [
      ["README", () => project.write({ "shop/README.md": "# The shop\n" })],
      ["test", () => project.write({ "shop/internal/db/db_test.go": "package db\n\n// More.\n" })],
      [
        "file of another service",
        () => project.write({ "shop/cmd/worker/main.go": "package main\n\nfunc main() { }\n" }),
      ],
      [
        "package that nobody imports",
        () => project.write({ "shop/internal/queue/queue.go": "package queue\n\n" }),
      ],
      [
        "new file for another system",
        () => project.write({ "shop/internal/db/db_windows.go": "package db\n" }),
      ],
      [
        "secret beside the code",
        () => project.write({ "shop/cmd/api/.env": "TOKEN=1\n", "shop/cmd/api/tls.key": "k" }),
      ],
    ];
    for (const [what, edit] of irrelevant) {
      it(`is not rebuilt after an edit of a ${what}`, async () => {
        await edit();
        assert.deepEqual(await project.up(), { same: 3 });
      });
    }

    it("is not rebuilt after a chmod, or in a new clone under another umask", async () => {
      fs.chmodSync(path.join(project.directory, "shop/cmd/api/main.go"), 0o777);
      assert.deepEqual(await project.up(), { same: 3 });
      const umask = process.umask(0o077);
      try {
        assert.deepEqual(await project.clone().up(), { same: 3 });
      } finally {
        process.umask(umask);
      }
    });

    const edits: [string, Record<string, string>, RegExp][] = [
      [
        "a package and an embedded file",
        {
          "internal/db/db.go": shop["internal/db/db.go"].replace('"db"', '"sql"'),
          "internal/db/schema.sql": "x\n",
        },
        /rebuilds because of internal\/db \(2 files\)\n/,
      ],
      [
        "one file",
        { "cmd/api/main.go": shop["cmd/api/main.go"] + "\n" },
        /rebuilds because of cmd\/api\/main\.go\n/,
      ],
      ["go.mod", { "go.mod": "module example.com/shop\n\ngo 1.23.0\n" }, /rebuilds because of go\.mod\n/],
      [
        "a new package",
        {
          "cmd/api/main.go": 'package main\n\nimport _ "example.com/shop/internal/queue"\n\nfunc main() {}\n',
          "internal/queue/queue.go": "package queue\n",
        },
        /rebuilds because of cmd\/api\/main\.go, internal\/db \(2 files\), internal\/queue\/queue\.go \(new\)\n/,
      ],
    ];
    for (const [what, edit, reason] of edits) {
      it(`is rebuilt because of ${what}, and the preview says so`, async () => {
        project.write(Object.fromEntries(Object.entries(edit).map(([file, text]) => [`shop/${file}`, text])));
        const preview = await project.pulumi(["preview"]);
        assert.match(preview.output, reason);
        assert.match(preview.output, /1 to update/);
        await project.up();
      });
    }

    it("is rebuilt because of settings and base image, and the preview says so", async () => {
      project.write({
        "index.js": program('build: { image: "library/golang:1.23" }, runtime: { env: { A: "1" } }')(
          project.repository,
        ),
      });
      const preview = await project.pulumi(["preview"]);
      assert.match(preview.output, /rebuilds because of base image, settings in the Dockerfile\n/);
    });
  });
}
