import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { boundOf, tooWide } from "../../components/source/bound";
import { makeTree } from "../support/module";

const head = "ref: refs/heads/main\n";

/** The bound relative to the tree, in a program that runs in `program`. */
function boundIn(
  files: Record<string, string>,
  source: string,
  { program = ".", sourceRoot, home }: { program?: string; sourceRoot?: string; home?: string } = {},
): string {
  const root = makeTree({ ...files, [`${source}/go.mod`]: "module m\n", [`${program}/index.ts`]: "" });
  const before = { directory: process.cwd(), home: process.env["HOME"] };
  process.chdir(path.join(root, program));
  if (home !== undefined) process.env["HOME"] = path.join(root, home);
  try {
    const { bound, problem } = boundOf(path.join(root, source), sourceRoot);
    return problem === undefined ? path.relative(root, bound) || "." : problem.reason;
  } finally {
    process.chdir(before.directory);
    process.env["HOME"] = before.home;
  }
}

describe("the directory that bounds what is read", () => {
  it("is the nearest repository around the source", () => {
    const files = { ".git/HEAD": head, "a/.git/HEAD": head };
    assert.equal(boundIn(files, "a/b/c"), "a");
    assert.equal(boundIn(files, "b/c", { program: "b/infra" }), ".");
  });

  it("is a linked work tree, where .git is a file", () => {
    const files = { "main/.git/worktrees/w/HEAD": head, "w/.git": "gitdir: ../main/.git/worktrees/w\n" };
    assert.equal(boundIn(files, "w/api"), "w");
  });

  it("is the repository around a submodule, however deeply nested", () => {
    const files = {
      "app/.git/modules/libs/modules/deep/HEAD": head,
      "app/libs/.git": "gitdir: ../.git/modules/libs\n",
      "app/libs/deep/.git": "gitdir: ../../.git/modules/libs/modules/deep\n",
    };
    assert.equal(boundIn(files, "app/libs/deep/api"), "app");
    assert.equal(boundIn(files, "app/libs/x"), "app");
  });

  it("is not extended to a repository that a forged .git file points to", () => {
    const files = { "app/.git/HEAD": head, "other/HEAD": head, "app/sub/.git": "gitdir: ../../other\n" };
    assert.equal(boundIn(files, "app/sub/api"), "app/sub");
    assert.equal(boundIn({ ...files, "app/sub/.git": "gitdir: nowhere\n" }, "app/sub/api"), "app/sub");
  });

  it("is the common directory of project and source when there is no repository", () => {
    assert.equal(
      boundIn({ "team/infra/Pulumi.yaml": "" }, "team/api", { program: "team/infra/src" }),
      "team",
    );
    assert.equal(boundIn({ "Pulumi.yaml": "" }, "src/api", { program: "src" }), ".");
  });

  it("is the module when project and source share only the home directory", () => {
    assert.equal(boundIn({}, "h/api", { program: "h/infra", home: "h" }), "h/api");
    // Whoever keeps settings in a repository of the whole home directory has the same.
    assert.equal(boundIn({ "h/.git/HEAD": head }, "h/api", { program: "h/infra", home: "h" }), "h/api");
  });

  it("is the directory of sourceRoot, which must hold the source", () => {
    const files = { "a/.git/HEAD": head, "lib/x": "" };
    assert.equal(boundIn(files, "a/b", { program: "a", sourceRoot: ".." }), ".");
    assert.match(
      boundIn(files, "a/b", { program: "a", sourceRoot: "../lib" }),
      /^"\.\.\/lib" does not hold source/,
    );
    assert.match(boundIn(files, "a/b", { program: "a", sourceRoot: "none" }), /^"none" is not a directory/);
    assert.match(
      boundIn(files, "a/b", { program: "a", sourceRoot: "/" }),
      /^"\/" is the root directory, and source code could then put any file in it into the image/,
    );
  });

  it("is never the root, a home, a temporary or a system directory", () => {
    for (const directory of [
      "/",
      os.homedir(),
      path.dirname(os.homedir()),
      "/root",
      "/proc/self",
      "/sys",
      "/dev/shm",
      "/tmp",
    ])
      if (fs.existsSync(directory))
        assert.notEqual(tooWide(fs.realpathSync(directory)), undefined, directory);
    assert.equal(tooWide(makeTree({})), undefined);
  });
});
