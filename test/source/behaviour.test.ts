// What must not change an image: the hash of what is sent, and its every byte, mode and time.

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { closureOf } from "../fixtures/closureGo";
import { makeTree, writeTree } from "../support/module";
import { stageBelow } from "../support/staging";

const repository: Record<string, string> = {
  "README.md": "one",
  "go.mod": "module example.com/shop\n\ngo 1.23\n",
  "go.sum": "",
  "services/api/main.go":
    'package main\n\nimport _ "example.com/shop/internal/db"\n\n//go:embed web\nvar web int\n',
  "services/api/main_test.go": "package main\n",
  "services/api/web/index.html": "<p>",
  "services/worker/main.go": 'package main\n\nimport _ "example.com/shop/internal/queue"\n',
  "internal/db/db.go": "package db\n",
  "internal/db/db_windows.go": "package db\n",
  "internal/queue/queue.go": "package queue\n",
};

function staged(root: string, parent = makeTree({})): { hash: string; listing: string } {
  const { tree, closure } = closureOf(path.join(root, "services/api"), ".");
  const { hash, directory: target } = stageBelow(parent, tree, closure.files);
  const entries = fs.readdirSync(target, { recursive: true, encoding: "utf8" }).sort();
  const lines = entries.map((name) => {
    const stat = fs.lstatSync(path.join(target, name));
    return `${name} ${stat.mode.toString(8)} ${stat.isFile() ? `${stat.mtimeMs} ${stat.ino}` : ""}`;
  });
  return { hash, listing: lines.join("\n") };
}

const edits: [string, (root: string) => void][] = [
  ["a README edit", (root) => writeTree(root, { "README.md": "two" })],
  ["a new document", (root) => writeTree(root, { "docs/design.md": "" })],
  ["a test edit", (root) => writeTree(root, { "services/api/main_test.go": "package main // two\n" })],
  ["a new test", (root) => writeTree(root, { "internal/db/more_test.go": "package db\n" })],
  ["an edit of another service", (root) => writeTree(root, { "services/worker/main.go": "package main\n" })],
  ["an edit of what only another service uses", (root) => writeTree(root, { "internal/queue/q.go": "" })],
  [
    "an edit for another system",
    (root) => writeTree(root, { "internal/db/db_windows.go": "package db // 2\n" }),
  ],
  ["a chmod", (root) => fs.chmodSync(path.join(root, "internal/db/db.go"), 0o755)],
  ["a chmod of a directory", (root) => fs.chmodSync(path.join(root, "internal/db"), 0o700)],
  ["a touch", (root) => fs.utimesSync(path.join(root, "services/api/main.go"), 1, 1)],
  ["an editor's files", (root) => writeTree(root, { "services/api/.main.go.swp": "", ".idea/x.xml": "" })],
  ["a secret beside the code", (root) => writeTree(root, { ".env": "A=1", "services/api/.env": "A=1" })],
];

describe("the staged context stays the same after", () => {
  for (const [what, edit] of edits) {
    it(what, () => {
      const root = makeTree(repository);
      const target = makeTree({});
      const before = staged(root, target);
      edit(root);
      // The same inodes: nothing was written again.
      assert.deepEqual(staged(root, target), before);
    });
  }

  it("writing the files anew in another directory under another umask", () => {
    const root = makeTree(repository);
    const listed = ({ hash, listing }: ReturnType<typeof staged>) =>
      // Other files have other inodes.
      `${hash}\n${listing.replace(/ \d+$/gm, "")}`;
    for (const mask of [0o002, 0o077]) {
      const umask = process.umask(mask);
      try {
        const clone = path.join(makeTree({}), "other/place");
        writeTree(clone, repository);
        assert.equal(listed(staged(clone)), listed(staged(root)));
      } finally {
        process.umask(umask);
      }
    }
  });
});

describe("the staged context changes with", () => {
  const changes: [string, (root: string) => void][] = [
    ["a package of the program", (root) => writeTree(root, { "internal/db/db.go": "package db // 2\n" })],
    ["an embedded file", (root) => writeTree(root, { "services/api/web/index.html": "<q>" })],
    ["a new file in a package", (root) => writeTree(root, { "internal/db/b.go": "package db\n" })],
    ["go.sum", (root) => writeTree(root, { "go.sum": "x" })],
  ];
  for (const [what, edit] of changes) {
    it(what, () => {
      const root = makeTree(repository);
      const before = staged(root);
      edit(root);
      assert.notEqual(staged(root).hash, before.hash);
    });
  }
});
