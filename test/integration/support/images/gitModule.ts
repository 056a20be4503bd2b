// A private Go module in a Git repository, and a program that needs it.

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { makeTree } from "../../../support/module";
import { run } from "../project/project";

/** The URL's path of the module's repository; the go command asks for it without .git, and servers take both. */
export const repositoryPath = "team/lib.git";

const modulePath = `127.0.0.1/${repositoryPath}`;

const firstVersion = "v1.0.0";

/** A bare repository with the module; `more` are files beside its package. */
export async function moduleRepository(
  more: Record<string, string> = {},
  version = firstVersion,
): Promise<string> {
  const work = makeTree({
    "go.mod": `module ${modulePath}\n\ngo 1.23\n`,
    "lib.go": 'package lib\n\nconst Name = "private"\n',
    ...more,
  });
  const bare = path.join(makeTree({}), repositoryPath);
  const git = async (...words: string[]) => {
    const identity = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"];
    const result = await run("git", [...identity, ...words], work);
    assert.equal(result.code, 0, result.output);
  };
  await git("init", "--quiet", "--initial-branch=main");
  await git("add", ".");
  await git("commit", "--quiet", "--message=first");
  await git("tag", version);
  await git("clone", "--quiet", "--bare", ".", bare);
  return bare;
}

/** A program in the folder hello that needs the module, with the sums of the repository. */
export async function programOf(repository: string, version = firstVersion): Promise<Record<string, string>> {
  const files = {
    "hello/go.mod": `module example.com/hello\n\ngo 1.23\n\nrequire ${modulePath} ${version}\n`,
    "hello/main.go": `package main\n\nimport "${modulePath}"\n\nfunc main() { println(lib.Name) }\n`,
  };
  const directory = path.join(makeTree(files), "hello");
  const result = await run("go", ["mod", "tidy"], directory, {
    ...{ GOMODCACHE: makeTree({}), GOFLAGS: "-modcacherw", GOPRIVATE: "127.0.0.1/*" },
    ...{ GIT_CONFIG_COUNT: "1", GIT_CONFIG_KEY_0: `url.file://${repository}.insteadOf` },
    GIT_CONFIG_VALUE_0: `https://${modulePath.replace(/\.git$/, "")}`,
  });
  assert.equal(result.code, 0, result.output);
  return { ...files, "hello/go.sum": fs.readFileSync(path.join(directory, "go.sum"), "utf8") };
}
